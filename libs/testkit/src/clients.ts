import { setTimeout as delay } from 'node:timers/promises';

/** Tries until it does not throw; the last failure is thrown when the time is up. */
export const eventually = async <T>(
  check: () => T | Promise<T>,
  { timeoutMs = 20_000, everyMs = 50 } = {},
): Promise<T> => {
  for (const until = Date.now() + timeoutMs; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > until) throw error;
      await delay(everyMs);
    }
  }
};

export interface GraphAnswer<T = unknown> {
  readonly status: number;
  readonly data?: T | null;
  readonly errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

/** A frontend's client of the graph. */
export interface GraphClient {
  /** Throws when there are errors. */
  query<T>(document: string, variables?: object): Promise<T>;
  raw(document: string, variables?: object): Promise<GraphAnswer>;
}

export const graphClient = (gatewayUrl: string, token: string): GraphClient => {
  const raw = async (query: string, variables: object = {}): Promise<GraphAnswer> => {
    const response = await fetch(`${gatewayUrl}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, ...((await response.json()) as object) };
  };
  return {
    raw,
    query: async <T>(document: string, variables?: object): Promise<T> => {
      const answer = await raw(document, variables);
      if (answer.errors?.length || answer.data == null)
        throw new Error(`The graph answered ${answer.status}: ${JSON.stringify(answer.errors ?? answer)}`);
      return answer.data as T;
    },
  };
};

export interface TokenInput {
  readonly boxOfficeId: string;
  readonly role?: 'owner' | 'manager' | 'viewer';
}

/** A bearer token of the development issuer. */
export const devToken = async (issuerUrl: string, input: TokenInput): Promise<string> => {
  const response = await fetch(`${issuerUrl}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
  });
  const { access_token } = (await response.json()) as { access_token?: string };
  if (!access_token) throw new Error('The development issuer did not issue a token');
  return access_token;
};

/** Signs in at the sandbox as a person would: opens the page, chooses the account, and follows the way back. */
export const signIn = async (
  authorizationUrl: string,
  { account, decision = 'allow' }: { account: string; decision?: 'allow' | 'deny' },
): Promise<Response> => {
  const page = await (await fetch(authorizationUrl)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1];
  if (!request) throw new Error('The page is not the sign-in page');
  const action = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', authorizationUrl);
  return fetch(action, { method: 'POST', body: new URLSearchParams({ request, account, decision }) });
};

export interface SandboxContact {
  readonly contact_id: string;
  readonly email_address: { readonly address: string; readonly permission_to_send: string };
  readonly first_name?: string;
  readonly job_title?: string;
  readonly phones?: readonly { readonly phone_number: string; readonly kind: string }[];
  readonly last_name?: string;
  readonly deleted_at?: string;
  readonly list_memberships: string[];
  readonly taggings: string[];
}

/** A call that the sandbox's journal remembers; status 0 where the connection was dropped before anything was done. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `{ bytes }` instead of a body over 16 KB. */
  readonly body: unknown;
}

/** The sandbox's calls since its journal was last forgotten: also of those that it remembers no more. */
export interface JournalSummary {
  readonly total: number;
  /** By method, route and status: `GET /contacts/:id 200`. */
  readonly calls: Readonly<Record<string, number>>;
  /** The most calls of the API in any second, refused ones included, by the sandbox's clock. */
  readonly mostInASecond: number;
}

/** What a fault does to the calls that it meets; see the sandbox's README. */
export interface SandboxFault {
  readonly kind:
    | 'latency'
    | 'status'
    | 'throttled'
    | 'quota-exceeded'
    | 'drop-before'
    | 'drop-after-write'
    | 'timeout-before'
    | 'timeout-after-write'
    | 'malformed-body'
    | 'slow-body'
    | 'activity';
  /** Regular expression on path and query. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** How many calls it meets, 1 unless told; null for all. */
  readonly times?: number | null;
  /** Share of the calls that it meets, chosen by `seed`. */
  readonly probability?: number;
  readonly seed?: number;
  readonly ms?: number;
  readonly status?: number;
  readonly state?: 'cancelled' | 'failed' | 'timed_out';
  readonly atPercent?: number;
}

export interface SandboxSeed {
  readonly email: string;
  readonly permission_to_send?:
    'explicit' | 'implicit' | 'not_set' | 'pending_confirmation' | 'temp_hold' | 'unsubscribed';
  readonly opt_out_date?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly lists?: readonly string[];
  readonly tags?: readonly string[];
  readonly deleted?: boolean;
  readonly deleted_at?: string;
}

/** Calls of a sandbox's control plane. */
export const controlOf =
  (url: string) =>
  async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}: ${await response.text()}`);
    return (await response.json()) as T;
  };

/** The sandbox's control plane. */
export const sandboxClient = (url: string) => {
  const call = controlOf(url);
  const journalPage = (since = 0, limit = 1_000) =>
    call<{ entries: JournalEntry[]; next: number | null }>('GET', `/journal?since=${since}&limit=${limit}`);
  return {
    contacts: (account: string) => call<SandboxContact[]>('GET', `/accounts/${account}/contacts`),
    seed: (account: string, contact: SandboxSeed) =>
      call<SandboxContact>('POST', `/accounts/${account}/contacts`, contact),
    /** Many contacts in one call: given ones, or `count` alike, whose e-mail holds a `#` for their number, from 0. */
    seedMany: (account: string, many: { contacts: readonly SandboxSeed[] } | (SandboxSeed & { count: number })) =>
      call<{ created: number; contacts: number }>('POST', `/accounts/${account}/contacts/bulk`, many),
    act: (account: string, email: string, act: 'unsubscribe' | 'hold' | 'confirm' | 'delete') =>
      call<SandboxContact>('POST', `/accounts/${account}/contacts/${encodeURIComponent(email)}/${act}`),
    /** All calls that are remembered, oldest first. */
    journal: async (): Promise<JournalEntry[]> => {
      const entries: JournalEntry[] = [];
      for (let since: number | null = 0; since !== null;) {
        const page: { entries: JournalEntry[]; next: number | null } = await journalPage(since, 10_000);
        entries.push(...page.entries);
        since = page.next;
      }
      return entries;
    },
    journalPage,
    /** Counts of all calls, cheap however many there were. */
    summary: () => call<JournalSummary>('GET', '/journal/summary'),
    forgetJournal: () => call('DELETE', '/journal'),
    fault: (fault: SandboxFault) => call('POST', '/faults', fault),
    /** Those that were asked for, each with the number of times that it has left. */
    faults: () => call<(SandboxFault & { readonly times: number | null })[]>('GET', '/faults'),
    clearFaults: () => call('DELETE', '/faults'),
    limits: (limits: { perSecond?: number; perDay?: number; queuedActivities?: number; importBytes?: number }) =>
      call('PUT', '/limits', limits),
    /** The points that no source settles; the sandbox's README lists them. An unknown one is refused. */
    switches: (switches: object) => call('PUT', '/switches', switches),
    /** Stops the sandbox's clock at a time; null sets it going again. */
    clock: (now: string | null) => call<{ now: string }>('PUT', '/clock', { now }),
    advanceClock: (ms: number) => call<{ now: string }>('POST', '/clock/advance', { ms }),
    /** Changes what an account allows: its user's privileges, whether it asks new contacts for a confirmation. */
    account: (account: string, change: { privileges?: readonly string[]; confirmedOptIn?: boolean }) =>
      call('PUT', `/accounts/${account}`, change),
    revokeRefreshTokens: () => call('POST', '/tokens/revoke', {}),
    /** Back to the demo accounts: every token is dead, faults and journal are gone; switches and limits stay. */
    reset: () => call('POST', '/reset', {}),
  };
};
