import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mongoose from 'mongoose';
import { cacheDir, freePort, onPath, runToEnd, startProcess, type LocalProcess, type Progress } from './process';

const standIn = { crate: 'secantus-mdb', version: '0.5.3-beta.196', python: 'secantusdb==0.7.0b3' };
const mongodRelease = '8.0.4';

interface MongoOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly onProgress?: Progress;
}

/** A MongoDB for development and tests. */
export interface LocalMongo {
  readonly uri: string;
  /** Which rung of the ladder it is. */
  readonly kind: 'given' | 'mongod' | 'fetched mongod' | 'stand-in' | 'slow stand-in';
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

interface Program {
  readonly kind: LocalMongo['kind'];
  readonly command: string;
  readonly args: (dataDir: string, port: number) => string[];
}

const mongodArgs = (dataDir: string, port: number) => [
  '--bind_ip',
  '127.0.0.1',
  '--port',
  String(port),
  '--dbpath',
  dataDir,
  '--wiredTigerCacheSizeGB',
  '0.5',
];

/** A mongod that mongodb-memory-server has or can fetch; undefined when there is no way to it. */
const fetchedMongod = async (onProgress: Progress): Promise<Program | undefined> => {
  const { MongoBinary } = await import('mongodb-memory-server-core');
  const refused = join(cacheDir(), 'mongod-not-reachable');
  if (existsSync(refused)) return undefined;
  try {
    const reachable = await fetch('https://fastdl.mongodb.org', { method: 'HEAD', signal: AbortSignal.timeout(4_000) });
    if (reachable.status >= 500) return undefined;
    onProgress(`Fetching mongod ${mongodRelease} (once per machine)`);
    const command = await MongoBinary.getPath({ version: mongodRelease, downloadDir: join(cacheDir(), 'mongod') });
    return { kind: 'fetched mongod', command, args: mongodArgs };
  } catch {
    return undefined;
  }
};

const standInArgs = (dataDir: string, port: number) => [
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  '--storage-path',
  dataDir,
  '--cache-size',
  '256M',
  '--log-file-max',
  '16MB',
  '--sync-on-commit',
];

/** The stand-in in Rust: built once per machine, and moved into place only when whole. */
const builtStandIn = async (onProgress: Progress): Promise<Program | undefined> => {
  const home = join(cacheDir(), `secantus-${standIn.version}`);
  const command = join(home, 'bin/secantusd-rs');
  if (!existsSync(command)) {
    if (!onPath('cargo')) return undefined;
    const fresh = `${home}.building`;
    mkdirSync(fresh, { recursive: true });
    onProgress('Building a stand-in for MongoDB with cargo (5 to 10 minutes, once per machine)');
    const logFile = join(cacheDir(), 'secantus-build.log');
    const begun = Date.now();
    const ticker = setInterval(() => {
      const crates = existsSync(logFile) ? (readFileSync(logFile, 'utf8').match(/Compiling /g)?.length ?? 0) : 0;
      onProgress(`  … ${Math.round((Date.now() - begun) / 1000)} s, ${crates} crates compiled`);
    }, 20_000);
    try {
      await runToEnd({
        command: 'cargo',
        args: [
          'install',
          '--locked',
          '--root',
          fresh,
          standIn.crate,
          '--version',
          standIn.version,
          '--ignore-rust-version',
        ],
        env: { ...process.env, CARGO_PROFILE_RELEASE_LTO: 'false', CARGO_PROFILE_RELEASE_CODEGEN_UNITS: '16' },
        logFile,
        cwd: cacheDir(),
      });
    } catch {
      onProgress(`  the build failed; see ${logFile}`);
      return undefined;
    } finally {
      clearInterval(ticker);
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(fresh, home);
  }
  return { kind: 'stand-in', command, args: standInArgs };
};

/** The stand-in in Python: slow, and good enough to look around. */
const pythonStandIn = async (onProgress: Progress): Promise<Program | undefined> => {
  const home = join(cacheDir(), standIn.python);
  const command = join(home, 'bin/secantusd-py');
  if (!existsSync(command)) {
    if (!onPath('python3')) return undefined;
    onProgress('Installing a slow stand-in for MongoDB with pip');
    const logFile = join(cacheDir(), 'secantus-pip.log');
    await runToEnd({ command: 'python3', args: ['-m', 'venv', home], env: process.env, logFile });
    await runToEnd({
      command: join(home, 'bin/pip'),
      args: ['install', '-q', standIn.python],
      env: process.env,
      logFile,
    });
  }
  return { kind: 'slow stand-in', command, args: standInArgs };
};

const program = async (onProgress: Progress): Promise<Program> => {
  mkdirSync(cacheDir(), { recursive: true });
  if (onPath('mongod')) return { kind: 'mongod', command: 'mongod', args: mongodArgs };
  const found =
    (await fetchedMongod(onProgress)) ?? (await builtStandIn(onProgress)) ?? (await pythonStandIn(onProgress));
  if (!found) throw new Error('There is no MongoDB: set MONGODB_URI, or install mongod, Rust (cargo) or Python 3');
  return found;
};

/** Starts MongoDB by the ladder: given → on the PATH → fetched → stand-in. Resolves when it answers. */
export const startMongo = async ({
  dataDir,
  port,
  onProgress = () => undefined,
}: MongoOptions): Promise<LocalMongo> => {
  const given = process.env.MONGODB_URI;
  if (given) {
    const cannot = (): never => {
      throw new Error('MONGODB_URI was given: that server is not ours to stop');
    };
    await untilAnswers(given);
    return {
      uri: given,
      kind: 'given',
      stop: async () => undefined,
      kill: async () => cannot(),
      restart: async () => cannot(),
    };
  }
  const { kind, command, args } = await program(onProgress);
  const ownPort = port ?? (await freePort());
  mkdirSync(dataDir, { recursive: true });
  const uri = `mongodb://127.0.0.1:${ownPort}/?directConnection=true`;
  const launch = (): Promise<LocalProcess> =>
    startProcess({
      command,
      args: args(dataDir, ownPort),
      env: process.env,
      logFile: `${dataDir}.log`,
      pidFile: `${dataDir}.pid`,
    });
  let server = await launch();
  await untilAnswers(uri, server);
  return {
    uri,
    kind,
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: async () => {
      server = await launch();
      await untilAnswers(uri, server);
    },
  };
};

const untilAnswers = async (uri: string, server?: LocalProcess): Promise<void> => {
  let ended = false;
  void server?.exited.then(() => (ended = true));
  const until = Date.now() + 60_000;
  for (;;) {
    const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 1_000 });
    try {
      await connection.asPromise();
      await connection.db?.admin().command({ ping: 1 });
      return;
    } catch (error) {
      if (ended || Date.now() > until) throw new Error('MongoDB does not answer; see its log', { cause: error });
      await delay(100);
    } finally {
      await connection.destroy().catch(() => undefined);
    }
  }
};
