export interface GraphAnswer<T = unknown> {
  readonly status: number;
  readonly data?: T | null;
  readonly errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

/** A frontend's client of the graph. */
export interface GraphClient {
  /** Throws if the answer has errors. */
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

/** The id of each request that `askSubgraph` sends. */
export const askedBy = 'evt_testkit';

/**
 * Asks a subgraph as the gateway does. `sign` returns the gateway's token for a body: it says who asks. Returns the
 * body of the answer, errors included.
 */
export const askSubgraph = async <Answer>(
  url: string,
  sign: (body: string) => string,
  query: string,
  variables: object = {},
  signal?: AbortSignal,
): Promise<Answer> => {
  const body = JSON.stringify({ query, variables });
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-boxlist-identity': sign(body), 'x-request-id': askedBy },
    body,
    signal,
  });
  return (await response.json()) as Answer;
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

/** Signs in at the sandbox like a person: opens the page, chooses the account, and follows the redirect. */
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

/** A call in the sandbox's journal. Its status is 0 if the connection was dropped before the call had an effect. */
export interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** `{ bytes }` for a body over 16 KB. */
  readonly body: unknown;
}

/** The sandbox's calls since its journal was last cleared, including calls that the journal no longer holds. */
export interface JournalSummary {
  readonly total: number;
  /** By method, route and status: `GET /contacts/:id 200`. */
  readonly calls: Readonly<Record<string, number>>;
  /** The most API calls in any second, refused ones included, by the sandbox's clock. */
  readonly mostInASecond: number;
}

/** What a fault does to the calls that it hits. See the sandbox's README. */
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
  /** Regular expression for path and query. */
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** How many calls it hits; null for all. Default: 1. */
  readonly times?: number | null;
  /** Share of the calls that it hits, chosen by `seed`. */
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

/** Calls the control API of a sandbox. Throws for an answer that is not 2xx. */
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

/** A client of the sandbox's control API. */
export const sandboxClient = (url: string) => {
  const call = controlOf(url);
  const journalPage = (since = 0, limit = 1_000) =>
    call<{ entries: JournalEntry[]; next: number | null }>('GET', `/journal?since=${since}&limit=${limit}`);
  return {
    contacts: (account: string) => call<SandboxContact[]>('GET', `/accounts/${account}/contacts`),
    seed: (account: string, contact: SandboxSeed) =>
      call<SandboxContact>('POST', `/accounts/${account}/contacts`, contact),
    /**
     * Creates many contacts in one call: the given contacts, or `count` similar ones. In the second case the e-mail
     * address contains a `#`, which the contact's number replaces, starting at 0.
     */
    seedMany: (account: string, many: { contacts: readonly SandboxSeed[] } | (SandboxSeed & { count: number })) =>
      call<{ created: number; contacts: number }>('POST', `/accounts/${account}/contacts/bulk`, many),
    act: (account: string, email: string, act: 'unsubscribe' | 'hold' | 'confirm' | 'delete') =>
      call<SandboxContact>('POST', `/accounts/${account}/contacts/${encodeURIComponent(email)}/${act}`),
    /** All calls in the journal, oldest first. */
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
    /** Counts of all calls. Cheap, however many calls there were. */
    summary: () => call<JournalSummary>('GET', '/journal/summary'),
    forgetJournal: () => call('DELETE', '/journal'),
    fault: (fault: SandboxFault) => call('POST', '/faults', fault),
    /** All faults that were set, each with its remaining number of calls. */
    faults: () => call<(SandboxFault & { readonly times: number | null })[]>('GET', '/faults'),
    clearFaults: () => call('DELETE', '/faults'),
    limits: (limits: { perSecond?: number; perDay?: number; queuedActivities?: number; importBytes?: number }) =>
      call('PUT', '/limits', limits),
    /**
     * Sets behaviour that no source documents. The sandbox's README lists the switches. An unknown switch is refused.
     */
    switches: (switches: object) => call('PUT', '/switches', switches),
    /** Stops the sandbox's clock at a time. Null restarts it. */
    clock: (now: string | null) => call<{ now: string }>('PUT', '/clock', { now }),
    advanceClock: (ms: number) => call<{ now: string }>('POST', '/clock/advance', { ms }),
    /** Changes what an account allows: the privileges of its user, and whether new contacts must confirm. */
    account: (account: string, change: { privileges?: readonly string[]; confirmedOptIn?: boolean }) =>
      call('PUT', `/accounts/${account}`, change),
    /** How many refresh tokens of an account still work. */
    liveRefreshTokens: async (account: string): Promise<number> =>
      (await call<{ live: Record<string, number> }>('GET', '/tokens')).live[account] ?? 0,
    revokeRefreshTokens: () => call('POST', '/tokens/revoke', {}),
    /**
     * Resets to the demo accounts. It revokes every token and deletes faults and journal; switches and limits stay.
     */
    reset: () => call('POST', '/reset', {}),
  };
};
