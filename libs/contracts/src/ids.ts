import { ulid } from 'ulid';

/**
 * Prefixes of the public, global ids. An id is opaque to its readers; the prefix says what it names, so that a wrong
 * id in a wrong place is seen by a person.
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

/** An id of one kind; two kinds do not mix at compile time. */
export type Id<K extends IdKind> = string & { readonly __id: K };
export type BoxOfficeId = Id<'boxOffice'>;
export type SubscriptionId = Id<'subscription'>;
export type ConnectionId = Id<'connection'>;

/** A new id of a kind: the prefix and a ULID, so ids made later sort later (to the millisecond, per process). */
export const newId = <K extends IdKind>(kind: K): Id<K> => `${idPrefixes[kind]}${ulid()}` as Id<K>;

const tail = /^[A-Za-z0-9_-]{1,64}$/;

/** Whether a string has the shape of an id of that kind. It does not say that such a thing exists. */
export const isId = <K extends IdKind>(kind: K, value: string): value is Id<K> =>
  value.startsWith(idPrefixes[kind]) && tail.test(value.slice(idPrefixes[kind].length));
