import { dayMs, type Load, type Order } from './load';

/** What became of a day. */
export interface DayLog {
  /** When each order was done. */
  readonly doneAt: ReadonlyMap<Order, number>;
  /** When calls were made, in their order. */
  readonly calls: readonly number[];
  /** When a call for a live order was refused first, for the day had none left. */
  readonly ranOutAt: number | undefined;
}

export interface Judgement {
  readonly calls: number;
  readonly mostInASecond: number;
  readonly liveDone: number;
  readonly backfillDone: number;
  /** Of live orders, in s; one that was not done that day counts with the time until midnight: its wait is longer. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly worstOfficeP99: number;
  readonly oneOrderP50: number;
  readonly oneOrderMax: number;
  /**
   * Jain's index over box offices of the share of their live orders that were done that day: 1 when all were served
   * alike.
   */
  readonly fairness: number;
  /** The same of those done within a minute. */
  readonly promptFairness: number;
  /** The share of all live orders that were done within a minute. */
  readonly prompt: number;
  /** Hour of the day; 24 when it did not. */
  readonly ranOutAtHour: number;
}

const promptMs = 60_000;

export const judge = ({ startAt, orders }: Load, { doneAt, calls, ranOutAt }: DayLog): Judgement => {
  const live = orders.filter(({ kind }) => kind === 'live');
  const waitOf = (order: Order): number => (doneAt.get(order) ?? startAt + dayMs) - order.at;
  const isPrompt = (order: Order): boolean => waitOf(order) <= promptMs;
  const byOffice = new Map<string, Order[]>();
  for (const order of live) byOffice.set(order.office.id, [...(byOffice.get(order.office.id) ?? []), order]);
  const offices = [...byOffice.values()];
  const waits = live.map(waitOf);
  const single = live.filter(({ office }) => office.kind === 'one order').map(waitOf);
  return {
    calls: calls.length,
    mostInASecond: mostWithin(calls, 1_000),
    liveDone: live.filter((order) => doneAt.has(order)).length,
    backfillDone: doneAt.size - live.filter((order) => doneAt.has(order)).length,
    p50: quantile(waits, 0.5) / 1_000,
    p99: quantile(waits, 0.99) / 1_000,
    max: quantile(waits, 1) / 1_000,
    worstOfficeP99: Math.max(...offices.map((own) => quantile(own.map(waitOf), 0.99))) / 1_000,
    oneOrderP50: quantile(single, 0.5) / 1_000,
    oneOrderMax: quantile(single, 1) / 1_000,
    fairness: jain(offices.map((own) => share(own, (order) => doneAt.has(order)))),
    promptFairness: jain(offices.map((own) => share(own, isPrompt))),
    prompt: share(live, isPrompt),
    ranOutAtHour: ranOutAt === undefined ? 24 : (ranOutAt - startAt) / 3_600_000,
  };
};

const share = (orders: readonly Order[], is: (order: Order) => boolean): number =>
  orders.filter(is).length / orders.length;

/** Jain's fairness index: 1 when all have the same, 1/n when one has all. */
export const jain = (shares: readonly number[]): number => {
  const sum = shares.reduce((total, each) => total + each, 0);
  const squares = shares.reduce((total, each) => total + each * each, 0);
  return squares === 0 ? 0 : (sum * sum) / (shares.length * squares);
};

/** The smallest value that at least a share of all do not exceed. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0;

/** How many of these moments, in their order, lie within such a time at most. */
export const mostWithin = (moments: readonly number[], ms: number): number => {
  let from = 0;
  let most = 0;
  moments.forEach((moment, index) => {
    while (moment - moments[from]! >= ms) from += 1;
    most = Math.max(most, index - from + 1);
  });
  return most;
};
