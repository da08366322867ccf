import { pollDelayMs, quotaStateOf } from '../../src/domain/quota-state';
import { declare, emptyLedger, type CallClass } from '../../src/domain/ledger';
import pMap from 'p-map';
import type { Activity } from './account';
import type { Order } from './load';
import { plainPermits } from './plain-permits';
import { accountOf, type Way, type World } from './way';
import { DayUsedUp, workOrders, type Task } from './work-orders';

const callsAtOnce = 4;
const officesAtOnce = 8;
const batchSize = 200;
const backfillBatchSize = 39_999;

/** Hands on what was put in, oldest first; waits while there is nothing. */
const createQueue = <T>() => {
  let items: T[] = [];
  let from = 0;
  let wake: (() => void) | undefined;
  return {
    put: (item: T): void => {
      items.push(item);
      wake?.();
    },
    /** So many of the oldest ones, as long as they are like the first. */
    take: async (most: (first: T) => number, isLike: (first: T, each: T) => boolean): Promise<T[]> => {
      while (from >= items.length) await new Promise<void>((resolve) => (wake = resolve));
      const first = items[from]!;
      let to = from + 1;
      while (to < items.length && to - from < most(first) && isLike(first, items[to]!)) to += 1;
      const taken = items.slice(from, to);
      from = to;
      if (from > 100_000) [items, from] = [items.slice(from), 0];
      return taken;
    },
  };
};

/** One queue for all, and for each workflow of an order a look-up, a write and a tag: what is written first. */
export const fifoStepByStep = (world: World): Way => {
  const { time, limits, answer, done } = world;
  const permits = plainPermits(time, limits, false);
  const queue = createQueue<Order>();
  const callsOf = ({ office }: Order): number => 2 + 3 * (office.workflows - 1);
  const work = async (): Promise<void> => {
    for (;;) {
      const [order] = await queue.take(
        () => 1,
        () => true,
      );
      if (!order) return;
      try {
        for (let calls = callsOf(order); calls > 0; calls -= 1) {
          await permits.take('live');
          await answer();
        }
      } catch (error) {
        if (!(error instanceof DayUsedUp)) throw error;
        // The rest waits for the next day.
        return world.refused('live');
      }
      accountOf(world, order).write(
        order.email,
        ['list'],
        Array.from({ length: order.office.workflows - 1 }, (_, index) => `tag ${index + 1}`),
      );
      done(order);
    }
  };
  for (let index = 0; index < callsAtOnce; index += 1) void work();
  return { take: queue.put };
};

/**
 * Queues that are worked off from their heads with Boxlist's planner, in batches; no turns among box offices, no
 * gathering, nothing kept for anybody.
 */
const plannedQueues = (world: World, byClass: boolean): Way => {
  const { time, limits, answer } = world;
  const permits = plainPermits(time, limits, byClass);
  let pace = emptyLedger;
  const queues = { live: createQueue<Task>(), backfill: createQueue<Task>() };
  const queueOf = ({ kind }: Order) => (byClass ? queues[kind] : queues.live);
  const call = (kind: CallClass) => async (): Promise<void> => {
    await permits.take(kind);
    await answer();
  };
  /** Scarce by the same rule as Boxlist's. */
  const isScarce = (): boolean =>
    quotaStateOf(
      { ...pace, day: new Date(time.now()).toISOString().slice(0, 10), used: limits.perDay - permits.left() },
      time.now(),
      limits,
      {
        minMs: 1,
        maxMs: 1,
      },
    ).scarce;

  const followed = new Map<Activity, Set<Task>>();
  const follow = async (activity: Activity, kind: CallClass): Promise<void> => {
    for (let polls = 0; ; polls += 1) {
      await time.sleep(pollDelayMs(Math.max(0, polls - 1), { scarce: isScarce() }));
      try {
        await call(kind)();
      } catch (error) {
        if (!(error instanceof DayUsedUp)) throw error;
        return;
      }
      if (activity.endsAt <= time.now()) break;
    }
    for (const task of followed.get(activity) ?? []) {
      task.activities.delete(activity);
      if (task.activities.size > 0) continue;
      if (task.imported) queueOf(task.order).put(task);
      else world.done(task.order);
    }
    followed.delete(activity);
  };

  const workSome = async (tasks: readonly Task[]): Promise<void> => {
    const { order } = tasks[0]!;
    const account = accountOf(world, order);
    const importsNew = order.kind === 'backfill' || (account.office.importsWhenScarce && isScarce());
    await workOrders(account, tasks, { optInRoute: 'DIRECT', importsNew }, call(order.kind), time.now, (task, to) => {
      if (to.kind === 'done') return world.done(task.order);
      if (to.kind === 'later') return world.refused(task.order.kind);
      task.activities = new Set(to.activities);
      task.imported = to.imported;
      for (const activity of to.activities) {
        const waiting = followed.get(activity);
        if (waiting) waiting.add(task);
        else {
          followed.set(activity, new Set([task]));
          void follow(activity, byClass ? 'poll' : 'live');
        }
      }
    });
  };

  const work = async (queue: (typeof queues)['live']): Promise<void> => {
    while (permits.left() > 0) {
      const some = await queue.take(
        ({ order }) => (order.kind === 'backfill' ? backfillBatchSize : batchSize),
        (first, each) => first.order.kind === each.order.kind,
      );
      const byOffice = new Map<string, Task[]>();
      for (const task of some) {
        const own = byOffice.get(task.order.office.id);
        if (own) own.push(task);
        else byOffice.set(task.order.office.id, [task]);
      }
      await pMap([...byOffice.values()], workSome, { concurrency: officesAtOnce });
    }
    // The rest waits for the next day.
    world.refused('live');
  };
  void work(queues.live);
  if (byClass) void work(queues.backfill);
  return {
    take: (order) => {
      if (order.kind === 'live') pace = declare(pace, 'all', [], { [order.office.id]: 1 }, time.now());
      queueOf(order).put({ order, imported: false, activities: new Set() });
    },
  };
};

/** One queue for all, with Boxlist's planner. */
export const fifoPlanned = (world: World): Way => plannedQueues(world, false);

/** Live orders before polls before backfills, with Boxlist's planner; within a class whoever came first. */
export const priorityOnly = (world: World): Way => plannedQueues(world, true);
