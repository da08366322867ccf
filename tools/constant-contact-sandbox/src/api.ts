import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parse } from 'csv-parse/sync';
import type { z } from 'zod';
import { queueActivity, showActivity, workOff } from './activities';
import * as contacts from './contacts';
import { accountOf } from './oauth';
import * as schemas from './schemas';
import type { Account } from './state';
import { badRequest, conflict, isoAt, notFound, Refusal, type World } from './world';

interface Call {
  readonly account: Account;
  readonly body: unknown;
  readonly query: Record<string, string | undefined>;
  readonly id: string;
  readonly request: FastifyRequest;
}
interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}

const valid = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw badRequest(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
};

/** A page of items with an opaque cursor in `_links.next`. */
const paged = <T>(items: readonly T[], { query, request }: Call, max: number) => {
  const limit = Number(query.limit ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) throw badRequest(`limit must be between 1 and ${max}`);
  const start = query.cursor === undefined ? 0 : Number(Buffer.from(query.cursor, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw badRequest('cursor is not valid');
  const next = start + limit;
  const target = new URL(request.url, 'http://sandbox');
  target.searchParams.set('cursor', Buffer.from(String(next)).toString('base64url'));
  return {
    page: items.slice(start, next),
    links: next < items.length ? { _links: { next: { href: `${target.pathname}${target.search}` } } } : {},
  };
};

/** The API below `/v3`, each door behind token and scope; limits and faults stand before it. */
export const apiDoors = (app: FastifyInstance, world: World): void => {
  const door = (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    scope: string,
    handle: (call: Call) => Answer | Promise<Answer>,
  ): void => {
    app.route({
      method,
      url: `/v3${path}`,
      handler: async (request, reply) => {
        const account = await accountOf(world, request.headers.authorization, scope);
        (request as { sandboxAccount?: string }).sandboxAccount = account.id;
        workOff(world, account);
        const { id = '' } = request.params as { id?: string };
        const answer = await handle({
          account,
          id,
          body: request.body,
          query: request.query as Call['query'],
          request,
        });
        if (method !== 'GET') world.store.changed();
        return reply.status(answer.status ?? 200).send(answer.body);
      },
    });
  };
  accountDoors(door);
  contactDoors(door, world);
  resourceDoors(door, world);
  activityDoors(door, world);
  fileImportDoor(door, world);
};

type Door = (
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  path: string,
  scope: string,
  handle: (call: Call) => Answer | Promise<Answer>,
) => void;

const accountDoors = (door: Door): void => {
  door('GET', '/account/summary', 'account_read', ({ account }) => ({
    body: {
      encoded_account_id: account.id,
      organization_name: account.name,
      country_code: 'GB',
      contact_email: `owner.${account.id}@example.com`,
    },
  }));
  door('GET', '/account/user/privileges', 'account_read', ({ account }) => ({
    body: account.privileges.map((privilege_name, index) => ({ privilege_id: index + 1, privilege_name })),
  }));
};

const contactDoors = (door: Door, world: World): void => {
  const includeOf = (query: Call['query']): string[] => query.include?.split(',') ?? [];
  const everything = ['custom_fields', 'list_memberships', 'phone_numbers', 'street_addresses', 'taggings', 'notes'];
  door('GET', '/contacts', 'contact_data', (call) => {
    const found = contacts.searchContacts(call.account, call.query);
    const { page, links } = paged(found, call, 500);
    return {
      body: {
        contacts: page.map((contact) => contacts.showContact(contact, includeOf(call.query))),
        ...(call.query.include_count === 'true' ? { contacts_count: found.length } : {}),
        ...links,
      },
    };
  });
  door('POST', '/contacts', 'contact_data', ({ account, body }) => ({
    status: 201,
    body: contacts.showContact(contacts.createContact(world, account, valid(schemas.contactPost, body)), everything),
  }));
  door('POST', '/contacts/sign_up_form', 'contact_data', ({ account, body }) =>
    contacts.signUpContact(world, account, valid(schemas.signUp, body)),
  );
  door('PUT', '/contacts/resubscribe/:id', 'contact_data', ({ account, id, body }) => ({
    body: contacts.showContact(contacts.resubscribeContact(world, account, id, valid(schemas.resubscribe, body)), []),
  }));
  door('GET', '/contacts/:id', 'contact_data', ({ account, id, query }) => ({
    body: contacts.showContact(contacts.contactById(account, id), includeOf(query)),
  }));
  door('PUT', '/contacts/:id', 'contact_data', ({ account, id, body }) => ({
    body: contacts.showContact(contacts.putContact(world, account, id, valid(schemas.contactPut, body)), everything),
  }));
  door('DELETE', '/contacts/:id', 'contact_data', ({ account, id }) => {
    contacts.deleteContact(world, account, id);
    return { status: 204 };
  });
};

const resourceDoors = (door: Door, world: World): void => {
  const stamp = () => ({ created_at: isoAt(world.now()), updated_at: isoAt(world.now()) });
  const members = (account: Account, id: string) =>
    account.contacts.filter(({ list_memberships }) => list_memberships.includes(id)).length;
  door('GET', '/contact_lists', 'contact_data', (call) => {
    const { query, account } = call;
    const { page, links } = paged(
      account.lists.filter(({ name }) => query.name === undefined || query.name === name),
      call,
      1000,
    );
    const shown = page.map((list) => ({
      ...list,
      ...(query.include_membership_count ? { membership_count: members(account, list.list_id) } : {}),
    }));
    return {
      body: {
        lists: shown,
        ...(query.include_count === 'true' ? { lists_count: account.lists.length } : {}),
        ...links,
      },
    };
  });
  door('GET', '/contact_lists/:id', 'contact_data', ({ account, id }) => {
    const list = account.lists.find(({ list_id }) => list_id === id);
    if (!list) throw notFound('The list');
    return { body: { ...list, membership_count: members(account, id) } };
  });
  door('POST', '/contact_lists', 'contact_data', ({ account, body }) => {
    const input = valid(schemas.listPost, body);
    if (account.lists.some(({ name }) => name === input.name)) throw conflict('A list of this name exists');
    const list = { list_id: crypto.randomUUID(), favorite: false, ...input, ...stamp() };
    account.lists.push(list);
    return { status: 201, body: list };
  });
  door('GET', '/contact_tags', 'contact_data', (call) => {
    const { page, links } = paged(call.account.tags, call, 500);
    return { body: { tags: page, ...links } };
  });
  door('POST', '/contact_tags', 'contact_data', ({ account, body }) => {
    const input = valid(schemas.tagPost, body);
    if (account.tags.some(({ name }) => name === input.name)) throw conflict('A tag of this name exists');
    const tag = { tag_id: crypto.randomUUID(), tag_source: 'Contact', ...input, ...stamp() };
    account.tags.push(tag);
    return { status: 201, body: tag };
  });
  door('GET', '/contact_custom_fields', 'contact_data', (call) => {
    const { page, links } = paged(call.account.fields, call, 100);
    return { body: { custom_fields: page, ...links } };
  });
  door('POST', '/contact_custom_fields', 'contact_data', ({ account, body }) => {
    const input = valid(schemas.fieldPost, body);
    if (account.fields.some(({ label }) => label === input.label))
      throw conflict('A custom field of this label exists');
    const name = input.label.toLowerCase().replace(/[^a-z0-9]+/g, '_');
    const field = { custom_field_id: crypto.randomUUID(), name, ...input, ...stamp() };
    account.fields.push(field);
    return { status: 201, body: field };
  });
};

const activityDoors = (door: Door, world: World): void => {
  door('GET', '/activities', 'contact_data', (call) => {
    const kept = call.account.activities
      .filter(({ createdAtMs }) => world.now() - createdAtMs < 10 * 86_400_000)
      .map((each) => showActivity(world, each));
    const { page, links } = paged(
      kept.filter(({ state }) => call.query.state === undefined || call.query.state === state).reverse(),
      call,
      500,
    );
    return { body: { activities: page, ...links } };
  });
  door('GET', '/activities/:id', 'contact_data', ({ account, id }) => {
    const activity = account.activities.find(({ activity_id }) => activity_id === id);
    if (!activity) throw notFound('The activity');
    return { body: showActivity(world, activity) };
  });
  for (const kind of ['taggings_add', 'taggings_remove'] as const) {
    door('POST', `/activities/contacts_${kind}`, 'contact_data', ({ account, body }) => {
      const { source, tag_ids } = valid(schemas.taggings, body);
      return {
        status: 201,
        body: queueActivity(
          world,
          account,
          { kind, contactIds: source.contact_ids, ids: tag_ids },
          source.contact_ids.length,
        ),
      };
    });
  }
  for (const kind of ['add_list_memberships', 'remove_list_memberships'] as const) {
    door('POST', `/activities/${kind}`, 'contact_data', ({ account, body }) => {
      const { source, list_ids } = valid(schemas.memberships, body);
      return {
        status: 201,
        body: queueActivity(
          world,
          account,
          { kind, contactIds: source.contact_ids, ids: list_ids },
          source.contact_ids.length,
        ),
      };
    });
  }
  door('POST', '/activities/contacts_json_import', 'contact_data', ({ account, body }) => {
    const { import_data, list_ids } = valid(schemas.jsonImport, body);
    checkLists(account, list_ids);
    if (import_data.length > 40_000) throw badRequest('At most 40,000 contacts');
    const rows = withinBytes(import_data, 4 * 1024 * 1024);
    return {
      status: 201,
      body: queueActivity(world, account, { kind: 'import', rows, listIds: list_ids }, rows.length),
    };
  });
};

interface Upload {
  readonly file?: { readonly filename?: string; toBuffer(): Promise<Buffer> };
  readonly list_ids?: { readonly value?: string };
}

const fileImportDoor = (door: Door, world: World): void => {
  door('POST', '/activities/contacts_file_import', 'contact_data', async ({ account, body, request }) => {
    const { file, list_ids: lists } = (request.isMultipart() ? (body ?? {}) : {}) as Upload;
    if (!file?.filename?.endsWith('.csv')) throw new Refusal(415, 'unsupported_media_type', 'The file must be a .csv');
    const listIds = valid(schemas.importLists, (lists?.value ?? '').split(','));
    checkLists(account, listIds);
    const rows = rowsOf(await file.toBuffer());
    if (rows.length > 39_999) throw badRequest('At most 40,000 rows with the header');
    return {
      status: 201,
      body: queueActivity(world, account, { kind: 'import', rows, listIds }, rows.length + 1, file.filename),
    };
  });
};

/** What is over 4 MB is dropped without a word, as the vendor does. */
const rowsOf = (file: Buffer): Record<string, string>[] => {
  const text = file.subarray(0, 4 * 1024 * 1024).toString();
  const whole = file.length > 4 * 1024 * 1024 ? text.slice(0, text.lastIndexOf('\n')) : text;
  const rows = parse<Record<string, string>>(whole, { columns: true, skip_empty_lines: true, bom: true });
  if (rows[0] && !('email' in rows[0])) throw badRequest('The header has no email');
  return rows.map(
    (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')) as Record<string, string>,
  );
};

const checkLists = ({ lists }: Account, wanted: readonly string[]): void => {
  const unknown = wanted.find((id) => !lists.some(({ list_id }) => list_id === id));
  if (unknown) throw badRequest(`list ${unknown} does not exist`);
};

/** What is over the limit of bytes is dropped without a word, as the vendor does. */
const withinBytes = <T>(rows: readonly T[], limit: number): T[] => {
  let size = 0;
  return rows.filter((row) => (size += JSON.stringify(row).length + 1) <= limit);
};
