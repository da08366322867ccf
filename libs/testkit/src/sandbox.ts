import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, sandboxClient } from './clients';
import { freePort, startProcess, workspaceRoot } from './local/process';

/** Constant Contact's sandbox as a process of its own, from its sources, with nothing kept and hardly any limit of calls. */
export const startSandbox = async (redirectUrl: string, env: Readonly<Record<string, string>> = {}) => {
  const root = workspaceRoot();
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    command: join(root, 'node_modules/.bin/node'),
    args: ['--import', 'tsx', 'tools/constant-contact-sandbox/src/main.ts'],
    cwd: root,
    env: {
      PATH: process.env.PATH,
      TSX_TSCONFIG_PATH: join(root, 'tsconfig.base.json'),
      SANDBOX_PORT: String(port),
      SANDBOX_REDIRECT_URIS: redirectUrl,
      SANDBOX_CALLS_PER_SECOND: '1000',
      ...env,
    },
    logFile: join(dir, 'sandbox.log'),
  });
  await eventually(async () => {
    if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('not ready');
  });
  return {
    url,
    control: sandboxClient(url),
    /** Signs in as a person would; gives an access token for the API. */
    accessToken: (account: string): Promise<string> => accessToken(url, account, redirectUrl),
    /** Holds it still (SIGSTOP), or lets it go on. */
    signal: server.signal,
    stop: async (): Promise<void> => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const accessToken = async (url: string, account: string, redirectUrl: string): Promise<string> => {
  const base = `${url}/oauth2/default/v1`;
  const query = new URLSearchParams({
    client_id: 'boxlist-dev',
    redirect_uri: redirectUrl,
    response_type: 'code',
    scope: 'contact_data offline_access account_read',
    state: 'testkit',
  });
  const page = await (await fetch(`${base}/authorize?${query.toString()}`)).text();
  const request = /name="request" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const back = await fetch(`${base}/authorize/decision`, {
    method: 'POST',
    body: new URLSearchParams({ request, account, decision: 'allow' }),
    redirect: 'manual',
  });
  const code = new URL(back.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const answer = await fetch(`${base}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('boxlist-dev:boxlist-dev-secret').toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: redirectUrl }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
};
