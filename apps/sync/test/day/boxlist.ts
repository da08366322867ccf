import { fewestToImport, pollDelayMs, quotaStateOf } from '../../src/domain/quota-state';
import { emptyLedger, type CallClass } from '../../src/domain/ledger';
import type { Account, Activity } from './account';
import { ledgerPermits, type Shared } from './ledger-permits';
import type { Order } from './load';
import { accountOf, type Way, type World } from './way';
import { DayUsedUp, workOrders, type Became, type Task } from './work-orders';

type Queue = Order['kind'];
interface Entry extends Task {
  readyAt: number;
}

/** The work of one connection. */
interface ConnectionLease {
  readonly account: Account;
  readonly queues: Record<Queue, Set<Entry>>;
  readonly activities: Map<Activity, Set<Entry>>;
  readyAt: number;
  wakes: number;
  isHeld: boolean;
}

type Permits = ReturnType<typeof ledgerPermits>;
/** One lane while a process drives it. */
interface Drive {
  readonly lease: ConnectionLease;
  readonly permits: Permits;
  parked: boolean;
}

// As sync is set up, and as `drive-lanes` and `follow-activities` have it.
const bounds = { minMs: 10_000, maxMs: 1_800_000 };
const processes = 2;
const leasesAtOnce = 200;
const pollMs = 200;
const batchSize = 200;
const batchedSize = 3_000;
const backfillBatchSize = 39_999;
const delayedPollMs = 5_000;

/**
 * Boxlist's way: its planner, its ledger with turns among box offices, its gathering window and its lanes, by two
 * processes.
 */
export const boxlist = (world: World): Way => {
  const { time, limits, answer } = world;
  const shared: Shared = { ledger: emptyLedger };
  const connectionLeases = new Map<string, ConnectionLease>();
  const running = Array.from({ length: processes }, (_, index) => ({
    permits: ledgerPermits(time, shared, `process ${index}`, limits),
    connectionLeases: 0,
  }));
  const quotaState = (boxOfficeId?: string) => quotaStateOf(shared.ledger, time.now(), limits, bounds, boxOfficeId);

  const callOf =
    ({ lease, permits }: Drive, kind: CallClass) =>
    async (): Promise<void> => {
      await permits.take(kind, lease.account.office.id);
      await answer();
    };

  const became = (drive: Drive, queue: Queue, entry: Entry, to: Became): void => {
    const { queues, activities } = drive.lease;
    if (to.kind === 'waits') {
      entry.activities = new Set(to.activities);
      entry.imported = to.imported;
      queues[queue].delete(entry);
      for (const activity of to.activities) {
        const waiting = activities.get(activity);
        if (waiting) waiting.add(entry);
        else {
          activity.pollAt = time.now() + pollDelayMs(0, quotaState());
          activities.set(activity, new Set([entry]));
        }
      }
    } else if (to.kind === 'later') {
      world.refused(queue);
      entry.readyAt = to.retryAt;
      drive.parked = true;
    } else {
      queues[queue].delete(entry);
      world.done(entry.order);
    }
  };

  const ready = (lease: ConnectionLease, queue: Queue, most: number): Entry[] => {
    const now = time.now();
    const found: Entry[] = [];
    for (const entry of lease.queues[queue]) {
      if (entry.readyAt > now) continue;
      found.push(entry);
      if (found.length >= most) break;
    }
    return found;
  };

  const workQueue = async (drive: Drive, queue: Queue, size: number): Promise<void> => {
    const { account } = drive.lease;
    while (!drive.parked) {
      const some = ready(drive.lease, queue, Math.max(1, Math.floor(size / account.office.workflows)));
      if (some.length === 0) return;
      // A backfill comes by import; live orders do only where calls are scarce and the organiser chose it.
      const importsNew =
        queue === 'backfill' ||
        (some.length >= fewestToImport && quotaState().scarce && account.office.importsWhenScarce);
      await workOrders(
        account,
        some,
        { optInRoute: 'DIRECT', importsNew },
        callOf(drive, queue),
        time.now,
        (task, to) => became(drive, queue, task as Entry, to),
      );
    }
  };

  const besideEachOther = async (drive: Drive, worked: readonly Queue[], work: (queue: Queue) => Promise<void>) => {
    const atWork = new Set(worked);
    await Promise.all(
      worked.map(async (queue) => {
        await work(queue);
        atWork.delete(queue);
        while (queue !== 'backfill' && atWork.size > 0 && !drive.parked) {
          await time.sleep(pollMs);
          if (atWork.size > 0) await work(queue);
        }
      }),
    );
  };

  /** One call asks for all activities of the connection. */
  const follow = async (drive: Drive): Promise<void> => {
    const { activities, queues } = drive.lease;
    if (![...activities.keys()].some(({ pollAt }) => pollAt <= time.now())) return;
    try {
      await callOf(drive, 'poll')();
    } catch (error) {
      if (!(error instanceof DayUsedUp)) throw error;
      for (const activity of activities.keys()) activity.pollAt = Math.max(error.retryAt, time.now() + delayedPollMs);
      return;
    }
    for (const [activity, waiting] of activities) {
      if (activity.endsAt > time.now()) {
        activity.pollAt = time.now() + pollDelayMs(activity.polls, quotaState());
        activity.polls += 1;
        continue;
      }
      activities.delete(activity);
      for (const entry of waiting) {
        entry.activities.delete(activity);
        if (entry.activities.size > 0) continue;
        entry.readyAt = time.now();
        if (entry.imported) queues[entry.order.kind].add(entry);
        else world.done(entry.order);
      }
    }
  };

  const batchesUntil = (lease: ConnectionLease, windowMs: number): number | undefined => {
    if (windowMs === 0) return undefined;
    const batched = ready(lease, 'live', batchedSize);
    if (batched.length === 0 || batched.length * lease.account.office.workflows >= batchedSize) return undefined;
    const until = Math.min(...batched.map(({ readyAt }) => readyAt)) + windowMs;
    return until > time.now() ? until : undefined;
  };

  const processLease = async (lease: ConnectionLease, permits: Permits): Promise<void> => {
    const { wakes } = lease;
    const drive: Drive = { lease, permits, parked: false };
    const { windowMs } = quotaState(lease.account.office.id);
    const batchesTo = batchesUntil(lease, windowMs);
    await follow(drive);
    const worked: Queue[] = batchesTo === undefined ? ['live', 'backfill'] : ['backfill'];
    const sizes = { live: windowMs > 0 ? batchedSize : batchSize, backfill: backfillBatchSize };
    await besideEachOther(drive, worked, (queue) => workQueue(drive, queue, sizes[queue]));
    let next = batchesTo ?? Infinity;
    for (const queue of worked) for (const { readyAt } of lease.queues[queue]) next = Math.min(next, readyAt);
    for (const { pollAt } of lease.activities.keys()) next = Math.min(next, pollAt);
    lease.readyAt = lease.wakes === wakes ? next : time.now();
  };

  const dispatch = (): void => {
    for (;;) {
      const process = running.reduce((best, each) => (each.connectionLeases < best.connectionLeases ? each : best));
      if (process.connectionLeases >= leasesAtOnce) return;
      let lease: ConnectionLease | undefined;
      for (const each of connectionLeases.values())
        if (!each.isHeld && each.readyAt <= time.now() && (!lease || each.readyAt < lease.readyAt)) lease = each;
      if (!lease) return;
      const chosen = lease;
      chosen.isHeld = true;
      process.connectionLeases += 1;
      void processLease(chosen, process.permits).then(() => {
        chosen.isHeld = false;
        process.connectionLeases -= 1;
        if (chosen.readyAt > time.now() && chosen.readyAt < Infinity) time.at(chosen.readyAt, dispatch);
        dispatch();
      });
    }
  };

  let arriving = 0;
  return {
    take: (order) => {
      const account = accountOf(world, order);
      let lease = connectionLeases.get(order.office.id);
      if (!lease) {
        lease = {
          account,
          queues: { live: new Set(), backfill: new Set() },
          activities: new Map(),
          readyAt: Infinity,
          wakes: 0,
          isHeld: false,
        };
        connectionLeases.set(order.office.id, lease);
      }
      lease.queues[order.kind].add({ order, imported: false, activities: new Set(), readyAt: time.now() });
      lease.readyAt = Math.min(lease.readyAt, time.now());
      lease.wakes += 1;
      if (order.kind === 'live') running[(arriving += 1) % processes]!.permits.arrived(order.office.id);
      time.at(time.now(), dispatch);
    },
  };
};
