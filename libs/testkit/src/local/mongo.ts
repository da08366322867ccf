import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import mongoose from 'mongoose';
import { chooseMongo, type Program, type Purpose } from './mongo-ladder';
import { freePort, startProcess, type LocalProcess, type Progress } from './process';

interface MongoOptions {
  readonly dataDir: string;
  readonly port?: number;
  /** What the server must be good for; for looking around where absent. */
  readonly purpose?: Purpose;
  /** Without it nothing is compiled: nobody would know what takes so long. */
  readonly onProgress?: Progress;
}

/** A MongoDB for development and tests. */
export interface LocalMongo {
  readonly uri: string;
  /** Which rung of the ladder it is. */
  readonly kind: 'given' | Program['kind'];
  /** For people: the server with its version, and where it comes from. */
  readonly server: string;
  /** Of the server that runs now; undefined for a given one. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** The kind of server that wrote the data; undefined for a new folder. */
const writerOf = (dataDir: string): string | undefined =>
  existsSync(`${dataDir}.kind`) ? readFileSync(`${dataDir}.kind`, 'utf8') : undefined;

/** Data that one server wrote is not for another to open: they only look alike. */
const keepApart = (dataDir: string, kind: Program['kind']): void => {
  const wrote = writerOf(dataDir) ?? kind;
  if (wrote !== kind)
    throw new Error(
      `${dataDir} was written by ${wrote}, but only ${kind} can be started now. Start with --fresh to delete it.`,
    );
  writeFileSync(`${dataDir}.kind`, kind);
};

/** Starts MongoDB by the ladder of docs/local-stack.md, or uses MONGODB_URI. Resolves when it answers. */
export const startMongo = async ({ dataDir, port, purpose, onProgress }: MongoOptions): Promise<LocalMongo> => {
  const given = process.env.MONGODB_URI;
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
  const launch = (): Promise<LocalProcess> =>
    startProcess({
      command,
      args: args(dataDir, ownPort),
      env: { ...process.env, ...program.env },
      logFile: `${dataDir}.log`,
      pidFile: `${dataDir}.pid`,
    });
  let server = await launch();
  const version = await untilAnswers(uri, server);
  return {
    uri,
    kind,
    // A stand-in answers the version of MongoDB that it imitates.
    server: kind === 'mongod' ? `${program.server} (${version})` : program.server,
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

/** Answers the version that the server names. */
const untilAnswers = async (uri: string, server?: LocalProcess): Promise<string> => {
  let ended = false;
  void server?.exited.then(() => (ended = true));
  // One that was given runs already, or it does not. Its address is not told: it may hold a password.
  const until = Date.now() + (server ? 60_000 : 5_000);
  for (;;) {
    const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 1_000 });
    try {
      await connection.asPromise();
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
