/** How far a connection's contacts are known. */
export interface ContactCacheState {
  /** Every contact of the account was read once; what has changed since comes by a refresh. */
  readonly complete: boolean;
  /** Changes after this moment of Constant Contact's clock are not known; RFC 3339. */
  readonly watermark: string | null;
  /** Where an unfinished first reading goes on. */
  readonly cursor: string | null;
  /** How many contacts the account has, as far as it was told. */
  readonly size: number | null;
  /** Look-ups of single contacts so far: what a first reading would have saved. */
  readonly lookUps: number;
}

export const pageSize = 500;

/**
 * How to learn about contacts: one by one, by what has changed since the last reading, or by reading the whole account.
 */
export type ReadStrategy = 'LOOK_UP' | 'REFRESH' | 'READ_ALL';

/**
 * The cheapest way, in calls, to know `count` contacts as they are now. A first reading of the whole account pays for
 * itself once the look-ups made so far and those wanted now would have paid for its pages.
 */
export const chooseReadStrategy = (
  { complete, size, lookUps }: Pick<ContactCacheState, 'complete' | 'size' | 'lookUps'>,
  count: number,
): ReadStrategy => {
  if (complete) return count > 1 ? 'REFRESH' : 'LOOK_UP';
  // One page more: what changes during the reading is read again.
  const pages = size === null ? 1 : Math.ceil(size / pageSize) + 1;
  return count > 1 && lookUps + count > pages ? 'READ_ALL' : 'LOOK_UP';
};
