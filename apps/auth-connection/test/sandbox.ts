import { eventually, freePort, sandboxClient, startProcess, workspaceRoot } from '@boxlist/testkit';
import { join } from 'node:path';

/** Constant Contact's sandbox as a process of its own, from its sources. */
export const startSandbox = async (dataDir: string, redirectUrl: string) => {
  const root = workspaceRoot();
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
    },
    logFile: join(dataDir, 'sandbox.log'),
  });
  await eventually(async () => {
    if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('not ready');
  });
  const control = async (method: string, path: string, body: object = {}): Promise<void> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}`);
  };
  const calls = async () => sandboxClient(url).journal();
  return {
    url,
    stop: () => server.stop(),
    fault: (fault: object) => control('POST', '/faults', fault),
    switches: (switches: object) => control('PUT', '/switches', switches),
    rights: (account: string, privileges: readonly string[]) => control('PUT', `/accounts/${account}`, { privileges }),
    revokeRefreshTokens: () => control('POST', '/tokens/revoke'),
    /** How many calls had a path with this end so far. */
    callsTo: async (path: string): Promise<number> =>
      (await calls()).filter((call) => call.path.split('?')[0]?.endsWith(path)).length,
    /** How many refresh tokens were tried so far, successfully or not. */
    refreshes: async (): Promise<number> =>
      (await calls()).filter(({ body }) => (body as { grant_type?: string } | null)?.grant_type === 'refresh_token')
        .length,
  };
};
