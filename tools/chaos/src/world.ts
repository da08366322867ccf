import { topics } from '@boxlist/contracts';
import { createEventBus } from '@boxlist/event-bus';
import {
  eventually,
  openTokenDoor,
  signalGroup,
  startSandbox,
  startServers,
  startTogether,
  type Servers,
} from '@boxlist/testkit';
import { createIdentitySigner } from '@boxlist/service-kit';
import { exportJWK, generateKeyPair } from 'jose';
import mongoose from 'mongoose';
import { randomBytes } from 'node:crypto';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processCount, type Server } from './fault';
import { createGraph } from './graph';
import { inTurns } from './in-turns';
import { followOutcomes } from './outcomes';
import { watchPermits } from './permits';
import { workflowKinds } from './schedule';
import { startSyncProcesses } from './sync-processes';

/** The limit of calls: higher than the real one, so that many schedules fit into a minute. */
export const callsPerSecond = 40;
const leaseMs = 2_000;
const account = 'riverside';

/** The ids of the account's lists and tags by name. */
export interface Resources {
  readonly lists: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
}

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The settings of sync that do not depend on the servers. Leases and retries are short, so that faults end soon. */
const standardSettings = {
  PATH: process.env.PATH,
  LOG_LEVEL: 'info',
  CONSTANT_CONTACT_CALLS_PER_SECOND: String(callsPerSecond),
  CONSTANT_CONTACT_CALLS_PER_DAY: '100000000',
  DISPATCH_LEASE_MS: String(leaseMs),
  RETRY_BASE_MS: '100',
  RETRY_MAX_DELAY_MS: '1000',
};

/** Kills and pauses the servers and the sandbox, each one disturbance after the other. */
const createDisturbances = (servers: Servers, signalSandbox: (name: NodeJS.Signals) => void) => {
  const turns = { kafka: inTurns(), mongo: inTurns(), sandbox: inTurns() };
  const pidOf = (server: Server): number | undefined => servers[server].pid;
  let sandboxWokenAt = 0;
  return {
    /** Servers from the environment are not ours to disturb. */
    mayDisturb: (server: Server): boolean => pidOf(server) !== undefined,
    killServer: (server: Server, downMs: number): Promise<void> =>
      turns[server](async () => {
        await servers[server].kill();
        await delay(downMs);
        await servers[server].restart();
      }),
    pauseServer: (server: Server | 'sandbox', ms: number): Promise<void> =>
      turns[server](async () => {
        const pid = server === 'sandbox' ? undefined : pidOf(server);
        const signal = (name: NodeJS.Signals): void =>
          server === 'sandbox' ? signalSandbox(name) : pid === undefined ? undefined : signalGroup(pid, name);
        signal('SIGSTOP');
        await delay(ms);
        signal('SIGCONT');
        if (server === 'sandbox') sandboxWokenAt = Date.now();
      }),
    /** When the sandbox last continued after a pause. */
    sandboxWokenAt: () => sandboxWokenAt,
    /** Resolves once no disturbance is under way. */
    over: async (): Promise<void> => {
      await Promise.all(Object.values(turns).map((turn) => turn(async () => undefined)));
    },
  };
};

/**
 * Kafka, MongoDB, the sandbox, a stand-in for auth-connection's tokens and several sync processes: started once and
 * used by all schedules.
 */
export const startWorld = async (dataDir: string, say: (line: string) => void) => {
  say('Starting Kafka, MongoDB and the Constant Contact sandbox');
  const [servers, sandbox] = await startTogether(
    startServers({ dataDir, purpose: 'suites', onProgress: say }),
    startSandbox('http://127.0.0.1:9/callback', {
      SANDBOX_CALLS_PER_SECOND: String(callsPerSecond),
      SANDBOX_CALLS_PER_DAY: '100000000',
    }),
  );
  const [keys, door] = await Promise.all([generateKeyPair('EdDSA', { extractable: true }), openTokenDoor()]);
  const prefix = `chaos${randomBytes(4).toString('hex')}`;
  const bus = createEventBus({
    brokers: servers.kafka.brokers.split(','),
    clientId: 'chaos',
    topicPrefix: `${prefix}.`,
    log: quiet,
  });
  await bus.ensureTopics(Object.values(topics));
  const mongo = await mongoose
    .createConnection(servers.mongo.uri, { dbName: `${prefix}_sync`, autoIndex: false })
    .asPromise();
  say(`Starting ${processCount} sync processes`);
  const syncs = await startSyncProcesses({
    count: processCount,
    logDir: dataDir,
    env: {
      ...standardSettings,
      MONGODB_URI: servers.mongo.uri,
      MONGODB_DATABASE_PREFIX: prefix,
      KAFKA_BROKERS: servers.kafka.brokers,
      KAFKA_TOPIC_PREFIX: `${prefix}.`,
      IDENTITY_PUBLIC_JWK: JSON.stringify(await exportJWK(keys.publicKey)),
      CONSTANT_CONTACT_API_URL: `${sandbox.url}/v3`,
      AUTH_CONNECTION_URL: door.url,
      SERVICE_TOKEN_SECRET: randomBytes(32).toString('hex'),
      EMAIL_HASH_KEY: randomBytes(32).toString('hex'),
    },
  });
  const permits = watchPermits(mongo);
  const outcomes = await followOutcomes(bus);
  const { sandboxWokenAt, over, ...disturbances } = createDisturbances(servers, sandbox.signal);

  return {
    account,
    /** Writes a line with its time to chaos.log, which helps to read the logs of a failure. */
    note: (line: string): void => appendFileSync(join(dataDir, 'chaos.log'), `${new Date().toISOString()} ${line}\n`),
    /** Saves an object as JSON beside the logs. */
    keep: (name: string, what: object): void => writeFileSync(join(dataDir, name), JSON.stringify(what, null, 1)),
    syncs,
    permits,
    outcomes,
    door,
    sandbox: sandbox.control,
    graph: createGraph(syncs.urls, await createIdentitySigner(await exportJWK(keys.privateKey))),
    mongoServer: servers.mongo.server,
    ...disturbances,
    /** Publishes a message on Kafka; retries until Kafka acknowledges. */
    publish: (topic: string, key: string, value: string): Promise<void> =>
      eventually(() => bus.publish(topic, [{ key, value }]), { timeoutMs: 120_000, everyMs: 200 }),
    /** When a sync process or the sandbox was last started or continued after a pause. */
    lastWokenAt: (): number => Math.max(syncs.lastWokenAt(), sandboxWokenAt()),
    /** Resolves once no disturbance is under way and everything is up. */
    allUp: async (): Promise<void> => {
      await over();
      await syncs.allUp();
    },
    ...createAccount(sandbox, door),
    stop: async (): Promise<void> => {
      await syncs.stop();
      await permits.close();
      await bus.close();
      await mongo.close();
      door.close();
      await Promise.all([servers.stop(), sandbox.stop()]);
    },
  };
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** The account at the sandbox, as the schedules need it. */
const createAccount = (
  sandbox: Awaited<ReturnType<typeof startSandbox>>,
  door: Awaited<ReturnType<typeof openTokenDoor>>,
) => ({
  /** Resets the account and creates the lists and tags of all workflows. */
  furnish: async (): Promise<Resources> => {
    await sandbox.control.reset();
    const token = await sandbox.accessToken(account);
    door.give(token);
    return furnish(sandbox.url, token);
  },
  /** The names of the account's lists and tags by id, including those that sync has made. */
  names: async (): Promise<ReadonlyMap<string, string>> => {
    const { lists, tags } = await readResources(sandbox.url, await sandbox.accessToken(account));
    return new Map([...lists, ...tags].map(([name, id]) => [id, name]));
  },
});

const furnish = async (url: string, token: string): Promise<Resources> => {
  const make = async (path: string, name: string): Promise<void> => {
    const response = await fetch(`${url}/v3${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status} to ${path}`);
  };
  for (const kind of workflowKinds) {
    await make('/contact_lists', `list ${kind}`);
    await make('/contact_tags', `tag ${kind}`);
  }
  return readResources(url, token);
};

const readResources = async (url: string, token: string): Promise<Resources> => {
  const get = async (path: string): Promise<Record<string, { name: string; list_id?: string; tag_id?: string }[]>> =>
    (
      await fetch(`${url}/v3${path}?limit=500`, { headers: { authorization: `Bearer ${token}` } })
    ).json() as Promise<never>;
  const { lists = [] } = await get('/contact_lists');
  const { tags = [] } = await get('/contact_tags');
  return {
    lists: new Map(lists.map(({ name, list_id: id = '' }) => [name, id])),
    tags: new Map(tags.map(({ name, tag_id: id = '' }) => [name, id])),
  };
};
