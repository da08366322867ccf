import { paged, reads, writes, type Door } from './door';
import { badRequest, conflict, notFound } from './refusal';
import * as schemas from './schemas';
import type { Contact } from './state';
import type { Account } from './store';
import { valid } from './valid';
import { isoAt, type World } from './world';

const isActive = ({ deleted_at, email_address }: Contact): boolean =>
  !deleted_at && ['explicit', 'implicit'].includes(email_address?.permission_to_send ?? '');

/** Counts the contacts of each list or tag, in one pass. */
const holders = (
  { contacts }: Account,
  of: 'list_memberships' | 'taggings',
  counts: (contact: Contact) => boolean = () => true,
): Map<string, number> => {
  const found = new Map<string, number>();
  for (const contact of contacts.after(0))
    if (counts(contact)) for (const id of contact[of]) found.set(id, (found.get(id) ?? 0) + 1);
  return found;
};

const sameName = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();
const hasName = (items: Iterable<{ name: string }>, wanted: string): boolean =>
  [...items].some(({ name }) => sameName(name, wanted));

const mostFields = 100;

/** Contact lists, tags and custom fields. */
export const resourceDoors = (door: Door, world: World): void => {
  const stamps = () => ({ created_at: isoAt(world.now()), updated_at: isoAt(world.now()) });
  listDoors(door, stamps);
  tagDoors(door, stamps);
  fieldDoors(door, stamps);
};

type Stamps = () => { created_at: string; updated_at: string };

const listDoors = (door: Door, stamps: Stamps): void => {
  door('GET', '/contact_lists', reads, (call) => {
    const { account } = call;
    const { query, all, page, links } = paged(call, schemas.listsQuery, ({ name, status, channel_type }) =>
      channel_type === 'sms' || (status && !status.some((each) => each !== 'deleted'))
        ? []
        : [...account.lists.values()].filter((list) => name === undefined || sameName(list.name, name)),
    );
    const which = query.include_membership_count;
    const counts = which && holders(account, 'list_memberships', which === 'active' ? isActive : undefined);
    return {
      body: {
        lists: page.map((list) => ({
          ...list,
          ...(counts ? { membership_count: counts.get(list.list_id) ?? 0 } : {}),
        })),
        ...(query.include_count ? { lists_count: all.length } : {}),
        ...links,
      },
    };
  });
  door('GET', '/contact_lists/:id', reads, ({ account, id, query }) => {
    const list = account.lists.get(id);
    if (!list) throw notFound('The list');
    const { include_membership_count: which } = valid(schemas.listQuery, query);
    const counts = which && holders(account, 'list_memberships', which === 'active' ? isActive : undefined);
    return { body: { ...list, ...(counts ? { membership_count: counts.get(id) ?? 0 } : {}) } };
  });
  door('POST', '/contact_lists', writes, ({ account, body }) => {
    const input = body(schemas.listPost);
    if (hasName(account.lists.values(), input.name)) throw conflict('A list of this name exists');
    const list_id = crypto.randomUUID();
    return { status: 201, body: account.lists.put(list_id, { list_id, favorite: false, ...input, ...stamps() }) };
  });
};

const tagDoors = (door: Door, stamps: Stamps): void => {
  door('GET', '/contact_tags', reads, (call) => {
    const { query, page, links } = paged(call, schemas.tagsQuery, () => [...call.account.tags.values()]);
    const counts = query.include_count ? holders(call.account, 'taggings') : undefined;
    return {
      body: {
        tags: page.map((tag) => ({ ...tag, ...(counts ? { contacts_count: counts.get(tag.tag_id) ?? 0 } : {}) })),
        ...links,
      },
    };
  });
  door('POST', '/contact_tags', writes, ({ account, body }) => {
    const input = body(schemas.tagPost);
    if (hasName(account.tags.values(), input.name)) throw conflict('A tag of this name exists');
    const tag_id = crypto.randomUUID();
    return { status: 201, body: account.tags.put(tag_id, { tag_id, tag_source: 'Contact', ...input, ...stamps() }) };
  });
};

const fieldDoors = (door: Door, stamps: Stamps): void => {
  door('GET', '/contact_custom_fields', reads, (call) => {
    const { page, links } = paged(call, schemas.fieldsQuery, () => [...call.account.fields.values()]);
    return { body: { custom_fields: page, ...links } };
  });
  door('POST', '/contact_custom_fields', writes, ({ account, body }) => {
    const input = body(schemas.fieldPost);
    const name = input.label.replace(/\s/g, '_');
    if (hasName(account.fields.values(), name)) throw conflict('A custom field of this label exists');
    if (account.fields.size() >= mostFields) throw badRequest(`An account has at most ${mostFields} custom fields`);
    const custom_field_id = crypto.randomUUID();
    return { status: 201, body: account.fields.put(custom_field_id, { custom_field_id, name, ...input, ...stamps() }) };
  });
};
