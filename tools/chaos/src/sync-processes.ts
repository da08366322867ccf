import { freePort, startProcess, workspaceRoot, type LocalProcess } from '@boxlist/testkit';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inTurns } from './in-turns';

interface One {
  readonly url: string;
  readonly turn: ReturnType<typeof inTurns>;
  process: LocalProcess | undefined;
  /** Set while its end is wanted. */
  isEnding: boolean;
}

interface Options {
  readonly count: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logDir: string;
}

const readyWithinMs = 120_000;

const isReady = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    return false;
  }
};

/** Several processes of the built sync, watched over as an orchestrator does: one that ends by itself is started again, and that is noted. */
export const startSyncProcesses = async ({ count, env, logDir }: Options) => {
  const root = workspaceRoot();
  const endedAlone: string[] = [];
  /** When something was let go on or started. */
  let lastWokenAt = 0;
  let closing = false;

  const launch = (one: One, index: number): Promise<LocalProcess> =>
    startProcess({
      command: join(root, 'node_modules/.bin/node'),
      args: ['--disable-warning=TimeoutNegativeWarning', '--enable-source-maps', join(root, 'dist/apps/sync/main.js')],
      env: { ...env, SYNC_PORT: new URL(one.url).port },
      logFile: join(logDir, `sync-${index}.log`),
    });

  /** Starts it, again when it gives up for want of a server, until it is ready. */
  const start = async (one: One, index: number): Promise<void> => {
    const until = Date.now() + readyWithinMs;
    while (!closing) {
      const started = await launch(one, index);
      one.process = started;
      one.isEnding = false;
      let ended = false;
      void started.exited.then(() => (ended = true));
      while (!ended && !closing && !(await isReady(one.url))) {
        if (Date.now() > until) throw new Error(`sync-${index} does not become ready; see ${logDir}`);
        await delay(100);
      }
      if (!ended) {
        void started.exited.then((code) => {
          if (one.isEnding || closing || one.process !== started) return;
          endedAlone.push(`sync-${index} ended by itself (${String(code)})`);
          void one.turn(() => start(one, index));
        });
        lastWokenAt = Date.now();
        return;
      }
      if (Date.now() > until) throw new Error(`sync-${index} ends while starting; see ${logDir}`);
      await delay(300);
    }
  };

  const all: One[] = [];
  for (let index = 0; index < count; index += 1)
    all.push({ url: `http://127.0.0.1:${await freePort()}`, turn: inTurns(), process: undefined, isEnding: false });
  await Promise.all(all.map((one, index) => one.turn(() => start(one, index))));

  const each = (which: number | 'all', act: (one: One, index: number) => Promise<void>): Promise<void> =>
    Promise.all(
      all.map((one, index) => (which === 'all' || which === index ? one.turn(() => act(one, index)) : undefined)),
    ).then(() => undefined);
  const woken = (): void => {
    lastWokenAt = Date.now();
  };

  return {
    urls: all.map(({ url }) => url),
    endedAlone,
    lastWokenAt: () => lastWokenAt,
    kill: (which: number | 'all', downMs: number) =>
      each(which, async (one, index) => {
        one.isEnding = true;
        await one.process?.kill();
        await delay(downMs);
        await start(one, index);
      }),
    restart: (which: number) =>
      each(which, async (one, index) => {
        one.isEnding = true;
        await one.process?.stop();
        await start(one, index);
      }),
    pause: (which: number | 'all', ms: number) =>
      each(which, async (one) => {
        one.process?.signal('SIGSTOP');
        await delay(ms);
        one.process?.signal('SIGCONT');
        woken();
      }),
    /** Resolves when no disturbance is under way and all are up. */
    allUp: () => each('all', async () => undefined),
    stop: async (): Promise<void> => {
      closing = true;
      await Promise.all(all.map((one) => one.process?.stop(15_000)));
    },
  };
};

export type SyncProcesses = Awaited<ReturnType<typeof startSyncProcesses>>;
