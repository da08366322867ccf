import type { CcContact } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import { chooseReadStrategy, pageSize, type ContactCacheState } from '../../domain/read-strategy';
import { normalEmail } from '../../domain/email-address';
import { knownFrom, type KnownContact } from '../../domain/known-contact';
import type { Sighting } from '../../store/contacts';
import { type ConnectionCaller, callsAtOnce } from '../../call-constant-contact';
import pMap from 'p-map';
import { phoneMarksIn } from './contact-marks';

/** A contact to read, with the deliveries that need it. */
export interface ContactQuery {
  readonly email: string;
  readonly emailHash: string;
  /** Reads the whole contact, with a look-up of its own. */
  readonly whole: boolean;
  readonly deliveryIds: readonly string[];
}

/**
 * Changes within this time of the last reading are read again. Constant Contact's clock is not exact, and neither is
 * the moment when a change becomes readable.
 */
const overlapMs = 10_000;
const firstOverlapMs = 5 * 60_000;

/** Reads a connection's contacts for one batch. Everything in `known` was read for this batch. */
export interface ContactReader {
  readonly known: Map<string, KnownContact | 'none'>;
  /** Reads contacts in the cheapest way. Returns the failures of single look-ups; throws failures that concern all. */
  readonly learn: (sought: readonly ContactQuery[]) => Promise<{ readonly email: string; readonly error: unknown }[]>;
}

interface Of {
  readonly connectionId: string;
  readonly boxOfficeId: string;
}

/** The reading of contacts for one batch. */
interface Reading {
  readonly ctx: Context;
  readonly caller: ConnectionCaller;
  readonly of: Of;
  readonly known: Map<string, KnownContact | 'none'>;
  /** The country of the account; it is read once. */
  readonly country: () => Promise<string | null>;
}

export const contactReader = (ctx: Context, caller: ConnectionCaller, of: Of): ContactReader => {
  let ofAccount: Promise<string | null> | undefined;
  const known = new Map<string, KnownContact | 'none'>();
  const country = (): Promise<string | null> => (ofAccount ??= countryOf(ctx, of.connectionId));
  return { known, learn: (sought) => learn({ ctx, caller, of, known, country }, sought) };
};

const learn = async (reading: Reading, sought: readonly ContactQuery[]) => {
  const { ctx, of, known } = reading;
  const single = sought.filter(({ whole }) => whole);
  const rest = sought.filter(({ whole }) => !whole);
  const serves = rest.flatMap(({ deliveryIds }) => deliveryIds);
  let cache = await ctx.contacts.cache(of.connectionId);
  let strategy = chooseReadStrategy(cache, rest.length);
  if (strategy === 'READ_ALL') {
    strategy = (await readAll(reading, cache, rest.length, serves)) ? 'REFRESH' : 'LOOK_UP';
    cache = await ctx.contacts.cache(of.connectionId);
  }
  if (strategy === 'LOOK_UP') return lookUpAll(reading, sought);
  await refresh(reading, cache, serves);
  const found = await ctx.contacts.byHashes(
    of.connectionId,
    rest.map(({ emailHash }) => emailHash),
  );
  for (const { email, emailHash } of rest) known.set(email, found.get(emailHash) ?? 'none');
  return lookUpAll(reading, single);
};

/** Reads the contacts that have changed since the last reading. */
const refresh = async (
  reading: Reading,
  { watermark }: ContactCacheState,
  serves: readonly string[],
): Promise<void> => {
  let newest = watermark === null ? 0 : Date.parse(watermark) + overlapMs;
  for (let next: string | undefined, first = true; first || next; first = false) {
    const read = await readPage(reading, { updatedAfter: watermark ?? undefined, next }, serves);
    newest = Math.max(newest, ...read.items.map(({ updated_at }) => Date.parse(updated_at ?? '') || 0));
    next = read.next;
  }
  if (newest > 0)
    await reading.ctx.contacts.recordCache(reading.of.connectionId, {
      watermark: new Date(newest - overlapMs).toISOString(),
    });
};

/**
 * Continues the first reading of the whole account. Returns true when it is complete, and false when single look-ups
 * turn out to be cheaper.
 */
const readAll = async (
  reading: Reading,
  cache: ContactCacheState,
  count: number,
  serves: readonly string[],
): Promise<boolean> => {
  const { ctx, of } = reading;
  const begun = cache.cursor ? {} : { watermark: new Date(ctx.clock().getTime() - firstOverlapMs).toISOString() };
  for (let next = cache.cursor ?? undefined; ;) {
    const read = await readPage(reading, { next }, serves).catch((error: unknown) => {
      // The cursor has expired, so the reading starts over.
      if (!next || !(error instanceof AppError) || error.code !== 'REJECTED_BY_CONSTANT_CONTACT') throw error;
      return undefined;
    });
    next = read?.next;
    const size = read?.count ?? cache.size;
    const complete = read !== undefined && next === undefined;
    await ctx.contacts.recordCache(of.connectionId, { ...begun, cursor: next ?? null, complete, size });
    if (complete) return true;
    if ((size ?? 0) / pageSize + 1 > cache.lookUps + count) return false;
  }
};

/** Reads a page of the account's contacts and stores them in the contact cache. */
const readPage = async (
  { ctx, caller, of, country }: Reading,
  query: { updatedAfter?: string; next?: string },
  serves: readonly string[],
) => {
  const askedAt = ctx.clock();
  const { items, next, count } = await caller.call('read contacts', serves, (token) =>
    ctx.constantContact.contactsPage(token, { ...query, include: ['phone_numbers'] }),
  );
  const inCountry = await country();
  await ctx.contacts.saw(
    of.connectionId,
    items.flatMap((contact) => sighting(ctx, of, contact, inCountry)),
    askedAt,
  );
  return { items, next, count };
};

/** Looks contacts up one by one; returns the failures. */
const lookUpAll = async (reading: Reading, sought: readonly ContactQuery[]) => {
  const failures: { email: string; error: unknown }[] = [];
  await pMap(
    sought,
    async (each) => {
      try {
        await lookUp(reading, each);
      } catch (error) {
        failures.push({ email: each.email, error });
      }
    },
    { concurrency: callsAtOnce },
  );
  return failures;
};

const lookUp = async (
  { ctx, caller, of, known, country }: Reading,
  { email, emailHash, deliveryIds }: ContactQuery,
): Promise<void> => {
  const askedAt = ctx.clock();
  const found = await caller.call('look up contact', deliveryIds, (token) =>
    ctx.constantContact.findContact(token, email),
  );
  await ctx.contacts.countLookUp(of.connectionId);
  const contact = found && knownFrom(found);
  if (contact) await ctx.contacts.saw(of.connectionId, [sightingOf(ctx, emailHash, contact, await country())], askedAt);
  known.set(email, contact ?? 'none');
};

/** The country of a connection's account; null if unknown. */
export const countryOf = async (ctx: Context, connectionId: string): Promise<string | null> =>
  (await ctx.connections.byId(connectionId))?.countryCode ?? null;

const sighting = (ctx: Context, { boxOfficeId }: Of, contact: CcContact, country: string | null) => {
  const email = normalEmail(contact.email_address.address);
  return email ? [sightingOf(ctx, ctx.hashEmail(boxOfficeId, email), knownFrom(contact), country)] : [];
};

const sightingOf = (ctx: Context, emailHash: string, contact: KnownContact, country: string | null): Sighting => ({
  emailHash,
  contact: contact.whole ? { ...contact, phoneMarks: phoneMarksIn(ctx, emailHash, contact.whole, country) } : contact,
});
