import { AppError } from '@boxlist/contracts';
import type { CcCustomField, CcList, CcTag } from '@boxlist/constant-contact';
import { keysetPage, requireRole, type Identity, type Page, type PageArgs } from '@boxlist/service-kit';
import type { Context } from '../context';
import type { Connection } from '../domain/connection';
import type { ResourceItem } from '../store/account-resources';
import { ownConnection } from './connect';
import { readResource, withToken, type Resource } from './read-resource';

const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0;

type Position = [string, string];
const positionOf = ({ name, id }: ResourceItem): Position => [name.toLowerCase(), id];

type Args = PageArgs & { readonly search?: string | null; readonly refresh?: boolean | null };

const pageOf = async <Item extends ResourceItem>(
  resource: Resource<Item>,
  ctx: Context,
  identity: Identity,
  connection: Connection,
  args: Args,
): Promise<Page<Item> & { readonly totalCount: number; readonly readAt: Date }> => {
  const refresh = args.refresh ?? false;
  requireRole(identity, refresh ? 'manager' : 'viewer');
  if (connection.status !== 'CONNECTED')
    throw new AppError('CONNECTION_NEEDS_RECONNECT', 'The connection needs a new sign-in to Constant Contact');
  await ctx.demandEntitlement(identity.boxOfficeId);
  const { items: all, readAt } = await readResource(ctx, connection, resource, refresh);
  const items = [...all].sort((a, b) => compare(positionOf(a), positionOf(b)));
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
  return { ...page, totalCount: found.length, readAt };
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

const lists: Resource<ReturnType<typeof listOf>> = {
  kind: 'lists',
  fetch: async (ctx, token, next) => {
    const page = await ctx.constantContact.contactLists(token, next);
    return { ...page, items: page.items.map(listOf) };
  },
};
const accountTags: Resource<ReturnType<typeof tagOf>> = {
  kind: 'tags',
  fetch: async (ctx, token, next) => {
    const page = await ctx.constantContact.tags(token, next);
    return { ...page, items: page.items.map(tagOf) };
  },
};
const fields: Resource<ReturnType<typeof fieldOf>> = {
  kind: 'fields',
  fetch: async (ctx, token, next) => {
    const page = await ctx.constantContact.customFields(token, next);
    return { ...page, items: page.items.map(fieldOf) };
  },
};

/**
 * The account's contact lists by name, as they were read last. `refresh` reads them anew and needs a manager. Throws
 * FORBIDDEN, ENTITLEMENT_REQUIRED, CONNECTION_NEEDS_RECONNECT, BAD_INPUT for an invalid page, and the errors of a
 * permit.
 */
export const contactLists = (ctx: Context, identity: Identity, connection: Connection, args: Args) =>
  pageOf(lists, ctx, identity, connection, args);
/** The account's tags by name. Throws the same errors as `contactLists`. */
export const tags = (ctx: Context, identity: Identity, connection: Connection, args: Args) =>
  pageOf(accountTags, ctx, identity, connection, args);
/** The account's custom fields by label. Throws the same errors as `contactLists`. */
export const customFields = (ctx: Context, identity: Identity, connection: Connection, args: Args) =>
  pageOf(fields, ctx, identity, connection, args);

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

/** Creates a list. Throws FORBIDDEN, ENTITLEMENT_REQUIRED, BAD_INPUT, ALREADY_EXISTS, and the errors of a permit. */
export const createContactList = async (
  ctx: Context,
  identity: Identity,
  input: { connectionId: string; name: string; description?: string | null },
) => {
  requireRole(identity, 'manager');
  const name = checkedName(input.name);
  const connection = await ownConnection(ctx, identity, input.connectionId, ['input', 'connectionId']);
  try {
    const list = listOf(
      await withToken(ctx, connection, (token) =>
        ctx.constantContact.createContactList(token, name, input.description ?? undefined),
      ),
    );
    await ctx.resources.add(connection.id, 'lists', list);
    return list;
  } catch (error) {
    throw taken(error, 'contact list');
  }
};

/** Creates a tag. Throws the same errors as `createContactList`. */
export const createTag = async (ctx: Context, identity: Identity, input: { connectionId: string; name: string }) => {
  requireRole(identity, 'manager');
  const name = checkedName(input.name);
  const connection = await ownConnection(ctx, identity, input.connectionId, ['input', 'connectionId']);
  try {
    const tag = tagOf(await withToken(ctx, connection, (token) => ctx.constantContact.createTag(token, name)));
    await ctx.resources.add(connection.id, 'tags', tag);
    return tag;
  } catch (error) {
    throw taken(error, 'tag');
  }
};
