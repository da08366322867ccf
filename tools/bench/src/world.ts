import { newId, topics, type BoxOfficeId, type ConnectionFact, type WorkflowFact } from '@boxlist/contracts';
import { createEventBus, type EventBus } from '@boxlist/event-bus';
import {
  aConnection,
  anEntitlement,
  anOrderEvent,
  aWorkflow,
  connectionMessage,
  entitlementMessage,
  eventually,
  freePort,
  openTokenDoor,
  startProcess,
  startSandbox,
  startServers,
  startTogether,
  workflowMessage,
  workspaceRoot,
  type FactMessage,
  type LocalProcess,
  type OrderEventJson,
  type Servers,
} from '@boxlist/testkit';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIdentitySigner } from '@boxlist/service-kit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';

const redirectUrl = 'http://127.0.0.1:9/callback';

/** Kafka, MongoDB and the sandbox, on which each round starts the built sync in its own processes. */
export const createBenchWorld = async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const [servers, sandbox] = await startTogether(
    startServers({ purpose: 'benchmarks', onProgress: (line) => console.log(line) }),
    startSandbox(redirectUrl),
  );
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  await sandbox.control.limits({ perSecond: 100_000, perDay: 100_000_000 });
  const door = await openTokenDoor();
  door.give(await sandbox.accessToken('riverside'));
  const sign = await createIdentitySigner(await exportJWK(privateKey));
  const publicJwk = JSON.stringify(await exportJWK(publicKey));
  const round = () => createRound({ dir, servers, sandboxUrl: sandbox.url, tokenUrl: door.url, publicJwk });
  return {
    sandbox: sandbox.control,
    sandboxUrl: sandbox.url,
    accessToken: () => sandbox.accessToken('riverside'),
    resources: () => resources(sandbox.url, () => sandbox.accessToken('riverside')),
    signIdentity:
      (boxOfficeId: string, role: 'viewer' | 'manager') =>
      (body: string): string =>
        sign(
          { subject: 'bench', boxOfficeId: boxOfficeId as BoxOfficeId, role },
          { subgraph: 'sync', body, once: role === 'manager' },
        ),
    mongoUri: servers.mongo.uri,
    mongoServer: servers.mongo.server,
    round,
    close: async (): Promise<void> => {
      door.close();
      await Promise.all([servers.stop(), sandbox.stop()]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

export type BenchWorld = Awaited<ReturnType<typeof createBenchWorld>>;
export type Round = Awaited<ReturnType<BenchWorld['round']>>;

interface Deps {
  readonly dir: string;
  readonly servers: Servers;
  readonly sandboxUrl: string;
  readonly tokenUrl: string;
  readonly publicJwk: string;
}

const launchSync = (logFile: string, settings: Readonly<Record<string, string>>): Promise<LocalProcess> => {
  const root = workspaceRoot();
  const profile = process.env.BENCH_PROFILE;
  return startProcess({
    command: join(root, 'node_modules/.bin/node'),
    args: [...(profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : []), join(root, 'dist/apps/sync/main.js')],
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'warn',
      CONSTANT_CONTACT_CALLS_PER_SECOND: '1000',
      CONSTANT_CONTACT_CALLS_PER_DAY: '10000000',
      ...settings,
    },
    logFile,
  });
};

/** Present and peak resident memory of a process, in MiB. */
const memoryMiB = (pid: number): { now: number; most: number } => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1_024;
  return { now: of('VmRSS'), most: of('VmHWM') };
};

/** One measurement: its own topics and databases, with as many sync processes as it starts. */
const createRound = async ({ dir, servers, sandboxUrl, tokenUrl, publicJwk }: Deps) => {
  const prefix = `b${randomBytes(4).toString('hex')}`;
  const bus = createEventBus({
    brokers: servers.kafka.brokers.split(','),
    clientId: 'bench',
    topicPrefix: `${prefix}.`,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  await bus.ensureTopics([topics.orders, topics.connections, topics.entitlements, topics.workflows]);
  const mongo = await mongoose
    .createConnection(servers.mongo.uri, {
      dbName: `${prefix}_sync`,
      autoIndex: false,
      writeConcern: { w: 'majority', journal: true },
    })
    .asPromise();
  const running: LocalProcess[] = [];
  const common = {
    MONGODB_URI: servers.mongo.uri,
    MONGODB_DATABASE_PREFIX: prefix,
    KAFKA_BROKERS: servers.kafka.brokers,
    KAFKA_TOPIC_PREFIX: `${prefix}.`,
    IDENTITY_PUBLIC_JWK: publicJwk,
    CONSTANT_CONTACT_API_URL: `${sandboxUrl}/v3`,
    AUTH_CONNECTION_URL: tokenUrl,
    SERVICE_TOKEN_SECRET: randomBytes(32).toString('hex'),
    EMAIL_HASH_KEY: randomBytes(32).toString('hex'),
  };
  const startSync = async (env: Readonly<Record<string, string>> = {}) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const sync = await launchSync(join(dir, `${prefix}.log`), { ...common, SYNC_PORT: String(port), ...env });
    running.push(sync);
    await eventually(
      async () => {
        if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('not ready');
      },
      { timeoutMs: 60_000 },
    );
    return { url, memoryMiB: () => memoryMiB(sync.pid), stop: () => sync.stop() };
  };
  return {
    prefix,
    serviceTokenSecret: common.SERVICE_TOKEN_SECRET,
    mongo,
    bus,
    startSync,
    office: (chosen: Partial<ConnectionFact> = {}) => createOffice(bus, chosen),
    order: (
      boxOfficeId: BoxOfficeId,
      index: number | string,
      email: string,
      phone: string | null = null,
    ): OrderEventJson =>
      anOrderEvent({ boxOfficeId, order: { id: `or_${prefix}_${index}`, buyer_details: { email, phone } } }),
    produce: async (events: readonly OrderEventJson[]): Promise<void> => {
      for (let start = 0; start < events.length; start += 1_000)
        await bus.publish(
          topics.orders.name,
          events
            .slice(start, start + 1_000)
            .map((event) => ({ key: `${event.boxofficeid}:${event.data.id}`, value: JSON.stringify(event) })),
        );
    },
    /** Resolves once every delivery has its outcome. Returns the number of deliveries by reason. */
    settled: (count: number, timeoutMs = 600_000): Promise<Record<string, number>> =>
      eventually(() => reasonsOf(mongo, count), { timeoutMs, everyMs: 500 }),
    end: async (): Promise<void> => {
      await Promise.all(running.map((sync) => sync.stop()));
      await bus.close();
      await mongo.dropDatabase();
      await mongo.close();
    },
  };
};

/** The number of settled deliveries by reason. Throws while there are fewer than `count`, or some are open. */
const reasonsOf = async (mongo: mongoose.Connection, count: number): Promise<Record<string, number>> => {
  const deliveries = mongo.collection('deliveries');
  const all = await deliveries.estimatedDocumentCount();
  if (all < count) throw new Error(`${all} of ${count} deliveries`);
  if (await deliveries.findOne({ readyAt: { $ne: null } })) throw new Error('some are open');
  const rows = await deliveries.aggregate([{ $group: { _id: '$reason', count: { $sum: 1 } } }]).toArray();
  return Object.fromEntries(rows.map((row) => [String(row._id), row.count as number]));
};

/** A box office with a connection and the active add-on. */
const createOffice = async (bus: EventBus, chosen: Partial<ConnectionFact>) => {
  const say = ({ topic, ...message }: FactMessage) => bus.publish(topic, [message]);
  const boxOfficeId = newId('boxOffice');
  const connectionId = newId('connection');
  await say(entitlementMessage(anEntitlement({ boxOfficeId })));
  await say(connectionMessage(aConnection({ boxOfficeId, connectionId, ...chosen })));
  const workflow = async (given: Partial<WorkflowFact>): Promise<string> => {
    const workflowId = newId('workflow');
    await say(workflowMessage(aWorkflow({ workflowId, boxOfficeId, connectionId, ...given })));
    return workflowId;
  };
  return { boxOfficeId, connectionId, workflow };
};

/** The ids of one list and two tags of the account. */
const resources = async (sandboxUrl: string, accessToken: () => Promise<string>) => {
  const token = await accessToken();
  const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(`${sandboxUrl}/v3${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await response.json()) as T;
  };
  const { lists } = await api<{ lists: { list_id: string }[] }>('GET', '/contact_lists');
  const { tags } = await api<{ tags: { tag_id: string; name: string }[] }>('GET', '/contact_tags?limit=500');
  const tagIds: string[] = [];
  for (const name of ['bench one', 'bench two'])
    tagIds.push(
      tags.find((tag) => tag.name === name)?.tag_id ??
        (await api<{ tag_id: string }>('POST', '/contact_tags', { name })).tag_id,
    );
  return { listId: lists[0]?.list_id ?? '', tagIds };
};
