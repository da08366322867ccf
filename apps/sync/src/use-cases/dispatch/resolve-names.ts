import { AppError, type WorkflowFact } from '@boxlist/contracts';
import type { Context } from '../../context';
import { desiredState, namedTargets, type DesiredState } from '../../domain/desired-state';
import type { StoredOrder } from '../../domain/order';
import type { ConnectionCaller } from '../../call-constant-contact';

type Kind = 'tag' | 'list';
interface Named {
  readonly id: string;
  readonly name: string;
}

/** Reads every tag or list of the account, page by page, and stores their ids. */
const readAll = async (
  ctx: Context,
  connectionId: string,
  caller: ConnectionCaller,
  serves: readonly string[],
  kind: Kind,
): Promise<void> => {
  let next: string | undefined;
  do {
    const page: { items: Named[]; next: string | undefined } = await caller.call(
      `list ${kind}s`,
      serves,
      async (token) => {
        if (kind === 'tag') {
          const { items, next: more } = await ctx.constantContact.tags(token, next);
          return { items: items.map(({ tag_id, name }) => ({ id: tag_id, name })), next: more };
        }
        const { items, next: more } = await ctx.constantContact.contactLists(token, next);
        return { items: items.map(({ list_id, name }) => ({ id: list_id, name })), next: more };
      },
    );
    for (const { id, name } of page.items) await ctx.resources.put(connectionId, kind, name, id);
    next = page.next;
  } while (next !== undefined);
};

/** Returns the id of a tag or list by its name. Creates it when there is none. */
const idOf = async (
  ctx: Context,
  connectionId: string,
  caller: ConnectionCaller,
  serves: readonly string[],
  kind: Kind,
  name: string,
): Promise<string> => {
  const known = await ctx.resources.get(connectionId, kind, name);
  if (known) return known;
  try {
    const id =
      kind === 'tag'
        ? (await caller.call('create tag', serves, (token) => ctx.constantContact.createTag(token, name))).tag_id
        : (await caller.call('create list', serves, (token) => ctx.constantContact.createContactList(token, name)))
            .list_id;
    await ctx.resources.put(connectionId, kind, name, id);
    return id;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ALREADY_EXISTS') throw error;
  }
  await readAll(ctx, connectionId, caller, serves, kind);
  const found = await ctx.resources.get(connectionId, kind, name);
  if (!found)
    throw new AppError(
      'REJECTED_BY_CONSTANT_CONTACT',
      `Constant Contact has a ${kind} with that name but does not list it`,
    );
  return found;
};

/**
 * Returns the import column of a custom field, which is its name at Constant Contact. Undefined when the field no
 * longer exists.
 */
export const fieldColumn = async (
  ctx: Context,
  connectionId: string,
  caller: ConnectionCaller,
  serves: readonly string[],
  customFieldId: string,
): Promise<string | undefined> => {
  const known = await ctx.resources.get(connectionId, 'field', customFieldId);
  if (known) return known;
  let next: string | undefined;
  do {
    const page = await caller.call('list custom fields', serves, (token) =>
      ctx.constantContact.customFields(token, next),
    );
    for (const field of page.items)
      await ctx.resources.put(connectionId, 'field', field.custom_field_id, field.name ?? field.label);
    next = page.next;
  } while (next !== undefined);
  return ctx.resources.get(connectionId, 'field', customFieldId);
};

/**
 * Returns what a workflow wants for an order's buyer, with ids for all names. Creates tags and lists that do not exist.
 */
export const desiredStateOf = async (
  ctx: Context,
  caller: ConnectionCaller,
  deliveryId: string,
  order: StoredOrder,
  workflow: WorkflowFact,
): Promise<DesiredState> => {
  const ids = async (kind: Kind, names: readonly string[]): Promise<string[]> => {
    const found: string[] = [];
    for (const name of names) found.push(await idOf(ctx, workflow.connectionId, caller, [deliveryId], kind, name));
    return found;
  };
  const { lists, tags } = namedTargets(order, workflow);
  return desiredState(deliveryId, order, workflow, { lists: await ids('list', lists), tags: await ids('tag', tags) });
};
