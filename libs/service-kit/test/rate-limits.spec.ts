import { eventually, startMongo } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, createRateLimits, createSharedCounter, openMongo, type RateLimit } from '../src';

const log = createLog('test', 'silent');
const database = `t${randomUUID().slice(0, 8)}`;
let mongo: Awaited<ReturnType<typeof startMongo>>;
const dataDir = mkdtempSync(join(tmpdir(), 'rate-limits-'));
const clients: ReturnType<typeof openMongo>[] = [];
beforeAll(async () => {
  mongo = await startMongo({ dataDir: join(dataDir, 'shared') });
}, 60_000);
afterAll(async () => {
  await clients[0]?.client.db(database).dropDatabase();
  await Promise.all(clients.map((client) => client.close()));
  await mongo.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The limits of one process. All processes of a test share a database and a secret. */
const startProcess = async (uri = mongo.uri) => {
  const opened = openMongo(uri, log);
  const { client } = opened;
  clients.push(opened);
  const shared = createSharedCounter(client, database, log);
  if (uri === mongo.uri) await eventually(() => shared.add(randomUUID(), 1));
  return { ...createRateLimits({ shared, secret: 'a secret' }), shared, client };
};

const twoProcesses = () => Promise.all([startProcess(), startProcess()]);

const admittedOf = async (limit: RateLimit, key: string, tries: number): Promise<number> => {
  let admitted = 0;
  for (let index = 0; index < tries; index += 1) {
    try {
      await limit.take(key);
      admitted += 1;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    }
  }
  return admitted;
};

describe('two processes', () => {
  it('share a limit, except for a twentieth each', async () => {
    const name = randomUUID();
    const [one, other] = (await twoProcesses()).map(({ limit }) => limit(name, 200, 'address')) as [
      RateLimit,
      RateLimit,
    ];
    const admitted = await Promise.all([admittedOf(one, 'a', 300), admittedOf(other, 'a', 300)]);
    expect(admitted[0] + admitted[1]).toBeGreaterThanOrEqual(180);
    expect(admitted[0] + admitted[1]).toBeLessThanOrEqual(220);
    expect(await admittedOf(one, 'b', 50)).toBe(50);
  });

  it('refuse in one what the other has spent, with the time that is left of the minute', async () => {
    const name = randomUUID();
    const [one, other] = (await twoProcesses()).map(({ limit }) => limit(name, 100, 'address')) as [
      RateLimit,
      RateLimit,
    ];
    expect(await admittedOf(one, 'a', 200)).toBe(100);
    expect(await admittedOf(other, 'a', 200)).toBeLessThanOrEqual(5);
    const refusal = await Promise.resolve()
      .then(() => other.take('a'))
      .catch((error: unknown) => error as { retryAfterMs: number });
    expect(refusal).toMatchObject({ code: 'RATE_LIMITED' });
    expect(refusal!.retryAfterMs).toBeGreaterThan(1_000);
    expect(refusal!.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('admit a burst at once', async () => {
    const limit = (await startProcess()).limit(randomUUID(), 100, 'address');
    await Promise.all(Array.from({ length: 60 }, async () => limit.take('a')));
  });
});

describe('the store', () => {
  it('is not asked for a key with few requests, and holds no key in clear', async () => {
    const { limit, client } = await startProcess();
    const byAddress = limit(randomUUID(), 100, 'address');
    const rows = () => client.db(database).collection('rate_limits').find().toArray();
    const before = (await rows()).length;
    await admittedOf(byAddress, '203.0.113.9', 5);
    expect((await rows()).length).toBe(before);
    await admittedOf(byAddress, '203.0.113.9', 1);
    expect((await rows()).length).toBe(before + 1);
    expect(JSON.stringify(await rows())).not.toContain('203.0.113');
  });
});

describe('without a database that answers', () => {
  it('each process admits the whole limit, does not wait, and shares again later', async () => {
    const { limit, shared } = await startProcess('mongodb://127.0.0.1:9/');
    const byAddress = limit(randomUUID(), 100, 'address');
    const begun = performance.now();
    expect(await admittedOf(byAddress, 'a', 200)).toBe(100);
    expect(await admittedOf(byAddress, 'b', 200)).toBe(100);
    expect(performance.now() - begun).toBeLessThan(1_000);
    await expect(shared.check()).rejects.toThrow();
  });

  it('works on where it was, when the database stops', async () => {
    const own = await startOwnMongo();
    const { limit, shared } = await startProcess(own.uri);
    await eventually(() => shared.add('warm', 1), { timeoutMs: 10_000 });
    const byAddress = limit(randomUUID(), 100, 'address');
    await byAddress.take('a', 20);
    await expect(shared.check()).resolves.toBeUndefined();
    await own.stop();
    expect(await admittedOf(byAddress, 'a', 200)).toBe(80);
    await expect(shared.check()).rejects.toThrow();
  });
});

/** A MongoDB that the test may stop, even if the environment names one for all tests. */
const startOwnMongo = async () => {
  const given = process.env.MONGODB_URI;
  delete process.env.MONGODB_URI;
  try {
    return await startMongo({ dataDir: join(dataDir, 'own') });
  } finally {
    if (given) process.env.MONGODB_URI = given;
  }
};
