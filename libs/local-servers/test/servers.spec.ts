import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  isFree,
  startMongo,
  startProcess,
  startServers,
  stopAllLeftBehind,
  workspaceRoot,
  type Servers,
} from '../src';
import { expectEnded, isRunning } from './running';

const given = { kafka: process.env.KAFKA_BROKERS, mongo: process.env.MONGODB_URI };
let dir: string;
let servers: Servers;

// This spec kills its own servers, even if the environment names servers for all other tests.
beforeAll(async () => {
  delete process.env.KAFKA_BROKERS;
  delete process.env.MONGODB_URI;
  dir = mkdtempSync(join(tmpdir(), 'local-servers-'));
  servers = await startServers({ dataDir: join(dir, 'servers'), tryBroker: async () => undefined });
}, 120_000);
afterAll(async () => {
  await servers?.stop();
  rmSync(dir, { recursive: true, force: true });
  if (given.kafka) process.env.KAFKA_BROKERS = given.kafka;
  if (given.mongo) process.env.MONGODB_URI = given.mongo;
}, 60_000);

describe('the local servers', () => {
  it('keep every acknowledged document through a kill -9 of MongoDB', async () => {
    const open = () => mongoose.createConnection(servers.mongo.uri, { dbName: 'spec' }).asPromise();
    const before = await open();
    const writes = Array.from({ length: 200 }, (_, number) => before.collection('acknowledged').insertOne({ number }));
    const acknowledged = await Promise.all(writes);

    await servers.mongo.kill();
    await before.destroy();
    await servers.mongo.restart();

    const after = await open();
    expect(await after.collection('acknowledged').countDocuments()).toBe(acknowledged.length);
    await after.destroy();
  }, 60_000);

  it('are new processes after a restart, and stop ends those', async () => {
    const own = await startMongo({ dataDir: join(dir, 'restarted') });
    const first = own.pid;
    await own.kill();
    await own.restart();
    expect(own.pid).not.toBe(first);
    await own.stop();
    await expectEnded(own.pid!);
    expect(existsSync(join(dir, 'restarted.pid'))).toBe(false);
  }, 30_000);

  it('never open data that another kind of MongoDB wrote', async () => {
    const dataDir = join(dir, 'foreign');
    writeFileSync(`${dataDir}.kind`, 'something else');
    await expect(startMongo({ dataDir })).rejects.toThrow(/was written by something else.*--fresh/);
  });

  it('name a given server that does not answer, without its password', async () => {
    const nobody = await freePort();
    process.env.MONGODB_URI = `mongodb://user:hidden@127.0.0.1:${nobody}/`;
    try {
      const failure = await startMongo({ dataDir: join(dir, 'none') }).catch((error: unknown) => String(error));
      expect(failure).toBe('Error: The server of MONGODB_URI does not answer');
    } finally {
      delete process.env.MONGODB_URI;
    }
  }, 30_000);
});

const startParent = async (dataDir: string): Promise<{ parent: ChildProcess; pid: number }> => {
  const root = workspaceRoot();
  const parent = spawn(
    join(root, 'node_modules/.bin/node'),
    ['--import', 'tsx', join(__dirname, 'parent.ts'), dataDir],
    // jest's process.env is a copy. A child gets it only if it is passed.
    { cwd: root, env: process.env, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const line = await new Promise<string>((resolve) =>
    parent.stdout.once('data', (data: Buffer) => resolve(String(data))),
  );
  return { parent, pid: (JSON.parse(line) as { pid: number }).pid };
};

describe('a server of a command', () => {
  it.each(['SIGKILL', 'SIGTERM', 'SIGINT'] as const)(
    'ends with it on %s',
    async (signal) => {
      const { parent, pid } = await startParent(join(dir, `with-${signal}`));
      expect(isRunning(pid)).toBe(true);
      parent.kill(signal);
      await expectEnded(pid);
    },
    60_000,
  );

  it('is not stopped by a second command on the same data, which names the user of the data', async () => {
    const dataDir = join(dir, 'shared');
    const { parent, pid } = await startParent(dataDir);
    await expect(startMongo({ dataDir })).rejects.toThrow(`is in use by process ${parent.pid}`);
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGTERM');
    await expectEnded(pid);
  }, 60_000);

  it('that was left behind is found and stopped, but not an unrelated process with the same pid', async () => {
    const folder = mkdtempSync(join(dir, 'left-'));
    const options = { command: 'sleep', args: ['600'], env: process.env, logFile: join(folder, 'log') };
    const ours = await startProcess({ ...options, pidFile: join(folder, 'ours.pid') });
    const strangers = await startProcess({ ...options, pidFile: join(folder, 'strangers.pid') });
    const orphan = (name: string, change: object): void => {
      const file = join(folder, name);
      const recorded = JSON.parse(readFileSync(file, 'utf8')) as object;
      writeFileSync(file, JSON.stringify({ ...recorded, parent: { pid: 1, birth: 'gone' }, ...change }));
    };
    orphan('ours.pid', {});
    orphan('strangers.pid', { birth: 'another' });

    expect(await stopAllLeftBehind(folder)).toBe(1);

    expect(isRunning(ours.pid)).toBe(false);
    expect(isRunning(strangers.pid)).toBe(true);
    await strangers.kill();
  });

  it('is stopped even if it is paused', async () => {
    const paused = await startProcess({ command: 'sleep', args: ['600'], env: process.env, logFile: join(dir, 'log') });
    paused.signal('SIGSTOP');
    await paused.stop();
    expect(isRunning(paused.pid)).toBe(false);
  });

  it('that is not installed is named in the error', async () => {
    const options = { command: 'no-such-program', args: [], env: process.env, logFile: join(dir, 'log') };
    await expect(startProcess(options)).rejects.toThrow('no-such-program cannot be started');
  });
});

describe('a free port', () => {
  it('is outside the range of client connections, and never returned twice', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort));
    expect(new Set(ports).size).toBe(50);
    expect(ports.filter((port) => port < 1_024 || port >= 32_768)).toEqual([]);
  });

  it('is not one on which something listens', async () => {
    const listener = await new Promise<Server>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
    });
    const { port } = listener.address() as { port: number };
    expect(await isFree(port)).toBe(false);
    await new Promise((resolve) => listener.close(resolve));
    expect(await isFree(port)).toBe(true);
  });
});
