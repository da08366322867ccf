import { askSubgraph, eventually } from '@boxlist/testkit';
import { setTimeout } from 'node:timers/promises';
import { liveOrders } from './live-orders';
import { line, quantile, type Line } from './table';
import type { BenchWorld } from './world';

const buyers = 100_000;
const quietMs = 20_000;

/**
 * Measures a backfill of 100,000 opted-in buyers onto a list, at Constant Contact's own limits: its writes, its polls,
 * and its effect on another box office's live orders.
 */
export const benchBackfill = async (world: BenchWorld): Promise<Line[]> => {
  const round = await world.round();
  try {
    const { listId } = await world.resources();
    const [office, neighbour] = [await round.office(), await round.office()];
    // This workflow matches none of the orders. It only makes sync store them.
    await office.workflow({ filter: { eventIds: ['ev_none'], eventSeriesIds: [], ticketTypeIds: [] } });
    await neighbour.workflow({ lists: { fixed: [listId], perEvent: false } });
    for (let start = 0; start < buyers; start += 10_000)
      await round.produce(
        Array.from({ length: 10_000 }, (_, index) =>
          round.order(office.boxOfficeId, start + index, `${round.prefix}.${start + index}@example.com`),
        ),
      );
    const sync = await round.startSync({
      CONSTANT_CONTACT_CALLS_PER_SECOND: '4',
      // Above the real limit of a day: in a long run, sync would hold the many live orders in batching windows to share
      // calls, and the benchmark would measure those windows.
      CONSTANT_CONTACT_CALLS_PER_DAY: '1000000',
    });
    await round.settled(buyers);
    const quiet = await liveOrders(world, round, neighbour.boxOfficeId, 'quiet', setTimeout(quietMs));
    const workflowId = await office.workflow({
      lists: { fixed: [listId], perEvent: false },
      activeSince: new Date(Date.now() + 60_000).toISOString(),
    });
    const begun = performance.now();
    await eventually(() => start(world, sync.url, office.boxOfficeId, workflowId));
    const backfills = round.mongo.collection('backfills');
    const done = eventually(
      async () => {
        if (!(await backfills.findOne({ status: 'DONE' }))) throw new Error('The backfill is not done');
      },
      { timeoutMs: 900_000, everyMs: 500 },
    );
    const beside = await liveOrders(world, round, neighbour.boxOfficeId, 'beside', done);
    const seconds = (performance.now() - begun) / 1_000;
    const outcomes = await round.settled(buyers * 2 + quiet.length + beside.length);
    console.log(beside.calls, outcomes);
    const made = (method: string): number =>
      Object.entries(beside.calls).reduce((sum, [name, count]) => (name.startsWith(method) ? sum + count : sum), 0);
    const synced = buyers + quiet.length + beside.length;
    return [
      line('backfill', '100,000 buyers onto a list: writes', made('POST') - beside.length, 'calls', { atMost: 4 }),
      line('backfill', '100,000 buyers onto a list: polls', made('GET'), 'calls', { atMost: 30 }),
      line('backfill', 'not synchronised', synced - (outcomes.SYNCED ?? 0), 'deliveries', { atMost: 0 }),
      line('backfill', 'from the start to the last outcome', seconds, 's'),
      line('backfill', `live orders before the backfill, p50 of ${quiet.length}`, quantile(quiet.times, 0.5), 'ms'),
      line('backfill', 'live orders before the backfill, p99', quantile(quiet.times, 0.99), 'ms'),
      line('backfill', `live orders during the backfill, p50 of ${beside.length}`, quantile(beside.times, 0.5), 'ms'),
      line('backfill', 'live orders during the backfill, p99', quantile(beside.times, 0.99), 'ms', { atMost: 2_000 }),
    ];
  } finally {
    await round.end();
  }
};

const start = async (world: BenchWorld, url: string, boxOfficeId: string, workflowId: string): Promise<void> => {
  const { data } = await askSubgraph<{
    data?: { startBackfill?: { backfill: object | null; userErrors: object[] } };
  }>(
    url,
    world.signIdentity(boxOfficeId, 'manager'),
    `mutation ($input: BackfillInput!) {
      startBackfill(input: $input) { backfill { id } userErrors { code message } }
    }`,
    { input: { workflowId, mode: 'IMPORT' } },
  );
  if (!data?.startBackfill?.backfill) throw new Error(JSON.stringify(data));
};
