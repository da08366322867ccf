import type { Backfill } from '../../src/store/backfills';
import type { Erasure } from '../../src/store/erasures';
import type { Retry } from '../../src/store/retries';
import type { DeferredWork } from '../../src/store/deferred-work';
import { never } from '../../src/store/never';
import { isOpen, keptDeliveries, type Rest } from './at-rest-state';
import { offices } from './history';
import { stallMs, type Stage } from './stage';
import { accounts, officeOf } from './published-orders';

interface Scene {
  readonly stage: Stage;
  readonly rest: Rest;
  /** Starts processes that have died. */
  readonly revive: () => Promise<void>;
  readonly isAlive: (process: number) => boolean;
  /** Moves the partitions of a process to another. */
  readonly handOver: (process: number) => void;
  /** Repeats unanswered requests; returns false if there are none. */
  readonly askAgain: () => boolean;
}

/** Lets everything settle: first without the frozen processes, for as long as that takes, then with them. */
export const comeToRest = async ({ stage, rest, revive, isAlive, handOver, askAgain }: Scene): Promise<void> => {
  const { mongo, bus, accounts: watched, problem } = rest;
  const fingerprint = (): string => `${mongo.changes()} ${bus.published()} ${watched.calls()}`;
  const idle = { rounds: 0 };
  for (let rounds = 0; ; rounds += 1) {
    await revive();
    const before = fingerprint();
    const waits = bus.deliver(() => 100);
    stage.beat();
    await stage.run(2_000);
    watched.observe();
    if (rounds > 3_000) return problem('3: the processes do not come to rest');
    const isSame = fingerprint() === before;
    if (!isSame) idle.rounds = 0;
    const frozen = [0, 1].filter(stage.isFrozen);
    if (frozen.length > 0) {
      frozen.forEach(handOver);
      if (isSame && !goOn(rest, stage, idle, stallMs)) stage.thaw();
      continue;
    }
    if (waits || !isAlive(0) || !isAlive(1) || askAgain()) continue;
    if (isSame) judgeWaits(rest);
    if (isAtRest(rest) && isSame) return;
    if (isSame && !goOn(rest, stage, idle))
      return isAtRest(rest) ? undefined : problem('3: something is left, and nobody goes on with it');
  }
};

/**
 * Moves the clock to the next moment at which something continues by itself; returns false if nothing does within that
 * time.
 */
const goOn = (rest: Rest, stage: Stage, idle: { rounds: number }, withinMs = Infinity): boolean => {
  const now = stage.now();
  const moments = nextMoments(rest).filter((moment) => moment < Math.min(never.getTime(), now + withinMs));
  const next = moments.filter((moment) => moment > now);
  // The moment may have come while the last beat ran.
  const hasCome = moments.some((moment) => moment <= now && moment > now - 1_000);
  if (anyActivityRuns(rest)) stage.advance(1_000);
  else if (hasCome && idle.rounds < 3) {
    idle.rounds += 1;
    stage.advance(1);
  } else if (next.length > 0) stage.advanceTo(Math.min(...next));
  else return (idle.rounds += 1) <= 3;
  return true;
};

const anyActivityRuns = ({ accounts: watched }: Rest): boolean =>
  offices.some((office) => watched.sandbox.activitiesRunning(accounts[office]) > 0);

/**
 * Checks that no delivery waits only for activities that no process polls. One of several awaited activities may be
 * forgotten, because a holder that has lost its lease records late what it started. The process that releases the
 * deliveries of the last other activity releases that delivery too.
 */
const judgeWaits = ({ mongo, now, problem }: Rest): void => {
  const followed = new Set(mongo.all<Activity>('activities').map(({ _id }) => _id));
  for (const { orderKey, workflowId, reason, activityIds, readyAt } of keptDeliveries(mongo))
    if (
      reason === 'ACTIVITY_RUNNING' &&
      readyAt &&
      readyAt.getTime() > now() &&
      activityIds.every((id) => !followed.has(id))
    )
      problem(`3: delivery of ${orderKey} by ${workflowId} waits for an activity that nobody follows`);
};

/** Whether nothing is left that continues by itself. */
const isAtRest = (rest: Rest): boolean => {
  const { mongo, connectionState } = rest;
  const deliveries = keptDeliveries(mongo);
  return (
    deliveries.every(
      (each) =>
        !each.uncounted &&
        each.outbox.length === 0 &&
        (!isOpen(each) ||
          named.includes(each.reason ?? '') ||
          (each.reason === 'ACTIVITY_RUNNING' && connectionState(officeOf(each.connectionId)) === 'broken')),
    ) &&
    mongo
      .all<Erasure>('erasures')
      .every(
        ({ status, boxOfficeId, contacts }) =>
          status === 'DONE' ||
          (connectionState(officeOf(boxOfficeId)) === 'broken' && contacts.some(({ state }) => state === 'PENDING')),
      ) &&
    awaitedEnded(rest).length === 0 &&
    mongo.all<Retry>('retries').every(({ open }) => !open) &&
    [...mongo.all<DeferredWork>('upgrades'), ...latePhonesToCome(mongo)].every(
      (each) => connectionState(officeOf(each.connectionId)) !== 'connected',
    ) &&
    mongo.all<{ outbox: unknown[] }>('notices').every(({ outbox }) => outbox.length === 0) &&
    mongo.all<{ unsent: boolean }>('dead_letters').every(({ unsent }) => !unsent) &&
    !anyActivityRuns(rest)
  );
};

/** Postponed phones that sync should add now: those of a paused backfill wait with it. */
const latePhonesToCome = (mongo: Rest['mongo']): DeferredWork[] => {
  const paused = new Set(
    mongo.all<Backfill>('backfills').flatMap(({ _id, status }) => (status === 'PAUSED' ? [_id] : [])),
  );
  const waiting = new Set(
    keptDeliveries(mongo).flatMap(({ _id, backfillId }) =>
      backfillId !== null && paused.has(backfillId) ? [_id] : [],
    ),
  );
  return mongo.all<DeferredWork>('late_phones').filter(({ deliveryId }) => !waiting.has(deliveryId));
};

/** Outside causes for which a delivery may wait. */
const named = ['ORDER_PENDING', 'WORKFLOW_RESUME', 'CONNECTION_NEEDS_RECONNECT', 'BACKFILL_PAUSED'];

interface Activity {
  readonly _id: string;
  readonly connectionId: string;
  readonly ended?: object;
}

/**
 * Activities that have ended while deliveries still wait for them. Other ended activities are forgotten when a
 * dispatcher next works on their connection.
 */
const awaitedEnded = ({ mongo }: Rest): Activity[] => {
  const awaited = new Set(
    keptDeliveries(mongo).flatMap(({ reason, activityIds }) => (reason === 'ACTIVITY_RUNNING' ? activityIds : [])),
  );
  return mongo.all<Activity>('activities').filter(({ _id, ended }) => ended && awaited.has(_id));
};

/** Whether a connection is broken and all its work waits: then it only polls its activities again and again. */
const isParked = (rest: Rest, connectionId: string): boolean =>
  rest.connectionState(officeOf(connectionId)) === 'broken' &&
  awaitedEnded(rest).every((each) => each.connectionId !== connectionId) &&
  keptDeliveries(rest.mongo).every(
    (each) =>
      each.connectionId !== connectionId || !isOpen(each) || [...named, 'ACTIVITY_RUNNING'].includes(each.reason ?? ''),
  );

/** The moments at which something continues by itself. */
const nextMoments = (rest: Rest): number[] => [
  ...rest.mongo
    .all<{ _id: string; readyAt: Date; leaseUntil: Date }>('connection_leases')
    .filter(({ _id }) => !isParked(rest, _id))
    .flatMap(({ readyAt, leaseUntil }) => [readyAt.getTime(), leaseUntil.getTime()]),
  ...rest.mongo
    .all<Erasure>('erasures')
    .flatMap(({ status, nextAt }) => (status === 'RUNNING' ? [nextAt.getTime()] : [])),
];
