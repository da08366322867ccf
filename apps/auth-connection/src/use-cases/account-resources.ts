import { AppError } from '@boxlist/contracts';
import type { CcCustomField, CcList, CcTag } from '@boxlist/constant-contact';
import { keysetPage, requireRole, type Identity, type Page, type PageArgs } from '@boxlist/service-kit';
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

/** Runs a call with an access token. After a 401 it refreshes the token once and tries once more. */
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

interface Resource<Item> {
  /** All items of the account. While a recent answer is cached, a page of the graph costs no call. */
  readonly all: (ctx: Context, connectionId: string) => Promise<readonly Item[]>;
  readonly forget: (ctx: Context, connectionId: string) => void;
}

/** One kind of resource of the accounts, sorted by name and cached for `cacheMs`. */
const createResource = <T, Item extends Named>(
  fetch: (ctx: Context, token: string, next?: string) => Promise<Fetched<T>>,
  show: (item: T) => Item,
): Resource<Item> => {
  const caches = new WeakMap<Context, Map<string, { until: number; items: Promise<Item[]> }>>();
  const readAll = async (ctx: Context, connectionId: string): Promise<Item[]> => {
    const all: Item[] = [];
    const seen = new Set<string | undefined>();
    let next: string | undefined;
    do {
      seen.add(next);
      const page = await withToken(ctx, connectionId, (token) => fetch(ctx, token, next));
      all.push(...page.items.map(show));
      next = page.next;
      // A page that links to itself would otherwise use up the application's calls of the day.
    } while (next !== undefined && !seen.has(next));
    return all.sort((a, b) => compare(positionOf(a), positionOf(b)));
  };
  return {
    all: (ctx, connectionId) => {
      const cache = caches.get(ctx) ?? new Map<string, { until: number; items: Promise<Item[]> }>();
      caches.set(ctx, cache);
      const known = cache.get(connectionId);
      if (known && known.until > Date.now()) return known.items;
      const items = readAll(ctx, connectionId);
      items.catch(() => cache.delete(connectionId));
      if (cache.size > 1_000) cache.clear();
      cache.set(connectionId, { until: Date.now() + cacheMs, items });
      return items;
    },
    forget: (ctx, connectionId) => void caches.get(ctx)?.delete(connectionId),
  };
};

const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;

type Position = [string, string];
const positionOf = ({ name, id }: Named): Position => [name.toLowerCase(), id];

type Args = PageArgs & { readonly search?: string | null };

const pageOf = async <Item extends Named>(
  resource: Resource<Item>,
  ctx: Context,
  connection: Connection,
  args: Args,
): Promise<Page<Item> & { readonly totalCount: number }> => {
  if (connection.status !== 'CONNECTED')
    throw new AppError('CONNECTION_NEEDS_RECONNECT', 'The connection needs a new sign-in to Constant Contact');
  const items = await resource.all(ctx, connection.id);
  const wanted = args.search?.trim().toLowerCase();
  const found = wanted ? items.filter(({ name }) => name.toLowerCase().includes(wanted)) : items;
  const page = await keysetPage<Item, Position>({
    args,
    positionOf,
    maxSize: 500,
    fetch: async ({ after, limit }) => {
      if (after !== undefined && !(Array.isArray(after) && after.length === 2))
        throw new AppError('BAD_INPUT', 'The cursor in after does not belong to this list', { field: ['after'] });
      return found.filter((item) => after === undefined || compare(positionOf(item), after) > 0).slice(0, limit);
    },
  });
  return { ...page, totalCount: found.length };
};

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

const lists = createResource((ctx, token, next) => ctx.constantContact.contactLists(token, next), listOf);
const accountTags = createResource((ctx, token, next) => ctx.constantContact.tags(token, next), tagOf);
const fields = createResource((ctx, token, next) => ctx.constantContact.customFields(token, next), fieldOf);

/** The account's contact lists by name. Throws CONNECTION_NEEDS_RECONNECT, and BAD_INPUT for an invalid page. */
export const contactLists = (ctx: Context, connection: Connection, args: Args) => pageOf(lists, ctx, connection, args);
/** The account's tags by name. Throws the same errors as `contactLists`. */
export const tags = (ctx: Context, connection: Connection, args: Args) => pageOf(accountTags, ctx, connection, args);
/** The account's custom fields by label. Throws the same errors as `contactLists`. */
export const customFields = (ctx: Context, connection: Connection, args: Args) => pageOf(fields, ctx, connection, args);

const checkedName = (name: string): string => {
  const trimmed = name.trim();
  if (trimmed.length < 1 || trimmed.length > 255)
    throw new AppError('BAD_INPUT', 'name must have 1 to 255 characters', { field: ['input', 'name'] });
  return trimmed;
};

const taken = (error: unknown, what: string): unknown =>
  error instanceof AppError && error.code === 'ALREADY_EXISTS'
    ? new AppError('ALREADY_EXISTS', `A ${what} with this name already exists`, { field: ['input', 'name'] })
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
    lists.forget(ctx, id);
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
    accountTags.forget(ctx, id);
    return tagOf(tag);
  } catch (error) {
    throw taken(error, 'tag');
  }
};
