import { configSchema } from '../src/config';
import { createSandbox } from '../src/service';

const redirect = 'http://127.0.0.1:9/callback';
const allScopes = 'contact_data offline_access account_read';

export interface Answer {
  readonly status: number;
  // Each test casts the body to its expected type.
  readonly body: never;
}

/** Starts the sandbox in this process, with plain HTTP access to its sign-in, its API and its control plane. */
export const startedSandbox = async (settings: Record<string, unknown> = {}) => {
  const service = await createSandbox(
    configSchema.parse({
      SANDBOX_PORT: 0,
      SANDBOX_REDIRECT_URIS: redirect,
      SANDBOX_CALLS_PER_SECOND: 10_000,
      SANDBOX_CALLS_PER_DAY: 1_000_000,
      ...settings,
    }),
  );
  return { ...service, ...sandboxAt(service.url) };
};

export const sandboxAt = (url: string) => {
  let token = '';
  const answerOf = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : undefined) as never };
  };
  const control = async <T = unknown>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  };
  const authorize = async ({ decision = 'allow', scope = allScopes, account = 'riverside', more = {} } = {}) => {
    const query = new URLSearchParams({
      client_id: 'boxlist-dev',
      redirect_uri: redirect,
      response_type: 'code',
      scope,
      state: 's1',
      ...more,
    });
    const asked = await fetch(`${url}/oauth2/default/v1/authorize?${query.toString()}`, { redirect: 'manual' });
    const request = /name="request" value="([^"]+)"/.exec(await asked.text())?.[1];
    const response = request
      ? await fetch(`${url}/oauth2/default/v1/authorize/decision`, {
          method: 'POST',
          body: new URLSearchParams({ request, account, decision }),
          redirect: 'manual',
        })
      : asked;
    const location = response.headers.get('location');
    const target = new URL(location ?? 'http://none/');
    return {
      redirected: location !== null,
      code: target.searchParams.get('code') ?? '',
      error: target.searchParams.get('error'),
      state: target.searchParams.get('state'),
    };
  };
  const tokenCall = async (form: Record<string, string>, secret = 'boxlist-dev-secret') => {
    const response = await fetch(`${url}/oauth2/default/v1/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`boxlist-dev:${secret}`).toString('base64')}` },
      body: new URLSearchParams(form),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const grant = (code: string, more: Record<string, string> = {}) =>
    tokenCall({ grant_type: 'authorization_code', code, redirect_uri: redirect, ...more });
  const tokenFor = async (scope?: string): Promise<string> =>
    String((await grant((await authorize({ scope })).code)).body.access_token);
  const api = async (method: string, path: string, body?: unknown, bearer = token): Promise<Answer> => {
    const json = body !== undefined && !(body instanceof FormData);
    const response = await fetch(`${url}${path.startsWith('/v3/') ? '' : '/v3'}${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}`, ...(json ? { 'content-type': 'application/json' } : {}) },
      ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
    });
    return answerOf(response);
  };
  return {
    url,
    control,
    authorize,
    tokenCall,
    grant,
    tokenFor,
    api,
    answerOf,
    /** Fetches a new token and uses it for later calls. */
    signIn: async () => {
      token = await tokenFor();
      return token;
    },
    token: () => token,
    /** Uses the given token for later calls. */
    useToken: (used: string) => {
      token = used;
    },
    ids: async (what: 'contact_lists' | 'contact_tags' | 'contact_custom_fields'): Promise<string[]> => {
      const items = Object.values((await api('GET', `/${what}?limit=100`)).body as object).find(
        Array.isArray,
      ) as Record<string, string>[];
      const key = { contact_lists: 'list_id', contact_tags: 'tag_id', contact_custom_fields: 'custom_field_id' }[what];
      return items.map((item) => item[key]!);
    },
    seed: (contact: object) => control('POST', '/accounts/riverside/contacts', contact),
    contact: async (email: string): Promise<ShownContact | undefined> => {
      const include = 'list_memberships,taggings,phone_numbers,street_addresses,custom_fields,notes';
      const path = `/contacts?email=${encodeURIComponent(email)}&status=all&include=${include}`;
      return ((await api('GET', path)).body as { contacts: ShownContact[] }).contacts[0];
    },
  };
};

export interface ShownContact {
  readonly contact_id: string;
  readonly email_address: {
    readonly address: string;
    readonly permission_to_send: string;
    readonly opt_out_date?: string;
  };
  readonly list_memberships: string[];
  readonly taggings: string[];
  readonly phone_numbers: { phone_number: string; kind: string }[];
  readonly street_addresses: Record<string, string>[];
  readonly custom_fields: { custom_field_id: string; value: string }[];
  readonly first_name?: string;
  readonly last_name?: string;
  readonly job_title?: string;
  readonly deleted_at?: string;
}
export const uuids = (count: number): string[] => Array.from({ length: count }, () => crypto.randomUUID());
