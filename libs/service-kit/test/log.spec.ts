import { createEventBus } from '@boxlist/event-bus';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePort, startMongo, workspaceRoot } from '@boxlist/testkit';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectMongo, createHttp, createLog, listen } from '../src';

const canary = 'canary.ann@example.com';
const dataDir = mkdtempSync(join(tmpdir(), 'log-'));
let mongo: Awaited<ReturnType<typeof startMongo>>;

beforeAll(async () => {
  mongo = await startMongo({ dataDir });
});
afterAll(async () => {
  await mongo?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const recorded = () => {
  const lines: string[] = [];
  return { lines, log: createLog('test', 'info', { write: (line) => lines.push(line) }) };
};

it("logs the driver's own errors of single and bulk writes without a document", async () => {
  const { lines, log } = recorded();
  const connection = await connectMongo({ uri: mongo.uri, database: `t${randomUUID().slice(0, 8)}`, log });
  try {
    const people = connection.collection('people');
    await people.createIndex({ email: 1 }, { unique: true });
    await people.insertOne({ email: canary, firstName: 'Ann' });
    const failures = await Promise.allSettled([
      people.insertOne({ email: canary, firstName: 'Ann' }),
      people.insertMany([{ email: canary, firstName: 'Ann' }, { email: canary }], { ordered: false }),
      people.updateOne({ email: canary }, { $bad: { firstName: canary } }),
    ]);
    for (const each of failures) {
      expect(each.status).toBe('rejected');
      log.warn({ err: each.status === 'rejected' ? each.reason : undefined }, 'write.failed');
    }
    expect(lines.join('')).toMatch(/MongoServerError.*\n.*MongoBulkWriteError.*11000/);
    expect(lines.join('')).not.toMatch(/canary|Ann/);
  } finally {
    await connection.dropDatabase();
    await connection.destroy();
  }
});

it("logs what Kafka's client reports and throws without addresses or keys", async () => {
  const { lines, log } = recorded();
  const port = await freePort();
  const bus = createEventBus({ brokers: [`127.0.0.1:${port}`], clientId: canary, log });
  const error = await bus.check().catch((thrown: unknown) => thrown);
  log.error({ err: error }, 'events.failed');
  await bus.close();
  expect(lines.join('')).toContain('kafka.client');
  expect(lines.at(-1)).toMatch(/KAFKA_UNAVAILABLE.*KafkaJS/);
  expect(lines.join('')).not.toContain('canary');
}, 60_000);

it.each(['uncaught exception', 'unhandled rejection', 'failed start'])(
  'a process that ends by an %s prints where, and not what the error says',
  async (how) => {
    const root = workspaceRoot();
    const child = spawn(
      join(root, 'node_modules/.bin/node'),
      ['--import', 'tsx', join(__dirname, 'failing-process.ts'), how, canary],
      { cwd: root },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, said]).toEqual([1, expect.stringContaining('failing-process.ts')]);
    expect(said).not.toContain('canary');
  },
);

it('answers every fault of a request with fixed words', async () => {
  const { lines, log } = recorded();
  const app = createHttp({ log, health: {}, bodyLimit: 1_000 });
  app.post('/broken', async () => {
    throw new Error(canary);
  });
  app.get('/things/:id', () => ({}));
  const url = await listen(app, '127.0.0.1', 0);
  const json = { 'content-type': 'application/json' };
  const answers = await Promise.all(
    [
      fetch(`${url}/broken`, { method: 'POST' }),
      fetch(`${url}/broken`, { method: 'POST', headers: json, body: `{"email": ${canary}` }),
      fetch(`${url}/broken`, { method: 'POST', headers: { 'content-type': `x/${canary}` }, body: 'x' }),
      fetch(`${url}/broken`, { method: 'POST', headers: json, body: JSON.stringify(canary.repeat(100)) }),
      fetch(`${url}/${canary}`),
      fetch(`${url}/things/%zz${canary}`),
      fetch(`${url}/things/${canary.repeat(20)}`),
      fetch(`${url}/x`, { method: 'PURGE', headers: { 'x-email': canary } }),
    ].map(async (asked) => {
      const answer = await asked;
      return { status: answer.status, text: await answer.text() };
    }),
  );
  await app.close();
  expect(answers.map(({ status }) => status)).toEqual([500, 400, 415, 413, 404, 400, 400, 404]);
  for (const { text } of answers) expect(text).not.toContain('canary');
  expect(lines.join('')).toContain('http.failed');
  expect(lines.join('')).not.toContain('canary');
});
