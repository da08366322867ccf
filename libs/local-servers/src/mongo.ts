import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import mongoose from 'mongoose';
import { chooseMongo, type Program, type Purpose } from './mongo-ladder';
import { freePort, startProcess, type LocalProcess, type Progress } from './process';

interface MongoOptions {
  readonly dataDir: string;
  readonly port?: number;
  /** What the server must be suitable for. Absent: any server will do, for looking around. */
  readonly purpose?: Purpose;
  /** Without it nothing is compiled, because nobody would know why the start takes so long. */
  readonly onProgress?: Progress;
  /** Always a server of its own, also where MONGODB_URI names one. */
  readonly isOwn?: boolean;
}

/** A MongoDB for development and tests. */
export interface LocalMongo {
  readonly uri: string;
  /** The kind of server, or `given`. */
  readonly kind: 'given' | Program['kind'];
  /** For people: the server, its version and its origin. */
  readonly server: string;
  /** The pid of the current server. Undefined for a given server. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** With `demandsUsers` the server then refuses every command of a connection that has not signed in. */
  restart(options?: { readonly demandsUsers?: boolean }): Promise<void>;
}

/** The kind of server that wrote the data. Undefined for a new folder. */
const writerOf = (dataDir: string): string | undefined =>
  existsSync(`${dataDir}.kind`) ? readFileSync(`${dataDir}.kind`, 'utf8') : undefined;

/**
 * Throws if another kind of server wrote the data, because the data formats only look alike. Records the kind for the
 * next start.
 */
const keepApart = (dataDir: string, kind: Program['kind']): void => {
  const wrote = writerOf(dataDir) ?? kind;
  if (wrote !== kind)
    throw new Error(
      `${dataDir} was written by ${wrote}, but only ${kind} can be started now. Start with --fresh to delete it.`,
    );
  writeFileSync(`${dataDir}.kind`, kind);
};

/** Starts MongoDB by the ladder of docs/local-stack.md, or uses MONGODB_URI. Resolves when it answers. */
export const startMongo = async ({ dataDir, port, purpose, onProgress, isOwn }: MongoOptions): Promise<LocalMongo> => {
  const given = isOwn ? undefined : process.env.MONGODB_URI;
  if (given) {
    const cannot = (): never => {
      throw new Error('MONGODB_URI is set, so Boxlist does not stop that server');
    };
    const version = await untilAnswers(given);
    return {
      uri: given,
      kind: 'given',
      server: `the given MongoDB ${version}`,
      pid: undefined,
      stop: async () => undefined,
      kill: async () => cannot(),
      restart: async () => cannot(),
    };
  }
  const program = await chooseMongo({ wrote: writerOf(dataDir), purpose, onProgress });
  const { kind, command, args } = program;
  const ownPort = port ?? (await freePort());
  mkdirSync(dataDir, { recursive: true });
  keepApart(dataDir, kind);
  const uri = `mongodb://127.0.0.1:${ownPort}/?directConnection=true`;
  const launch = (...more: string[]): Promise<LocalProcess> =>
    startProcess({
      command,
      args: [...args(dataDir, ownPort), ...more],
      env: { ...process.env, ...program.env },
      logFile: `${dataDir}.log`,
      pidFile: `${dataDir}.pid`,
    });
  let server = await launch();
  const version = await untilAnswers(uri, server);
  return {
    uri,
    kind,
    // A stand-in reports the MongoDB version that it imitates.
    server: kind === 'mongod' ? `${program.server} (${version})` : program.server,
    get pid() {
      return server.pid;
    },
    stop: () => server.stop(),
    kill: () => server.kill(),
    restart: async ({ demandsUsers = false } = {}) => {
      server = await launch(...(demandsUsers ? ['--auth'] : []));
      await untilAnswers(uri, server, demandsUsers);
    },
  };
};

/** Waits for the server, and resolves with the version that it reports. */
const untilAnswers = async (uri: string, server?: LocalProcess, demandsUsers = false): Promise<string> => {
  let ended = false;
  void server?.exited.then(() => (ended = true));
  // A given server already runs, so it gets less time. Errors do not name its address, which may contain a password.
  const until = Date.now() + (server ? 60_000 : 5_000);
  for (;;) {
    const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 1_000 });
    try {
      await connection.asPromise();
      if (demandsUsers) return 'unknown to a stranger';
      const info = await connection.db?.admin().command({ buildInfo: 1 });
      return String(info?.version);
    } catch (error) {
      if (ended || Date.now() > until)
        throw new Error(
          server ? 'MongoDB does not answer. See its log.' : 'The server of MONGODB_URI does not answer',
          {
            cause: error,
          },
        );
      await delay(100);
    } finally {
      await connection.destroy().catch(() => undefined);
    }
  }
};
