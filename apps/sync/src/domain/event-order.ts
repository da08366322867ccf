import type { OrderEvent } from '@boxlist/contracts';

/** An event's place among the events of its order. */
export interface Stamp {
  /** When it happened at the source, in ms; with a fraction where the source tells one. */
  readonly eventTime: number;
  /** What decides between events of the same time: see `rankOf`. */
  readonly eventRank: number;
  readonly eventId: string;
  readonly eventSource: string;
}

/** An update comes after the creation, and a final status after `pending`: an order does not go back to it. */
export const rankOf = (type: OrderEvent['type'], status: OrderEvent['data']['status']): number =>
  (type === 'boxlist.order.updated.v1' ? 2 : 0) + (status === 'pending' ? 0 : 1);

/**
 * The moment of an RFC 3339 time in ms. `Date` ends at milliseconds; two events of the same one are told apart by what
 * follows.
 */
export const momentOf = (time: string): number => {
  const belowMs = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return Date.parse(time) + Number(belowMs.padEnd(3, '0')) / 1_000;
};

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Runs of digits and what stands between them, in turns; text comes first, and may be empty. */
const splitBatch = (id: string): string[] => id.split(/(\d+)/);

/** Numbers of any length: without leading zeros the longer one is the larger. */
const compareDigits = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return compare(left.length, right.length) || compare(left, right);
};

/**
 * Ids with their runs of digits as numbers, so that `wh_9` comes before `wh_10`; those that differ only in leading
 * zeros as text.
 */
export const compareIds = (a: string, b: string): number => {
  if (a === b) return 0;
  const [left, right] = [splitBatch(a), splitBatch(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one, other] = [left[index]!, right[index]!];
    const difference = index % 2 === 0 ? compare(one, other) : compareDigits(one, other);
    if (difference !== 0) return difference;
  }
  return compare(left.length, right.length) || compare(a, b);
};

/**
 * Whether an event is newer than another of the same order: by time; at the same time by what it says, then by the
 * number in its id. A strict order that does not depend on arrival: of two different events one is newer, whoever
 * compares them.
 */
export const isNewer = (a: Stamp, b: Stamp): boolean =>
  (compare(a.eventTime, b.eventTime) ||
    compare(a.eventRank, b.eventRank) ||
    compareIds(a.eventId, b.eventId) ||
    compare(a.eventSource, b.eventSource)) > 0;

export const newerOf = (a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined =>
  a && b ? (isNewer(a, b) ? a : b) : (a ?? b);

/** A place that was kept when only time and id told them apart. */
export type EarlierStamp = Pick<Stamp, 'eventTime' | 'eventId'> & Partial<Stamp>;

/** Before every event of the same time, and after every one. */
export const lowestRank = 0;
export const highestRank = 4;

/** Such a place with a rank. */
export const rankedFrom = (stamp: EarlierStamp, rank: number): Stamp =>
  placeOf({ ...stamp, eventRank: stamp.eventRank ?? rank, eventSource: stamp.eventSource ?? '' });

/** A place without anything else that stands beside it. */
export const placeOf = ({ eventTime, eventRank, eventId, eventSource }: Stamp): Stamp => ({
  eventTime,
  eventRank,
  eventId,
  eventSource,
});
