import type { BoxOfficeId } from '@boxlist/contracts';
import {
  createHttp,
  createIdentityVerifier,
  createLog,
  identityHeader,
  listen,
  mountSubgraph,
  settings,
  type Identity,
  type InternalTls,
} from '@boxlist/service-kit';
import { freePort, startTokenIssuer, workspaceRoot } from '@boxlist/testkit';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../src/config';
import { createGateway } from '../src/service';

const log = createLog('test', 'silent');

interface Call {
  readonly identity: Identity;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
}

/** A small subgraph with the schema of one of Boxlist's services. It answers only the fields that the tests need. */
const startSubgraph = async (
  name: string,
  publicJwk: JWK,
  fields: Record<string, () => unknown>,
  { port = 0, root = {}, tls }: { port?: number; root?: Record<string, () => unknown>; tls?: InternalTls } = {},
) => {
  const calls: Call[] = [];
  const app = createHttp({ log, health: {}, tls });
  const verify = await createIdentityVerifier(publicJwk, { audience: name, usedTokens: { spend: async () => true } });
  let headers: Readonly<Record<string, unknown>> = {};
  app.addHook('onRequest', async (request) => {
    headers = request.headers;
  });
  await mountSubgraph(app, {
    typeDefs: readFileSync(join(workspaceRoot(), `apps/${name}/schema.graphql`), 'utf8'),
    resolvers: {
      Node: { __resolveType: () => 'Workflow' },
      Query: { boxOffice: (_: unknown, __: unknown, { identity }: Call) => ({ id: identity.boxOfficeId }), ...root },
      BoxOffice: { __resolveReference: ({ id }: { id: string }) => ({ id }), ...fields },
    },
    identity: verify,
    context: ({ identity, signal }) => {
      calls.push({ identity, headers, signal });
      return { identity };
    },
    log,
  });
  return { url: await listen(app, '127.0.0.1', port), calls, close: () => app.close() };
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly data?: Record<string, unknown> | null;
    readonly errors?: { readonly message: string; readonly path?: unknown[]; readonly extensions: object }[];
  };
}

export const gatewayKeys = () => generateKeyPair('EdDSA', { extractable: true });

/** The gateway with small subgraphs: billing and workflow answer, auth-connection and sync are down. */
export const startWorld = async (
  more: Record<string, string> = {},
  { tls, keys }: { tls?: InternalTls; keys?: Awaited<ReturnType<typeof gatewayKeys>> } = {},
) => {
  const { privateKey, publicKey } = keys ?? (await gatewayKeys());
  const publicJwk = await exportJWK(publicKey);
  const behaviour = { apps: (): unknown => [], templates: (): unknown => [] };
  const billing = await startSubgraph('billing', publicJwk, { apps: () => behaviour.apps() }, { tls });
  const workflow = await startSubgraph(
    'workflow',
    publicJwk,
    { workflowTemplates: () => behaviour.templates() },
    {
      tls,
      root: { node: () => ({ id: 'wf_1', name: 'A workflow' }) },
    },
  );
  const tokens = await startTokenIssuer();
  const down = { port: await freePort() };
  const gateway = await createGateway(
    settings(configSchema, {
      LOG_LEVEL: 'silent',
      GATEWAY_PORT: '0',
      GATEWAY_INTERNAL_PORT: '0',
      ...tokens.settings,
      IDENTITY_PRIVATE_JWK: JSON.stringify(await exportJWK(privateKey)),
      BILLING_URL: billing.url,
      WORKFLOW_URL: workflow.url,
      AUTH_CONNECTION_URL: `${tls ? 'https' : 'http'}://127.0.0.1:${await freePort()}`,
      SYNC_URL: `${tls ? 'https' : 'http'}://127.0.0.1:${down.port}`,
      AUDIT_URL: `${tls ? 'https' : 'http'}://127.0.0.1:${down.port}`,
      ...more,
    }),
  );
  const post = async (body: string, headers: Record<string, string>): Promise<Answer> => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] };
  };
  return {
    url: gateway.url,
    internalUrl: gateway.internalUrl,
    gateway,
    tokens,
    billing,
    workflow,
    behaviour,
    post,
    /** Starts sync at the address that the gateway knows. */
    startSync: (fields: Record<string, () => unknown>) => startSubgraph('sync', publicJwk, fields, down),
    /** Starts sync with one fixed answer to every call. */
    startSyncThatSays: async (status: number, body: object) => {
      const app = createHttp({ log, health: {} });
      app.post('/graphql', (_request, reply) => reply.status(status).send(body));
      await listen(app, '127.0.0.1', down.port);
      return app;
    },
    ask: async (query: string, headers: Record<string, string> = {}): Promise<Answer> =>
      post(JSON.stringify({ query }), { authorization: `Bearer ${await tokens.token()}`, ...headers }),
    identityHeader,
    own: 'bo_own' as BoxOfficeId,
    close: async () => {
      await gateway.close();
      await Promise.all([billing.close(), workflow.close(), tokens.close()]);
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;
