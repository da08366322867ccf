import { AppError } from '@boxlist/contracts';
import type { CcCustomField, CcList, CcTag } from '@boxlist/constant-contact';
import { keysetPage, requireRole, type Identity, type PageArgs } from '@boxlist/service-kit';
import type { Context } from '../context';
import type { Connection } from '../domain/connection';
import { accessToken, hashOfToken } from './access-token';
import { ownConnection } from './connect';

interface Named {
  readonly id: string;
  readonly name: string;
}

interface Fetched<T> {
  readonly items: T[];
  readonly next: string | undefined;
}

/** Runs a call with a token; a 401 leads to one refresh and one more try. */
const withToken = async <T>(ctx: Context, connectionId: string, call: (token: string) => Promise<T>): Promise<T> => {
  const attempt = async (rejected?: string): Promise<{ token: string; result: () => Promise<T> }> => {
    const { accessToken: token } = await accessToken(ctx, connectionId, rejected);
    return { token, result: async () => (await ctx.takePermit(), call(token)) };
  };
  const first = await attempt();
  try {
    return await first.result();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'UNAUTHORIZED_AT_CONSTANT_CONTACT') throw error;
    return (await attempt(hashOfToken(first.token))).result();
  }
};

const cacheMs = 15_000;
const caches = new WeakMap<Context, Map<string, { until: number; items: Promise<Named[]> }>>();

/** All items of a kind; a page of the graph costs no call while a recent answer is at hand. */
const allOf = <T>(
  ctx: Context,
  connection: Connection,
  kind: string,
  fetch: (token: string, next?: string) => Promise<Fetched<T>>,
  show: (item: T) => Named,
): Promise<Named[]> => {
  const cache = caches.get(ctx) ?? new Map<string, { until: number; items: Promise<Named[]> }>();
  caches.set(ctx, cache);
  const key = `${connection.id}/${kind}`;
  const known = cache.get(key);
  if (known && known.until > Date.now()) return known.items;
  const items = (async () => {
    const all: Named[] = [];
    const seen = new Set<string | undefined>();
    let next: string | undefined;
    do {
      seen.add(next);
      const page = await withToken(ctx, connection.id, (token) => fetch(token, next));
      all.push(...page.items.map(show));
      next = page.next;
      // A page that leads back to itself would spend the application's calls of the day.
    } while (next !== undefined && !seen.has(next));
    return all.sort((a, b) => compare([a.name.toLowerCase(), a.id], [b.name.toLowerCase(), b.id]));
  })();
  items.catch(() => cache.delete(key));
  if (cache.size > 1_000) cache.clear();
  cache.set(key, { until: Date.now() + cacheMs, items });
  return items;
};

const forget = (ctx: Context, connectionId: string, kind: string): void =>
  void caches.get(ctx)?.delete(`${connectionId}/${kind}`);

const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;

type Position = [string, string];

const pageOf = async (items: readonly Named[], args: PageArgs & { search?: string | null }) => {
  const wanted = args.search?.trim().toLowerCase();
  const found = wanted ? items.filter(({ name }) => name.toLowerCase().includes(wanted)) : items;
  const positionOf = (item: Named): Position => [item.name.toLowerCase(), item.id];
  const page = await keysetPage<Named, Position>({
    args,
    positionOf,
    maxSize: 500,
    fetch: async ({ after, limit }) => {
      if (after !== undefined && !(Array.isArray(after) && after.length === 2))
        throw new AppError('BAD_INPUT', 'after is not a cursor of this list', { field: ['after'] });
      return found.filter((item) => after === undefined || compare(positionOf(item), after) > 0).slice(0, limit);
    },
  });
  return { ...page, totalCount: found.length };
};

type Args = PageArgs & { search?: string | null };
const listOf = (list: CcList) => ({
  id: list.list_id,
  name: list.name,
  membershipCount: list.membership_count ?? null,
});
const tagOf = (tag: CcTag) => ({ id: tag.tag_id, name: tag.name });
const fieldOf = (field: CcCustomField) => ({
  id: field.custom_field_id,
  name: field.label,
  label: field.label,
  type: field.type,
});

export const contactLists = async (ctx: Context, connection: Connection, args: Args) =>
  pageOf(await allOf(ctx, connection, 'lists', ctx.constantContact.contactLists, listOf), args);
export const tags = async (ctx: Context, connection: Connection, args: Args) =>
  pageOf(await allOf(ctx, connection, 'tags', ctx.constantContact.tags, tagOf), args);
export const customFields = async (ctx: Context, connection: Connection, args: Args) =>
  pageOf(await allOf(ctx, connection, 'fields', ctx.constantContact.customFields, fieldOf), args);

const checkedName = (name: string): string => {
  const trimmed = name.trim();
  if (trimmed.length < 1 || trimmed.length > 255)
    throw new AppError('BAD_INPUT', 'name must have 1 to 255 characters', { field: ['input', 'name'] });
  return trimmed;
};

const taken = (error: unknown, what: string): unknown =>
  error instanceof AppError && error.code === 'ALREADY_EXISTS'
    ? new AppError('ALREADY_EXISTS', `A ${what} of this name exists`, { field: ['input', 'name'] })
    : error;

export const createContactList = async (
  ctx: Context,
  identity: Identity,
  input: { connectionId: string; name: string; description?: string | null },
) => {
  requireRole(identity, 'manager');
  const name = checkedName(input.name);
  const { id } = await ownConnection(ctx, identity, input.connectionId, ['input', 'connectionId']);
  try {
    const list = await withToken(ctx, id, (token) =>
      ctx.constantContact.createContactList(token, name, input.description ?? undefined),
    );
    forget(ctx, id, 'lists');
    return listOf(list);
  } catch (error) {
    throw taken(error, 'contact list');
  }
};

export const createTag = async (ctx: Context, identity: Identity, input: { connectionId: string; name: string }) => {
  requireRole(identity, 'manager');
  const name = checkedName(input.name);
  const { id } = await ownConnection(ctx, identity, input.connectionId, ['input', 'connectionId']);
  try {
    const tag = await withToken(ctx, id, (token) => ctx.constantContact.createTag(token, name));
    forget(ctx, id, 'tags');
    return tagOf(tag);
  } catch (error) {
    throw taken(error, 'tag');
  }
};
