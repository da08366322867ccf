import type { OrderEvent } from '@boxlist/contracts';

/** The position of an event among the events of its order. */
export interface Stamp {
  /** When it happened at the source, in ms, with a fraction where the source has one. */
  readonly eventTime: number;
  /** Decides between events of the same time: see `rankOf`. */
  readonly eventRank: number;
  readonly cloudEventId: string;
  readonly eventSource: string;
}

/**
 * An update is newer than the creation, and a final status is newer than `pending`, because an order does not return to
 * pending.
 */
export const rankOf = (type: OrderEvent['type'], status: OrderEvent['data']['status']): number =>
  (type === 'boxlist.order.updated.v1' ? 2 : 0) + (status === 'pending' ? 0 : 1);

/**
 * An RFC 3339 time in ms. `Date` ends at milliseconds, so the fraction holds the digits after them and keeps two events
 * of one millisecond apart.
 */
export const momentOf = (time: string): number => {
  const belowMs = /\.\d{3}(\d{1,3})/.exec(time)?.[1] ?? '';
  return Date.parse(time) + Number(belowMs.padEnd(3, '0')) / 1_000;
};

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

/** Alternates text and runs of digits. Text comes first and may be empty. */
const textAndDigits = (id: string): string[] => id.split(/(\d+)/);

/** Compares numbers of any length: without leading zeros, the longer one is larger. */
const compareDigits = (a: string, b: string): number => {
  const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return compare(left.length, right.length) || compare(left, right);
};

/**
 * Compares ids with their runs of digits as numbers, so that `wh_9` comes before `wh_10`. Ids that differ only in
 * leading zeros are compared as text.
 */
export const compareIds = (a: string, b: string): number => {
  if (a === b) return 0;
  const [left, right] = [textAndDigits(a), textAndDigits(b)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one, other] = [left[index]!, right[index]!];
    const difference = index % 2 === 0 ? compare(one, other) : compareDigits(one, other);
    if (difference !== 0) return difference;
  }
  return compare(left.length, right.length) || compare(a, b);
};

/**
 * Whether an event is newer than another of the same order: by time, then by rank, then by the number in its id, then
 * by source. It is a strict order that does not depend on arrival: of two different events, always the same one is
 * newer.
 */
export const isNewer = (a: Stamp, b: Stamp): boolean =>
  (compare(a.eventTime, b.eventTime) ||
    compare(a.eventRank, b.eventRank) ||
    compareIds(a.cloudEventId, b.cloudEventId) ||
    compare(a.eventSource, b.eventSource)) > 0;

export const newerOf = (a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined =>
  a && b ? (isNewer(a, b) ? a : b) : (a ?? b);

/** A stamp as stored by earlier versions, which had only time and id. */
export type EarlierStamp = Pick<Stamp, 'eventTime' | 'cloudEventId'> & Partial<Stamp>;

/** The ranks before and after every event of the same time. */
export const lowestRank = 0;
export const highestRank = 4;

/** Adds a rank and a source to a stamp that lacks them. */
export const rankedFrom = (stamp: EarlierStamp, rank: number): Stamp =>
  placeOf({ ...stamp, eventRank: stamp.eventRank ?? rank, eventSource: stamp.eventSource ?? '' });

/** Only the fields of the stamp, without those of the object around it. */
export const placeOf = ({ eventTime, eventRank, cloudEventId, eventSource }: Stamp): Stamp => ({
  eventTime,
  eventRank,
  cloudEventId,
  eventSource,
});
