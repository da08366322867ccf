import { freePort, startProcess, workspaceRoot, type LocalProcess } from '@boxlist/testkit';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readSends, wasHeldBack, type Sent, type Still } from './sends';

interface One {
  readonly url: string;
  process: LocalProcess | undefined;
  /** A disturbance of a process that is down is skipped, and so is a pause of a paused one. */
  state: 'up' | 'paused' | 'down';
  /** The present disturbance or start. */
  busy: Promise<unknown>;
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

const sendsFile = (logDir: string, index: number): string => join(logDir, `sync-${index}.sends`);

const launch = (one: One, index: number, { env, logDir }: Options): Promise<LocalProcess> => {
  const root = workspaceRoot();
  return startProcess({
    command: join(root, 'node_modules/.bin/node'),
    args: [
      '--enable-source-maps',
      '--import',
      join(root, 'tools/chaos/src/note-sends.mjs'),
      join(root, 'dist/apps/sync/main.js'),
    ],
    env: { ...env, SYNC_PORT: new URL(one.url).port, CHAOS_SENDS_FILE: sendsFile(logDir, index) },
    logFile: join(logDir, `sync-${index}.log`),
  });
};

/** Keeps processes up like an orchestrator: restarts a process that exits by itself, and records that. */
const createSupervisor = (options: Options) => {
  const endedAlone: string[] = [];
  let lastWokenAt = 0;
  let closing = false;

  const watch = (one: One, index: number, started: LocalProcess): void => {
    one.state = 'up';
    lastWokenAt = Date.now();
    void started.exited.then((code) => {
      if (one.state === 'down' || closing || one.process !== started) return;
      endedAlone.push(`sync-${index} exited by itself (${String(code)})`);
      one.busy = start(one, index);
    });
  };

  /** Starts a process until it is ready, again if it exits because a server is missing. */
  const start = async (one: One, index: number): Promise<void> => {
    const until = Date.now() + readyWithinMs;
    one.state = 'down';
    while (!closing) {
      const started = await launch(one, index, options);
      one.process = started;
      let ended = false;
      void started.exited.then(() => (ended = true));
      while (!ended && !closing && !(await isReady(one.url))) {
        if (Date.now() > until) throw new Error(`sync-${index} did not become ready; see ${options.logDir}`);
        await delay(100);
      }
      if (!ended) return watch(one, index, started);
      if (Date.now() > until) throw new Error(`sync-${index} exits while starting; see ${options.logDir}`);
      await delay(300);
    }
  };

  return {
    start,
    endedAlone,
    /** Records that a process continues after a pause. */
    woken: (): void => void (lastWokenAt = Date.now()),
    /** When a process was last started or continued after a pause. */
    lastWokenAt: () => lastWokenAt,
    /** From now on no process is started. */
    close: (): void => void (closing = true),
  };
};

/** Disturbs the processes whose state allows it; resolves when that is over. */
const disturb = async (
  all: readonly One[],
  which: number | 'all',
  can: readonly One['state'][],
  act: (one: One, index: number) => Promise<void>,
): Promise<void> => {
  const acting: Promise<void>[] = [];
  for (const [index, one] of all.entries()) {
    if ((which !== 'all' && which !== index) || !can.includes(one.state)) continue;
    const disturbance = act(one, index);
    one.busy = Promise.allSettled([one.busy, disturbance]);
    acting.push(disturbance);
  }
  await Promise.all(acting);
};

/**
 * Several processes of the built sync. Like an orchestrator, it restarts a process that exits by itself, and records
 * that in `endedAlone`.
 */
export const startSyncProcesses = async (options: Options) => {
  const { count, logDir } = options;
  const supervisor = createSupervisor(options);
  const stills: Still[][] = Array.from({ length: count }, () => []);
  const all: One[] = [];
  for (let index = 0; index < count; index += 1)
    all.push({
      url: `http://127.0.0.1:${await freePort()}`,
      process: undefined,
      state: 'down',
      busy: Promise.resolve(),
    });
  await Promise.all(all.map((one, index) => supervisor.start(one, index)));

  return {
    urls: all.map(({ url }) => url),
    endedAlone: supervisor.endedAlone,
    lastWokenAt: supervisor.lastWokenAt,
    /**
     * The calls that the processes wrote since a time, in ms, except those whose process was paused between its last
     * check of the permit and the write.
     */
    sendsSince: (since: number): Sent[] =>
      all.flatMap((_, index) =>
        readSends(sendsFile(logDir, index)).filter(
          (each) => each.sent >= since && !wasHeldBack(each, stills[index] ?? []),
        ),
      ),
    kill: (which: number | 'all', downMs: number) =>
      disturb(all, which, ['up', 'paused'], async (one, index) => {
        one.state = 'down';
        await one.process?.kill();
        await delay(downMs);
        await supervisor.start(one, index);
      }),
    restart: (which: number) =>
      disturb(all, which, ['up'], async (one, index) => {
        one.state = 'down';
        await one.process?.stop();
        await supervisor.start(one, index);
      }),
    pause: (which: number | 'all', ms: number) =>
      disturb(all, which, ['up'], async (one, index) => {
        const held = one.process;
        one.state = 'paused';
        const from = Date.now();
        held?.signal('SIGSTOP');
        await delay(ms);
        // It was killed meanwhile, and another process has replaced it.
        if (one.process !== held || one.state !== 'paused') return;
        one.state = 'up';
        stills[index]?.push({ from, to: Date.now() });
        held?.signal('SIGCONT');
        supervisor.woken();
      }),
    /** Resolves once no disturbance is under way and all processes are up. */
    allUp: async (): Promise<void> => {
      while (all.some(({ state }) => state !== 'up'))
        await Promise.all(all.map(({ busy }) => busy)).then(() => delay(50));
    },
    stop: async (): Promise<void> => {
      supervisor.close();
      await Promise.all(all.map(async (one) => one.process?.stop(15_000)));
    },
  };
};
