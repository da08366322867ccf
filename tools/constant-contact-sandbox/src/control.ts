import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { workOff } from './activities';
import { actOnContact, allSubresources, showContact } from './contacts';
import { faultSchema } from './faults';
import { limitsSchema } from './limits';
import { notFound } from './refusal';
import { seedContacts, seedSchema } from './seed-contacts';
import type { Account } from './store';
import { switchesSchema } from './switches';
import { isoAt, type World } from './world';

/** The control plane for tests and curious people, below `/_sandbox`. */
export const controlDoors = (app: FastifyInstance, world: World): void => {
  switchDoors(app, world);
  clockDoors(app, world);
  journalDoors(app, world);
  accountDoors(app, world);
  tokenDoors(app, world);
  app.post('/_sandbox/reset', () => {
    world.reset();
    return {};
  });
};

const tokenDoors = (app: FastifyInstance, world: World): void => {
  const { refreshTokens } = world.store;
  app.get('/_sandbox/tokens', () => {
    const live = Object.fromEntries([...world.store.accounts.keys()].map((account) => [account, 0]));
    for (const { key } of refreshTokens.entries()) {
      const token = refreshTokens.get(key);
      if (token && !token.dead) live[token.account] = (live[token.account] ?? 0) + 1;
    }
    return { live };
  });
  app.post('/_sandbox/tokens/revoke', () => {
    for (const { key } of [...refreshTokens.entries()]) {
      const token = refreshTokens.get(key);
      if (token) refreshTokens.put(key, { ...token, dead: true });
    }
    return {};
  });
};

const switchDoors = (app: FastifyInstance, world: World): void => {
  app.get('/_sandbox/switches', () => world.switches);
  app.put('/_sandbox/switches', ({ body }) => {
    world.switches = switchesSchema.parse({ ...world.switches, ...(body as object) });
    return world.switches;
  });
  app.get('/_sandbox/limits', () => ({ ...world.limits, usage: world.store.usage() }));
  app.put('/_sandbox/limits', ({ body }) => {
    world.limits = limitsSchema.parse({ ...world.limits, ...(body as object) });
    return world.limits;
  });
  app.get('/_sandbox/faults', () => world.faults.all());
  app.post('/_sandbox/faults', ({ body }) => {
    world.faults.add(faultSchema.parse(body));
    return world.faults.all();
  });
  app.delete('/_sandbox/faults', () => {
    world.faults.clear();
    return [];
  });
};

const clockDoors = (app: FastifyInstance, world: World): void => {
  const shown = () => ({ now: isoAt(world.now()) });
  app.get('/_sandbox/clock', shown);
  app.put('/_sandbox/clock', ({ body }) => {
    const { now } = z.object({ now: z.iso.datetime().nullable() }).parse(body);
    world.setClock(now === null ? undefined : Date.parse(now));
    return shown();
  });
  app.post('/_sandbox/clock/advance', ({ body }) => {
    world.setClock(world.now() + z.object({ ms: z.number().min(0) }).parse(body).ms);
    return shown();
  });
};

const pageQuery = z.object({
  since: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(10_000).default(1_000),
});

const journalDoors = (app: FastifyInstance, world: World): void => {
  app.get('/_sandbox/journal', ({ query }) => {
    const { since, limit } = pageQuery.parse(query);
    return world.journal.page(since, limit);
  });
  app.get('/_sandbox/journal/summary', () => world.journal.summary());
  app.delete('/_sandbox/journal', () => {
    world.journal.reset();
    return {};
  });
};

const accountDoors = (app: FastifyInstance, world: World): void => {
  const accountIn = ({ params }: FastifyRequest): Account => {
    const account = world.store.accounts.get((params as { account: string }).account);
    if (!account) throw notFound('The account');
    workOff(world, account);
    return account;
  };
  const shown = (contact: Parameters<typeof showContact>[1]) => showContact(world, contact, allSubresources);
  app.put('/_sandbox/accounts/:account', (request) => {
    const account = accountIn(request);
    const change = z
      .strictObject({ privileges: z.array(z.string()).optional(), confirmedOptIn: z.boolean().optional() })
      .parse(request.body);
    Object.assign(account.settings, change);
    world.store.saveSettings(account);
    return account.settings;
  });
  app.get('/_sandbox/accounts/:account/contacts', (request) => {
    const { since, limit } = pageQuery.extend({ limit: z.coerce.number().default(Infinity) }).parse(request.query);
    const page: unknown[] = [];
    for (const contact of accountIn(request).contacts.after(since)) {
      if (page.length >= limit) break;
      page.push(shown(contact));
    }
    return page;
  });
  app.post('/_sandbox/accounts/:account/contacts', (request) => {
    const [contact] = seedContacts(world, accountIn(request), [seedSchema.parse(request.body)]);
    return shown(contact!);
  });
  app.post('/_sandbox/accounts/:account/contacts/bulk', (request) => {
    const many = bulk.parse(request.body);
    const account = accountIn(request);
    const before = account.contacts.size();
    seedContacts(world, account, 'contacts' in many ? many.contacts : numbered(many));
    return { created: account.contacts.size() - before, contacts: account.contacts.size() };
  });
  app.post('/_sandbox/accounts/:account/contacts/:email/:act', (request) => {
    const { email, act } = request.params as { email: string; act: string };
    const account = accountIn(request);
    const contact = account.contacts.byEmail(email);
    if (!contact) throw notFound('The contact');
    return shown(actOnContact(world, account, contact, act));
  });
};

/** Many equal contacts; `#` in the e-mail address becomes their number. */
const numberedSchema = seedSchema.extend({
  count: z.number().int().min(1).max(1_000_000),
  email: z.string().includes('#'),
});
const bulk = z.union([z.strictObject({ contacts: z.array(seedSchema) }), numberedSchema]);

function* numbered({ count, email, ...rest }: z.infer<typeof numberedSchema>): Iterable<z.infer<typeof seedSchema>> {
  for (let n = 0; n < count; n += 1) yield { ...rest, email: email.replace('#', String(n)) };
}
