import { askSubgraph } from '@boxlist/testkit';
import { fillDeliveries } from './fill-deliveries';
import type { Options } from './options';
import { line, type Line } from './table';
import type { BenchWorld, Round } from './world';

const small = 10_000;
const samples = 30;

/**
 * Measures queries of organisers and the time of a live order at 10,000 and at 1,000,000 deliveries (or `--large`): the
 * median of each, and its growth.
 */
export const benchGrowth = async (world: BenchWorld, { large }: Options): Promise<Line[]> => {
  const measured: Record<string, number>[] = [];
  const lines: Line[] = [];
  for (const size of [small, large]) {
    const round = await world.round();
    try {
      const { times, seconds, memory } = await measure(world, round, size);
      measured.push(times);
      lines.push(line('growth', `time to insert ${shown(size)} deliveries`, seconds, 's'));
      lines.push(line('growth', `memory of sync at ${shown(size)} deliveries`, memory.now, 'MiB'));
      lines.push(line('growth', `peak memory of sync at ${shown(size)} deliveries`, memory.most, 'MiB'));
    } finally {
      await round.end();
    }
  }
  const [atSmall = {}, atLarge = {}] = measured;
  for (const name of Object.keys(atSmall)) {
    lines.push(line('growth', `${name} at ${shown(small)}`, atSmall[name] ?? 0, 'ms'));
    lines.push(line('growth', `${name} at ${shown(large)}`, atLarge[name] ?? 0, 'ms'));
    lines.push(line('growth', `${name}: growth`, (atLarge[name] ?? 0) / (atSmall[name] ?? 1), '', { atMost: 1.3 }));
  }
  return lines;
};

const shown = (size: number): string => size.toLocaleString('en');

const measure = async (world: BenchWorld, round: Round, size: number) => {
  const { listId } = await world.resources();
  const { office, workflowId, sync, seconds } = await fillDeliveries(round, listId, size);
  const deliveries = round.mongo.collection('deliveries');
  const identity = world.signIdentity(office.boxOfficeId, 'viewer');
  const ask = async (query: string): Promise<unknown> => {
    const answer = await askSubgraph<{ data?: unknown; errors?: unknown }>(sync.url, identity, query);
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  };
  const entity = (fields: string): string =>
    `{ _entities(representations: [{ __typename: "Workflow", id: "${workflowId}" }]) {
      ... on Workflow { ${fields} } } }`;
  let made = 1;
  const times = {
    'page of 50 of the history': await median(() =>
      ask('{ boxOffice { deliveries(first: 50) { nodes { id status } pageInfo { endCursor } } } }'),
    ),
    'statistics of a workflow': await median(() => ask(entity('stats { total synced skipped failed pending }'))),
    'live order, from its publishing to its outcome': await median(async () => {
      made += 1;
      await round.produce([round.order(office.boxOfficeId, size + made, `${round.prefix}.live${made}@example.com`)]);
      for (const id = `or_${round.prefix}_${size + made}`; ;) {
        // This query uses an index on exactly both fields, because it is not part of the measurement.
        const found = await deliveries.findOne({ boxOfficeId: office.boxOfficeId, orderId: id });
        if (found?.status === 'SYNCED') return;
      }
    }),
  };
  return { times, seconds, memory: sync.memoryMiB() };
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
