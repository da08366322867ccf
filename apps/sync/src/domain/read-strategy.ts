/** The state of a connection's contact cache. */
export interface ContactCacheState {
  /** Every contact of the account was read once; a refresh reads later changes. */
  readonly complete: boolean;
  /** Changes after this moment of Constant Contact's clock are not known; RFC 3339. */
  readonly watermark: string | null;
  /** Where an unfinished first reading continues. */
  readonly cursor: string | null;
  /** The number of contacts in the account, as Constant Contact last reported it; null when not known. */
  readonly size: number | null;
  /** The number of single look-ups so far, which a first reading would have saved. */
  readonly lookUps: number;
}

export const pageSize = 500;

/** How to read contacts: one by one, only those changed since the last reading, or the whole account. */
export type ReadStrategy = 'LOOK_UP' | 'REFRESH' | 'READ_ALL';

/**
 * The strategy that needs the fewest calls to know `count` contacts as they are now. A first reading of the whole
 * account is cheaper once its pages are fewer than the look-ups so far plus those needed now.
 */
export const chooseReadStrategy = (
  { complete, size, lookUps }: Pick<ContactCacheState, 'complete' | 'size' | 'lookUps'>,
  count: number,
): ReadStrategy => {
  if (complete) return count > 1 ? 'REFRESH' : 'LOOK_UP';
  // One more page, because changes during the reading are read again.
  const pages = size === null ? 1 : Math.ceil(size / pageSize) + 1;
  return count > 1 && lookUps + count > pages ? 'READ_ALL' : 'LOOK_UP';
};
