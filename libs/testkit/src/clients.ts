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
  if (!access_token) throw new Error('The development issuer gave no token');
  return access_token;
};

/** Signs in at the sandbox as a person would: opens the page, chooses the account, and follows the way back. */
export const signIn = async (
  authorizationUrl: string,
  { account, decision = 'allow' }: { account: string; decision?: 'allow' | 'deny' },
): Promise<Response> => {
  const page = await (await fetch(authorizationUrl)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1];
  if (!request) throw new Error('That is not the sign-in page');
  const action = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', authorizationUrl);
  return fetch(action, { method: 'POST', body: new URLSearchParams({ request, account, decision }) });
};

export interface SandboxContact {
  readonly contact_id: string;
  readonly email_address: { readonly address: string; readonly permission_to_send: string };
  readonly first_name?: string;
  readonly last_name?: string;
  readonly deleted_at?: string;
  readonly list_memberships: string[];
  readonly taggings: string[];
}

/** The sandbox's control plane. */
export const sandboxClient = (url: string) => {
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}`);
    return (await response.json()) as T;
  };
  return {
    contacts: (account: string) => call<SandboxContact[]>('GET', `/accounts/${account}/contacts`),
    seed: (account: string, contact: object) => call<SandboxContact>('POST', `/accounts/${account}/contacts`, contact),
    /** Many contacts; the `#` of the address is their number. */
    seedMany: (
      account: string,
      many: { count: number; email: string; permission_to_send?: string; lists?: string[] },
    ) => call<{ contacts: number }>('POST', `/accounts/${account}/contacts/bulk`, many),
    summary: () => call<{ calls: Record<string, number>; mostInASecond: number }>('GET', '/journal/summary'),
    forgetJournal: () => call('DELETE', '/journal'),
    clock: (now: string | null) => call('PUT', '/clock', { now }),
    act: (account: string, email: string, act: 'unsubscribe' | 'hold' | 'confirm' | 'delete') =>
      call<SandboxContact>('POST', `/accounts/${account}/contacts/${email}/${act}`),
    journal: () =>
      call<{ at: string; method: string; path: string; status: number; body: unknown }[]>('GET', '/journal'),
    fault: (fault: object) => call('POST', '/faults', fault),
    limits: (limits: object) => call('PUT', '/limits', limits),
    switches: (switches: object) => call('PUT', '/switches', switches),
    /** Changes what an account allows: its user's privileges, whether it asks new contacts for a confirmation. */
    account: (account: string, change: { privileges?: readonly string[]; confirmedOptIn?: boolean }) =>
      call('PUT', `/accounts/${account}`, change),
    revokeRefreshTokens: () => call('POST', '/tokens/revoke', {}),
    clearFaults: () => call('DELETE', '/faults'),
  };
};

export type SandboxClient = ReturnType<typeof sandboxClient>;
