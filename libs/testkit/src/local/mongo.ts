import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Of the server that runs now; undefined for a given one. */
  readonly pid: number | undefined;
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
  const { DryMongoBinary, MongoBinary } = await import('mongodb-memory-server-core');
  const wanted = { version: mongodRelease, downloadDir: join(cacheDir(), 'mongod') };
  const here = await DryMongoBinary.locateBinary(wanted).catch(() => undefined);
  if (here) return { kind: 'fetched mongod', command: here, args: mongodArgs };
  try {
    const reachable = await fetch('https://fastdl.mongodb.org', { method: 'HEAD', signal: AbortSignal.timeout(4_000) });
    if (reachable.status >= 500) return undefined;
    onProgress(`Fetching mongod ${mongodRelease} (once per machine)`);
    return { kind: 'fetched mongod', command: await MongoBinary.getPath(wanted), args: mongodArgs };
  } catch {
    return undefined;
  }
};

const pythonArgs = (dataDir: string, port: number) => [
  '--host',
  '127.0.0.1',
  '--port',
  String(port),
  '--storage-path',
  dataDir,
  '--cache-size',
  '256M',
  // Without it a kill -9 loses acknowledged writes.
  '--sync-on-commit',
];

const standInArgs = (dataDir: string, port: number) => [...pythonArgs(dataDir, port), '--log-file-max', '16MB'];

/** The stand-in in Rust: built once per machine, and moved into place only when whole. */
const builtStandIn = async (onProgress: Progress): Promise<Program | undefined> => {
  const home = join(cacheDir(), `secantus-${standIn.version}`);
  const command = join(home, 'bin/secantusd-rs');
  if (!existsSync(command)) {
    if (!onPath('cargo')) return undefined;
    const fresh = `${home}.${process.pid}`;
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
      rmSync(fresh, { recursive: true, force: true });
      return undefined;
    } finally {
      clearInterval(ticker);
    }
    // Another process may have been quicker.
    if (existsSync(command)) rmSync(fresh, { recursive: true, force: true });
    else {
      rmSync(home, { recursive: true, force: true });
      renameSync(fresh, home);
    }
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
  return { kind: 'slow stand-in', command, args: pythonArgs };
};

const program = async (onProgress: Progress): Promise<Program> => {
  mkdirSync(cacheDir(), { recursive: true });
  if (onPath('mongod')) return { kind: 'mongod', command: 'mongod', args: mongodArgs };
  const found =
    (await fetchedMongod(onProgress)) ?? (await builtStandIn(onProgress)) ?? (await pythonStandIn(onProgress));
  if (!found) throw new Error('There is no MongoDB: set MONGODB_URI, or install mongod, Rust (cargo) or Python 3');
  return found;
};

/** Data that one server wrote is not for another to open: they only look alike. */
const keepApart = (dataDir: string, kind: LocalMongo['kind']): void => {
  const family = kind === 'mongod' || kind === 'fetched mongod' ? 'mongod' : kind;
  const file = `${dataDir}.kind`;
  const wrote = existsSync(file) ? readFileSync(file, 'utf8') : family;
  if (wrote !== family)
    throw new Error(`${dataDir} was written by ${wrote}, and what can be started now is ${family}: start with --fresh`);
  writeFileSync(file, family);
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
      pid: undefined,
      stop: async () => undefined,
      kill: async () => cannot(),
      restart: async () => cannot(),
    };
  }
  const { kind, command, args } = await program(onProgress);
  const ownPort = port ?? (await freePort());
  mkdirSync(dataDir, { recursive: true });
  keepApart(dataDir, kind);
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
    get pid() {
      return server.pid;
    },
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
  // One that was given runs already, or it does not. Its address is not told: it may hold a password.
  const until = Date.now() + (server ? 60_000 : 5_000);
  for (;;) {
    const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 1_000 });
    try {
      await connection.asPromise();
      await connection.db?.admin().command({ ping: 1 });
      return;
    } catch (error) {
      if (ended || Date.now() > until)
        throw new Error(server ? 'MongoDB does not answer; see its log' : 'The server of MONGODB_URI does not answer', {
          cause: error,
        });
      await delay(100);
    } finally {
      await connection.destroy().catch(() => undefined);
    }
  }
};
