import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { workOff } from './activities';
import { contactById, findContact, setPermission, showContact } from './contacts';
import { newContact, type Account } from './state';
import { isoAt, notFound, type Fault, type JournalEntry, type World } from './world';

const seed = z.object({
  email: z.string(),
  permission_to_send: z
    .enum(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold', 'unsubscribed'])
    .default('explicit'),
  opt_out_date: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  lists: z.array(z.string()).default([]),
  tags: z.array(z.string()).default([]),
  deleted: z.boolean().default(false),
});
/** Many contacts at once; the `#` of the address is their number. */
const bulk = z.object({
  count: z.number().int().min(1).max(200_000),
  email: z.string().includes('#'),
  permission_to_send: seed.shape.permission_to_send,
  lists: z.array(z.string()).default([]),
});
const faultSchema = z.object({
  method: z.string().optional(),
  path: z.string(),
  times: z.number().int().min(1).default(1),
  kind: z.enum(['latency', 'status', 'timeout-after-write', 'drop-before', 'drop-after-write']),
  ms: z.number().optional(),
  status: z.number().optional(),
});
const everything = ['custom_fields', 'list_memberships', 'phone_numbers', 'street_addresses', 'taggings'];

/** The control plane for tests and curious people, below `/_sandbox`. */
export const controlDoors = (app: FastifyInstance, world: World): void => {
  const accountById = (id: string): Account => {
    const account = world.store.get().accounts.find((each) => each.id === id);
    if (!account) throw notFound('The account');
    workOff(world, account);
    return account;
  };
  app.get('/_sandbox/switches', () => world.switches);
  app.put('/_sandbox/switches', (request) => (world.switches = { ...world.switches, ...(request.body as object) }));
  app.get('/_sandbox/limits', () => ({ ...world.limits, usage: world.store.get().usage }));
  app.put('/_sandbox/limits', (request) => (world.limits = { ...world.limits, ...(request.body as object) }));
  app.post('/_sandbox/faults', (request) => {
    world.faults.push(faultSchema.parse(request.body) satisfies Fault);
    return world.faults;
  });
  app.delete('/_sandbox/faults', () => (world.faults = []));
  app.get('/_sandbox/clock', () => ({ now: isoAt(world.now()) }));
  app.put('/_sandbox/clock', (request) => {
    const { now } = z.object({ now: z.iso.datetime().nullable() }).parse(request.body);
    world.setClock(now === null ? undefined : Date.parse(now));
    return { now: isoAt(world.now()) };
  });
  app.post('/_sandbox/clock/advance', (request) => {
    world.setClock(world.now() + z.object({ ms: z.number().min(0) }).parse(request.body).ms);
    return { now: isoAt(world.now()) };
  });
  app.get('/_sandbox/journal', (request) =>
    world.journal.slice(Number((request.query as { since?: string }).since ?? 0)),
  );
  app.get('/_sandbox/journal/summary', () => summaryOf(world.journal));
  app.delete('/_sandbox/journal', () => (world.journal.length = 0));
  app.post('/_sandbox/reset', () => {
    world.store.reset();
    world.journal.length = 0;
    world.recent = [];
    world.faults = [];
    world.setClock(undefined);
    return {};
  });
  app.post('/_sandbox/accounts/:account/contacts/bulk', (request) => {
    const account = accountById((request.params as { account: string }).account);
    const input = bulk.parse(request.body);
    const now = isoAt(world.now());
    for (let index = 0; index < input.count; index += 1) {
      const email = input.email.replace('#', String(index)).toLowerCase();
      if (findContact(account, email)) continue;
      const contact = newContact(email, input.permission_to_send, 'Account', now);
      contact.list_memberships = [...input.lists];
      account.contacts.push(contact);
    }
    world.store.changed();
    return { contacts: account.contacts.length };
  });
  app.put('/_sandbox/accounts/:account', (request) => {
    const account = accountById((request.params as { account: string }).account);
    const change = z
      .object({ privileges: z.array(z.string()).optional(), confirmedOptIn: z.boolean().optional() })
      .parse(request.body);
    return { ...Object.assign(account, change), contacts: undefined };
  });
  app.get('/_sandbox/accounts/:account/contacts', (request) =>
    accountById((request.params as { account: string }).account).contacts.map((contact) =>
      showContact(contact, everything),
    ),
  );
  app.post('/_sandbox/accounts/:account/contacts', (request) => {
    const account = accountById((request.params as { account: string }).account);
    const input = seed.parse(request.body);
    const now = isoAt(world.now());
    const known = findContact(account, input.email);
    const contact = known ?? newContact(input.email.toLowerCase(), input.permission_to_send, 'Account', now);
    if (!known) account.contacts.push(contact);
    else setPermission(contact, input.permission_to_send, 'Contact', now);
    if (input.opt_out_date) contact.email_address.opt_out_date = input.opt_out_date;
    if (input.deleted) contact.deleted_at = now;
    for (const name of ['first_name', 'last_name'] as const)
      if (input[name] !== undefined) contact.core[name] = input[name];
    contact.list_memberships = input.lists;
    contact.taggings = input.tags;
    world.store.changed();
    return showContact(contact, everything);
  });
  app.post('/_sandbox/accounts/:account/contacts/:email/:act', (request) => {
    const { account: id, email, act } = request.params as { account: string; email: string; act: string };
    const account = accountById(id);
    const contact = contactById(account, findContact(account, email)?.contact_id ?? '');
    const permission = ({ unsubscribe: 'unsubscribed', hold: 'temp_hold', confirm: 'explicit' } as const)[act];
    const now = isoAt(world.now());
    if (permission) setPermission(contact, permission, 'Contact', now);
    else if (act === 'delete') contact.deleted_at = now;
    else throw notFound('That act');
    if (act === 'unsubscribe' || act === 'delete') contact.list_memberships = [];
    world.store.changed();
    return showContact(contact, everything);
  });
  app.post('/_sandbox/tokens/revoke', () => {
    for (const token of Object.values(world.store.get().refreshTokens)) token.dead = true;
    world.store.changed();
    return {};
  });
};

/** Calls by method, path without ids, and status; and the most of them in any second. */
const summaryOf = (journal: readonly JournalEntry[]) => {
  const calls: Record<string, number> = {};
  const times: number[] = [];
  for (const { method, path, status, at } of journal) {
    const name = `${method} ${(path.split('?')[0] ?? '').replace('/v3', '').replace(/[0-9a-f-]{36}/g, ':id')} ${status}`;
    calls[name] = (calls[name] ?? 0) + 1;
    if (path.startsWith('/v3/')) times.push(Date.parse(at));
  }
  let mostInASecond = 0;
  for (let first = 0, last = 0; last < times.length; last += 1) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= 1_000) first += 1;
    mostInASecond = Math.max(mostInASecond, last - first + 1);
  }
  return { calls, mostInASecond };
};
