import { ulid } from 'ulid';

/**
 * Prefixes of the public, global ids. Readers treat an id as opaque. The prefix says what the id names, so that a
 * person notices an id in the wrong place.
 */
export const idPrefixes = {
  boxOffice: 'bo_',
  subscription: 'sub_',
  invoice: 'inv_',
  connection: 'conn_',
  workflow: 'wf_',
  delivery: 'dlv_',
  backfill: 'bf_',
  retry: 'rty_',
  deadLetter: 'dl_',
  notice: 'ntc_',
  event: 'evt_',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** An id of one kind. The compiler does not accept it as an id of another kind. */
export type Id<K extends IdKind> = string & { readonly __id: K };
export type BoxOfficeId = Id<'boxOffice'>;
export type SubscriptionId = Id<'subscription'>;
export type ConnectionId = Id<'connection'>;

/** A new id of a kind: the prefix and a ULID. Ids sort by creation time, to the millisecond within one process. */
export const newId = <K extends IdKind>(kind: K): Id<K> => `${idPrefixes[kind]}${ulid()}` as Id<K>;

const tail = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a string has the form of an id of this kind. It does not check that the thing exists. */
export const isId = <K extends IdKind>(kind: K, value: string): value is Id<K> =>
  value.startsWith(idPrefixes[kind]) && tail.test(value.slice(idPrefixes[kind].length));
