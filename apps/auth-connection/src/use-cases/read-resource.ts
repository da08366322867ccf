import { AppError, appErrorOf } from '@boxlist/contracts';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context';
import {
  answerFrom,
  canShowInstead,
  failedUntil,
  type KnownResource,
  type ResourceKind,
} from '../domain/account-resource';
import type { Connection } from '../domain/connection';
import { resourceRead } from '../report';
import type { ReadingClaim, ResourceItem } from '../store/account-resources';
import { accessToken, hashOfToken } from './access-token';

/** How long a process may read one page of an account before another takes over, in ms. */
const leaseMs = 45_000;
/** How long a request waits for another process that reads the same, in ms. */
const waitMs = 12_000;

interface Fetched<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** One kind of resource, with how Constant Contact lists it. */
export interface Resource<Item extends ResourceItem> {
  readonly kind: ResourceKind;
  readonly fetch: (ctx: Context, token: string, next?: string) => Promise<Fetched<Item>>;
}

/** Runs a call with an access token. After a 401 it refreshes the token once and tries once more. */
export const withToken = async <T>(
  ctx: Context,
  { id, boxOfficeId }: Connection,
  call: (token: string) => Promise<T>,
): Promise<T> => {
  const attempt = async (rejected?: string): Promise<{ token: string; result: () => Promise<T> }> => {
    const { accessToken: token } = await accessToken(ctx, id, rejected);
    return { token, result: async () => (await ctx.takePermit(boxOfficeId), call(token)) };
  };
  const first = await attempt();
  try {
    return await first.result();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'UNAUTHORIZED_AT_CONSTANT_CONTACT') throw error;
    return (await attempt(hashOfToken(first.token))).result();
  }
};

/** What a reading found, and when. */
export interface Reading<Item> {
  readonly items: readonly Item[];
  readonly readAt: Date;
}

const underWay = new WeakMap<Context, Map<string, Promise<Reading<ResourceItem>>>>();

/**
 * All items of one kind in the account. They are kept for ten minutes, and for a day while they cannot be read again.
 * All requests of all processes share one reading. `refresh` asks for a new one, at most every 15 s. A reading that
 * failed is not repeated for 15 s or as long as its error says, at most a minute; its error is thrown meanwhile.
 */
export const readResource = <Item extends ResourceItem>(
  ctx: Context,
  connection: Connection,
  resource: Resource<Item>,
  refresh: boolean,
): Promise<Reading<Item>> => {
  const readings = underWay.get(ctx) ?? new Map<string, Promise<Reading<ResourceItem>>>();
  underWay.set(ctx, readings);
  const key = `${connection.id} ${connection.version} ${resource.kind} ${refresh}`;
  const known = readings.get(key) ?? shared(ctx, connection, resource, refresh).finally(() => readings.delete(key));
  readings.set(key, known);
  return known as Promise<Reading<Item>>;
};

/** Shows what any process has read, or reads the account if this process gets the claim. */
const shared = async <Item extends ResourceItem>(
  ctx: Context,
  connection: Connection,
  resource: Resource<Item>,
  refresh: boolean,
): Promise<Reading<ResourceItem>> => {
  const { id: connectionId, version } = connection;
  const { kind } = resource;
  const until = ctx.clock().getTime() + waitMs;
  for (;;) {
    const now = ctx.clock();
    const known = await ctx.resources.get(connectionId, kind);
    const answer = answerFrom(known, { version, refresh, now });
    if (known?.readAt && answer === 'SHOW') return { items: known.items, readAt: known.readAt };
    if (known?.failure && answer === 'FAIL') throw failureOf(known.failure, now);
    const claim = await ctx.resources.claim({ connectionId, kind }, known, now, leaseMs);
    const reading = claim ? await readUnder(claim, ctx, connection, resource, { known, refresh }) : undefined;
    if (reading) return reading;
    if (ctx.clock().getTime() > until)
      throw new AppError('SERVICE_UNAVAILABLE', 'Another process is reading the account. Try again in a moment.');
    await delay(50);
  }
};

const failureOf = ({ code, message, until }: NonNullable<KnownResource['failure']>, now: Date): AppError =>
  new AppError(code, message, {}, { retryAfterMs: until.getTime() - now.getTime() });

/** Reads the account and saves the result for all. Undefined if the claim was lost meanwhile. */
const readUnder = async <Item extends ResourceItem>(
  claimed: ReadingClaim,
  ctx: Context,
  connection: Connection,
  { kind, fetch }: Resource<Item>,
  before: {
    readonly known: (KnownResource & { readonly items: readonly ResourceItem[] }) | undefined;
    refresh: boolean;
  },
): Promise<Reading<ResourceItem> | undefined> => {
  const { version } = connection;
  const all: Item[] = [];
  const seen = new Set<string | undefined>();
  let claim = claimed;
  let next: string | undefined;
  try {
    do {
      if (seen.size > 0) {
        const prolonged = await ctx.resources.prolong(claim, ctx.clock(), leaseMs);
        if (!prolonged) return undefined;
        claim = prolonged;
      }
      seen.add(next);
      const page = await withToken(ctx, connection, (token) => fetch(ctx, token, next));
      all.push(...page.items);
      next = page.next;
      // A page that links to itself would otherwise use up the calls of the day.
    } while (next !== undefined && !seen.has(next));
  } catch (error) {
    const { code, message, retryAfterMs } = appErrorOf(error);
    const now = ctx.clock();
    const { known, refresh } = before;
    const failure = { code, message, until: failedUntil(retryAfterMs, now) };
    await ctx.resources.fail(claim, failure, version, known?.version === version);
    resourceRead(ctx, connection.id, kind, code);
    if (known?.readAt && canShowInstead(known, code, { version, refresh, now }))
      return { items: known.items, readAt: known.readAt };
    throw error;
  }
  const readAt = ctx.clock();
  if (!(await ctx.resources.save(claim, all, version, readAt))) return undefined;
  resourceRead(ctx, connection.id, kind, 'READ');
  return { items: all, readAt };
};
