import { randomOf } from '../model/stage';
import { createAccounts } from './account';
import { boxlist } from './boxlist';
import { judge, type DayLog, type Judgement } from './judge';
import { dayMs, type Load, type Order } from './load';
import { fifoPlanned, fifoStepByStep, priorityOnly } from './rivals';
import { createVirtualTime } from './virtual-time';
import type { Way, World } from './way';

export const limits = { perSecond: 4, perDay: 10_000 };

export const ways = {
  Boxlist: boxlist,
  'FIFO, step by step': fifoStepByStep,
  'FIFO, planned': fifoPlanned,
  'priority only, planned': priorityOnly,
} as const satisfies Readonly<Record<string, (world: World) => Way>>;
export type WayName = keyof typeof ways;

const answerMs = { least: 120, more: 280 };

/**
 * One day from midnight to midnight, worked off in one way; nobody waits for it. The same load and seed give the same
 * day.
 */
export const runDay = async (
  name: WayName,
  load: Load,
  seed: number,
): Promise<Judgement & { readonly log: DayLog }> => {
  const time = createVirtualTime(load.startAt);
  const random = randomOf(seed);
  const accounts = createAccounts(load);
  const doneAt = new Map<Order, number>();
  const calls: number[] = [];
  let ranOutAt: number | undefined;
  const way = ways[name]({
    time,
    limits,
    load,
    accounts,
    answer: () => {
      calls.push(time.now());
      return time.sleep(answerMs.least + Math.floor(random() * answerMs.more));
    },
    refused: (kind) => {
      if (kind === 'live') ranOutAt ??= time.now();
    },
    done: (order) => {
      if (doneAt.has(order)) throw new Error('An order is done twice');
      if (!accounts.get(order.office.id)?.holds(order.email))
        throw new Error('An order is done without its list and tags');
      doneAt.set(order, time.now());
    },
  });
  let next = 0;
  const arrive = (): void => {
    while (next < load.orders.length && load.orders[next]!.at <= time.now()) way.take(load.orders[next++]!);
    if (next < load.orders.length) time.at(load.orders[next]!.at, arrive);
  };
  time.at(load.startAt, arrive);
  await time.run(load.startAt + dayMs);
  const log = { doneAt, calls, ranOutAt };
  return { ...judge(load, log), log };
};
