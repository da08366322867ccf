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
    stop: async (): Promise<void> => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
