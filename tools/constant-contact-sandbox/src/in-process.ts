import type { FastifyRequest } from 'fastify';
import { activityDoors } from './activity-doors';
import { workOff } from './activities';
import { contactDoors } from './contact-doors';
import { actOnContact } from './contacts';
import type { Call, Door } from './door';
import { Refusal } from './refusal';
import { resourceDoors } from './resource-doors';
import { seedContacts, seedSchema } from './seed-contacts';
import type { Contact, List, Tag } from './state';
import type { Account } from './store';
import { valid } from './valid';
import { createWorld, type World } from './world';

export type { List, Tag } from './state';
export type { World } from './world';

export type SandboxContact = Readonly<Contact>;

export interface SandboxCall {
  readonly account: string;
  readonly method: string;
  /** Includes `/v3` and the query. */
  readonly path: string;
  /** JSON. */
  readonly body: string | undefined;
}

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly handle: Parameters<Door>[3];
}

/**
 * The same accounts and endpoints as the server's, called as functions, for tests that make millions of calls on their
 * own clock. There are no tokens, call limits, journal, HTTP faults or files here. The caller names the account.
 */
export const createInProcessSandbox = (clock: () => number) => {
  const world = createWorld({
    SANDBOX_HOST: '127.0.0.1',
    SANDBOX_PORT: 0,
    SANDBOX_ALLOW_REMOTE: 'false',
    SANDBOX_CLIENT_ID: 'in-process',
    SANDBOX_CLIENT_SECRET: 'in-process',
    SANDBOX_REDIRECT_URIS: [],
    SANDBOX_DATA_FILE: undefined,
    SANDBOX_CALLS_PER_SECOND: 1,
    SANDBOX_CALLS_PER_DAY: 1,
    SANDBOX_JOURNAL_ENTRIES: 1,
  });
  const routes = routesOf(world);
  const accountOf = (id: string): Account => {
    world.setClock(clock());
    const account = world.store.accounts.get(id);
    if (!account) throw new Error(`There is no account ${id}`);
    workOff(world, account);
    return account;
  };
  return {
    /** Its switches may be changed. */
    world: world as Pick<World, 'switches' | 'faults'>,
    /** Answers a call as the server would. */
    call: ({ account: id, method, path, body }: SandboxCall): { status: number; text: string } => {
      const account = accountOf(id);
      const url = new URL(path, 'http://sandbox');
      const found = routes.find((route) => route.method === method && route.pattern.test(url.pathname));
      try {
        if (!found) throw new Refusal(404, 'not_found', 'There is nothing here');
        const answer = found.handle(callOf(world, account, found, url, path, body));
        if (answer instanceof Promise) throw new Refusal(415, 'unsupported_media_type', 'Files come by HTTP only');
        return { status: answer.status ?? 200, text: answer.body === undefined ? '' : JSON.stringify(answer.body) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return {
          status: error.status,
          text: JSON.stringify([{ error_key: error.key, error_message: error.message }]),
        };
      }
    },
    /** The present contacts of an account. */
    contacts: (id: string): SandboxContact[] => [...accountOf(id).contacts.after(0)],
    lists: (id: string): List[] => [...accountOf(id).lists.values()],
    tags: (id: string): Tag[] => [...accountOf(id).tags.values()],
    /** The number of activities that have not ended. */
    activitiesRunning: (id: string): number => accountOf(id).work.size(),
    /** Performs an act of the person or of the account's user; returns false if there is no such contact. */
    act: (id: string, email: string, act: 'unsubscribe' | 'hold' | 'confirm' | 'delete'): boolean => {
      const account = accountOf(id);
      const contact = account.contacts.byEmail(email);
      if (contact) actOnContact(world, account, contact, act);
      return contact !== undefined;
    },
    /** Sets whether the account asks new contacts of the sign-up form to confirm. */
    confirmOptIns: (id: string, confirms: boolean): void => {
      accountOf(id).settings.confirmedOptIn = confirms;
    },
    /** Adds a contact without checking any rules. */
    seed: (id: string, seed: { readonly email: string; readonly permission_to_send: string }): void =>
      void seedContacts(world, accountOf(id), [seedSchema.parse(seed)]),
  };
};

export type InProcessSandbox = ReturnType<typeof createInProcessSandbox>;

const routesOf = (world: World): Route[] => {
  const routes: Route[] = [];
  const door: Door = (method, path, _needs, handle) =>
    void routes.push({ method, pattern: new RegExp(`^/v3${path.replace(':id', '(?<id>[^/]+)')}$`), handle });
  contactDoors(door, world);
  resourceDoors(door, world);
  activityDoors(door, world);
  // Like the server's router: a literal path comes before one with an id.
  return routes.sort((a, b) => Number(a.pattern.source.includes('<id>')) - Number(b.pattern.source.includes('<id>')));
};

const callOf = (
  world: World,
  account: Account,
  { pattern }: Route,
  url: URL,
  path: string,
  body: string | undefined,
): Call => ({
  account,
  id: decodeURIComponent(pattern.exec(url.pathname)?.groups?.id ?? ''),
  query: Object.fromEntries(url.searchParams),
  request: {
    url: path,
    headers: { 'content-length': String(Buffer.byteLength(body ?? '')) },
  } as unknown as FastifyRequest,
  body: (schema) => valid(schema, body === undefined ? undefined : JSON.parse(body), world.switches),
});
