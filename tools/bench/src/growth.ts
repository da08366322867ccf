import { line, type Line } from './table';
import type { BenchWorld, Round } from './world';

const sizes = [10_000, 1_000_000] as const;
const samples = 30;

/** What organisers and lanes ask for, at 10,000 and at 1,000,000 deliveries: the median of each, and how much it grew. */
export const benchGrowth = async (world: BenchWorld): Promise<Line[]> => {
  const measured: Record<string, number>[] = [];
  const lines: Line[] = [];
  for (const size of sizes) {
    const round = await world.round();
    try {
      const { times, rssMiB } = await measure(world, round, size);
      measured.push(times);
      lines.push(line('growth', `memory of sync at ${size.toLocaleString('en')} deliveries`, rssMiB, 'MiB'));
    } finally {
      await round.end();
    }
  }
  const [small = {}, large = {}] = measured;
  for (const name of Object.keys(small)) {
    lines.push(line('growth', `${name} at 10,000`, small[name] ?? 0, 'ms'));
    lines.push(line('growth', `${name} at 1,000,000`, large[name] ?? 0, 'ms'));
    lines.push(line('growth', `${name}: growth`, (large[name] ?? 0) / (small[name] ?? 1), '', { atMost: 1.3 }));
  }
  return lines;
};

const measure = async (world: BenchWorld, round: Round, size: number) => {
  const office = await round.office();
  const { listId } = await world.resources();
  const workflowId = await office.workflow({ lists: { fixed: [listId], perEvent: false } });
  const sync = await round.startSync();
  // One real delivery is the pattern of the others, which only differ in ids and times.
  await round.produce([round.order(office.boxOfficeId, 0, `${round.prefix}.0@example.com`)]);
  await round.settled(1);
  const deliveries = round.mongo.collection('deliveries');
  const pattern = await deliveries.findOne({});
  const tally = await round.mongo.collection<{ _id: string }>('tallies').findOne({ _id: workflowId });
  for (let start = 1; start < size; start += 5_000) {
    await deliveries.insertMany(
      Array.from({ length: Math.min(5_000, size - start) }, (_, index) => ({
        ...pattern,
        _id: `dlv_${round.prefix}_${start + index}`,
        orderId: `or_${start + index}`,
        emailHash: `${round.prefix}${start + index}`,
        createdAt: new Date(Date.now() - (size - start - index) * 1_000),
        outbox: [],
      })) as never[],
      { ordered: false },
    );
  }
  // They are counted as the pattern was.
  await round.mongo
    .collection<{ _id: string }>('tallies')
    .updateOne({ _id: workflowId }, { $set: { counts: { 'SYNCED SYNCED': size } }, $inc: { revision: tally ? 1 : 0 } });
  const identity = await world.signIdentity(office.boxOfficeId, 'viewer');
  const ask = async (query: string): Promise<unknown> => {
    const response = await fetch(`${sync.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-boxlist-identity': identity },
      body: JSON.stringify({ query }),
    });
    const answer = (await response.json()) as { data?: unknown; errors?: unknown };
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  const entity = (fields: string): string =>
    `{ _entities(representations: [{ __typename: "Workflow", id: "${workflowId}" }]) { ... on Workflow { ${fields} } } }`;
  let made = 1;
  const times = {
    'page of 50 of the history': await median(() =>
      ask('{ boxOffice { deliveries(first: 50) { nodes { id status } pageInfo { endCursor } } } }'),
    ),
    'stats of a workflow': await median(() => ask(entity('stats { total synced skipped failed pending }'))),
    'claim to outcome of a live order': await median(async () => {
      made += 1;
      await round.produce([round.order(office.boxOfficeId, size + made, `${round.prefix}.live${made}@example.com`)]);
      for (const id = `or_${round.prefix}_${size + made}`; ;) {
        const found = await deliveries.findOne({
          boxOfficeId: office.boxOfficeId,
          emailHash: { $ne: null },
          orderId: id,
          createdAt: { $gt: new Date(Date.now() - 60_000) },
        });
        if (found?.status === 'SYNCED') return;
      }
    }),
  };
  return { times, rssMiB: sync.rssMiB() };
};

const median = async (act: () => Promise<unknown>): Promise<number> => {
  for (let index = 0; index < 5; index += 1) await act();
  const times: number[] = [];
  for (let index = 0; index < samples; index += 1) {
    const begun = performance.now();
    await act();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[Math.floor(samples / 2)] ?? 0;
};
