import { eventually, freePort, startProcess, workspaceRoot } from '@boxlist/local-servers';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Starts a tool with an HTTP server as its own process. Resolves when it is ready. `portSetting` is the name of the
 * setting for its port. It runs from its sources, or from its bundle if BOXLIST_TOOLS is `built`: that starts faster,
 * and `npm test` has just built all tools.
 */
export const startTool = async (name: string, portSetting: string, env: Readonly<Record<string, string>> = {}) => {
  const root = workspaceRoot();
  const dir = await mkdtemp(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    command: join(root, 'node_modules/.bin/node'),
    args:
      process.env.BOXLIST_TOOLS === 'built'
        ? ['--enable-source-maps', `dist/tools/${name}/main.js`]
        : ['--import', 'tsx', `tools/${name}/src/main.ts`],
    cwd: root,
    env: {
      PATH: process.env.PATH,
      [portSetting]: String(port),
      ...env,
    },
    logFile: join(dir, `${name}.log`),
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(dir, { recursive: true, force: true });
  };
  const isReady = async (): Promise<void> => {
    if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('not ready');
  };
  try {
    await eventually(isReady);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    /** Sends a signal to the process, for example SIGSTOP to suspend it. */
    signal: server.signal,
    stop,
  };
};
