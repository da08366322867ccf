import { line, type Line } from './table';
import type { BenchWorld } from './world';
import { eventually } from '@boxlist/testkit';

const buyers = 100_000;

/** A backfill of 100,000 opted-in buyers onto a list: its writes and its polls. */
export const benchBackfill = async (world: BenchWorld): Promise<Line[]> => {
  const round = await world.round();
  try {
    const office = await round.office();
    // Taken by a workflow that matches none of them, so that their orders are there.
    await office.workflow({ filter: { eventIds: ['ev_none'], eventSeriesIds: [], ticketTypeIds: [] } });
    for (let start = 0; start < buyers; start += 10_000)
      await round.produce(
        Array.from({ length: 10_000 }, (_, index) =>
          round.order(office.boxOfficeId, start + index, `${round.prefix}.${start + index}@example.com`),
        ),
      );
    const sync = await round.startSync();
    await round.settled(buyers);
    const { listId } = await world.resources();
    const workflowId = await office.workflow({
      lists: { fixed: [listId], perEvent: false },
      activeSince: new Date(Date.now() + 60_000).toISOString(),
    });
    await world.sandbox.forgetJournal();
    const begun = performance.now();
    await eventually(() => start(world, sync.url, office.boxOfficeId, workflowId));
    const outcomes = await round.settled(buyers * 2);
    const seconds = (performance.now() - begun) / 1_000;
    const { calls } = await world.sandbox.summary();
    console.log(calls, outcomes);
    const of = (method: string): number =>
      Object.entries(calls).reduce((sum, [name, count]) => (name.startsWith(method) ? sum + count : sum), 0);
    return [
      line('backfill', '100,000 buyers onto a list: writes', of('POST'), 'calls', { atMost: 4 }),
      line('backfill', '100,000 buyers onto a list: polls', of('GET'), 'calls', { atMost: 30 }),
      line('backfill', 'not synchronised', buyers - (outcomes.SYNCED ?? 0), 'deliveries', { atMost: 0 }),
      line('backfill', 'from the start to the last outcome', seconds, 's'),
    ];
  } finally {
    await round.end();
  }
};

const start = async (world: BenchWorld, url: string, boxOfficeId: string, workflowId: string): Promise<void> => {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-boxlist-identity': await world.signIdentity(boxOfficeId, 'manager'),
    },
    body: JSON.stringify({
      query: `mutation ($input: BackfillInput!) { startBackfill(input: $input) { backfill { id } userErrors { code message } } }`,
      variables: { input: { workflowId, mode: 'IMPORT' } },
    }),
  });
  const { data } = (await response.json()) as {
    data?: { startBackfill?: { backfill: object | null; userErrors: object[] } };
  };
  if (!data?.startBackfill?.backfill) throw new Error(JSON.stringify(data));
};
