import { AppError } from '@boxlist/contracts';
import { eventually, workspaceRoot } from '@boxlist/local-servers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { outboxEntry, startOutboxRelay, type EventBus, type OutboxEntry, type OutboxRelay } from '../src';
import { aTopic, busesOn, followed, ownName, startServers, type Servers } from './world';

interface Doc {
  readonly _id: string;
  readonly version: number;
  readonly outbox: OutboxEntry[];
}

let servers: Servers;
let buses: ReturnType<typeof busesOn>;
let mongo: mongoose.Connection;
const closers: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  servers = await startServers();
  buses = busesOn(servers.kafka.brokers);
  mongo = await mongoose.createConnection(servers.mongo.uri, { dbName: 'event_bus_spec' }).asPromise();
}, 120_000);
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});
afterAll(async () => {
  await buses?.close();
  await mongo?.close();
  await servers?.stop();
});

const entry = (id: string, version: number, more: object = {}): OutboxEntry =>
  outboxEntry(id, { id: `${id}.${version}`, version, ...more } as { id: string });

/** Larger than a broker accepts by default. */
const tooLarge = { text: 'x'.repeat(1_100_000) };

/** A collection of documents with outboxes, the topic for their facts, and relays between the two. */
const aWorld = async ({ compacted = true } = {}) => {
  let aheadMs = 0;
  const name = ownName('facts');
  const facts = mongo.collection<Doc>(name);
  const topic = await aTopic(buses.bus(), { compacted });
  const published = await followed(buses.bus(), topic);
  const reported: object[] = [];
  closers.push(published.close, () => facts.drop());
  return {
    servers: [servers.kafka.brokers, servers.mongo.uri],
    name,
    topic,
    published,
    create: (id: string) => facts.insertOne({ _id: id, version: 1, outbox: [entry(id, 1)] }),
    change: (id: string, version: number, more?: object) =>
      facts.updateOne(
        { _id: id, version: version - 1 },
        { $set: { version }, $push: { outbox: entry(id, version, more) } as never },
      ),
    pushAudit: (id: string, audit: OutboxEntry) =>
      facts.updateOne({ _id: id }, { $push: { auditOutbox: audit } as never }),
    document: (id: string) => facts.findOne({ _id: id }),
    /** Advances the clock so far that an earlier publication can no longer arrive. */
    timePasses: () => {
      aheadMs += 600_000;
    },
    outbox: async (id: string) => (await facts.findOne({ _id: id }))?.outbox,
    /** Resolves when no event waits and no publication needs a follow-up. */
    settled: (id: string) =>
      eventually(async () =>
        expect(await facts.findOne({ _id: id })).toMatchObject({ outbox: [], relay: { followUpAt: null } }),
      ),
    versions: (id: string): number[] =>
      published.seen
        .filter(({ key }) => key === id)
        .map(({ value }) => (JSON.parse(String(value)) as { version: number }).version),
    refusals: reported,
    relay: async (bus: EventBus = buses.bus(), pollMs = 50): Promise<OutboxRelay> => {
      const relay = await startOutboxRelay({
        bus,
        collection: facts,
        topic: { name: topic, compacted },
        log: { info: () => undefined, warn: () => undefined, error: (fields) => void reported.push(fields) },
        pollMs,
        clock: () => new Date(Date.now() + aheadMs),
      });
      closers.push(() => relay.close());
      return relay;
    },
  };
};

/** A bus that holds its publications until `open`. `arrived` resolves at the first of them. */
const heldBus = () => {
  const bus = buses.bus();
  let open = (): void => undefined;
  let arrive = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  return {
    arrived,
    open,
    bus: {
      ...bus,
      publish: async (...args: Parameters<EventBus['publish']>) => {
        arrive();
        await gate;
        await bus.publish(...args);
      },
    },
  };
};

const expectOlderAfterNewer = (versions: number[]): void => {
  expect(versions.some((version, at) => version < Math.max(0, ...versions.slice(0, at)))).toBe(true);
};

describe('the outbox relay', () => {
  it.each([true, false])(
    'publishes waiting events in the sequence of each document (compacted: %s)',
    async (compacted) => {
      const world = await aWorld({ compacted });
      for (const id of ['a', 'b']) {
        await world.create(id);
        for (const version of [2, 3]) await world.change(id, version);
      }
      await (await world.relay()).notify();
      await world.published.count(6);
      expect([world.versions('a'), world.versions('b')]).toEqual([
        [1, 2, 3],
        [1, 2, 3],
      ]);
      await eventually(async () => expect(await world.outbox('a')).toEqual([]));
    },
  );

  it('publishes the audit entries of a document to a topic of their own, beside its facts', async () => {
    const world = await aWorld();
    const auditTopic = await aTopic(buses.bus(), { compacted: false });
    const audit = await followed(buses.bus(), auditTopic);
    closers.push(audit.close);
    await world.create('a');
    // A crash comes between this write and any publication.
    await world.pushAudit('a', entry('a', 101));
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const relay = await startOutboxRelay({
      bus: buses.bus(),
      collection: mongo.collection(world.name),
      topic: { name: auditTopic, compacted: false },
      field: 'auditOutbox',
      log,
      pollMs: 50,
    });
    closers.push(() => relay.close());
    await audit.count(1);
    // The fact still waits for its own relay.
    expect(await world.outbox('a')).toHaveLength(1);
    await (await world.relay()).notify();
    await world.settled('a');
    expect(world.versions('a')).toEqual([1]);
    expect(audit.seen.map(({ value }) => (JSON.parse(String(value)) as { version: number }).version)).toEqual([101]);
    await eventually(async () => expect(await world.document('a')).toMatchObject({ auditOutbox: [] }));
  });

  it('publishes each event once when nothing fails', async () => {
    const world = await aWorld();
    const relay = await world.relay();
    for (let version = 1; version <= 20; version += 1) {
      await (version === 1 ? world.create('a') : world.change('a', version));
      await relay.notify();
    }
    await world.create('marker');
    await relay.notify();
    await eventually(() => expect(world.versions('marker')).toEqual([1]));
    expect(world.versions('a')).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    await world.settled('a');
  });

  it('loses nothing and ends with the newest event of each document, however many relays share the work', async () => {
    const world = await aWorld();
    const relays = await Promise.all([world.relay(), world.relay(), world.relay()]);
    const ids = Array.from({ length: 30 }, (_, index) => `doc-${index}`);
    await Promise.all(
      ids.map(async (id, index) => {
        for (let version = 1; version <= 10; version += 1) {
          await (version === 1 ? world.create(id) : world.change(id, version));
          void relays[index % 3]?.notify();
        }
      }),
    );
    await eventually(() => ids.forEach((id) => expect(new Set(world.versions(id)).size).toBe(10)));
    for (const id of ids) await eventually(async () => expect(await world.outbox(id)).toEqual([]));
    // No publication may be in progress when the clock jumps.
    await Promise.all(relays.map((relay) => relay.notify()));
    world.timePasses();
    for (const id of ids) {
      await world.settled(id);
      await eventually(() => expect(world.versions(id).at(-1)).toBe(10));
    }
  }, 60_000);

  it('publishes again after a missing acknowledgement, and once more when the first can no longer arrive', async () => {
    const world = await aWorld();
    const bus = buses.bus();
    let failures = 1;
    const relay = await world.relay({
      ...bus,
      publish: async (...args) => {
        if ((failures -= 1) >= 0) throw new AppError('KAFKA_UNAVAILABLE', 'Kafka did not acknowledge');
        await bus.publish(...args);
      },
    });
    await world.create('a');
    await relay.notify();
    await eventually(() => expect(world.versions('a')).toEqual([1]));
    world.timePasses();
    await eventually(() => expect(world.versions('a')).toEqual([1, 1]));
    await world.settled('a');
  });
});

// The relay published it again for ever, together with up to 1,000 documents of all box offices that were read with
// it.
describe.each([true, false])('an event that is too large for Kafka (compacted: %s)', (compacted) => {
  it('is removed and reported, and all others go out in sequence', async () => {
    const world = await aWorld({ compacted });
    for (const id of ['a', 'b', 'c']) await world.create(id);
    await world.change('b', 2, tooLarge);
    await world.change('b', 3);
    await world.change('c', 2, tooLarge);
    const relay = await world.relay();
    await relay.notify();
    for (const id of ['a', 'b', 'c']) await eventually(async () => expect(await world.outbox(id)).toEqual([]));
    await world.published.count(4);
    expect(['a', 'b', 'c'].map(world.versions)).toEqual([[1], [1, 3], [1]]);
    expect(world.refusals).toMatchObject(
      ['b.2', 'c.2'].map((eventId) => ({ eventId, code: 'EVENT_TOO_LARGE', bytes: expect.any(Number) })),
    );
    expect(await world.document('c')).toMatchObject({ relay: { refused: [{ id: 'c.2', code: 'EVENT_TOO_LARGE' }] } });

    await world.change('c', 3);
    await relay.notify();
    await eventually(() => expect(world.versions('c')).toEqual([1, 3]));
    if (compacted) for (const id of ['a', 'b', 'c']) await world.settled(id);
  });
});

// Compaction keeps the last event of a key. Two relays that read a document before and after a change may write the
// older fact behind the newer one. Running consumers ignore it, but a consumer that starts after the compaction sees
// only that one.
describe('an older fact that lands behind a newer one', () => {
  const endsWith = async (world: Awaited<ReturnType<typeof aWorld>>, version: number): Promise<void> => {
    await eventually(() => expect(world.versions('a').at(-1)).toBe(version));
    await world.settled('a');
  };

  it.each([
    ['soon', false],
    ['so late that the newest was published once more before', true],
  ])('is followed by the newest (%s)', async (_, late) => {
    const world = await aWorld();
    const held = heldBus();
    await world.create('a');
    await world.relay(held.bus, 600_000);
    await held.arrived;
    await world.change('a', 2);
    await (await world.relay()).notify();
    await eventually(() => expect(world.versions('a')).toEqual([1, 2]));
    if (late) {
      world.timePasses();
      await eventually(() => expect(world.versions('a')).toEqual([1, 2, 2]));
      await world.settled('a');
    }
    held.open();
    await eventually(() => expectOlderAfterNewer(world.versions('a')));
    world.timePasses();
    await endsWith(world, 2);
  });

  it('is followed by the newest even if its process is killed before it learns the result', async () => {
    const world = await aWorld();
    await world.create('a');
    const { servers: addresses, name, topic } = world;
    const root = workspaceRoot();
    const child = spawn(
      join(root, 'node_modules/.bin/node'),
      ['--import', 'tsx', join(__dirname, 'relay-process.ts'), ...addresses, name, topic],
      { cwd: root, env: process.env, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    closers.push(async () => child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (data: Buffer) => (said += String(data)));
    await eventually(() => expect(said).toContain('held'));
    await world.change('a', 2);
    await (await world.relay()).notify();
    await eventually(() => expect(world.versions('a')).toEqual([1, 2]));
    child.stdin.write('on\n');
    await eventually(() => expect(said).toContain('acknowledged'));
    child.kill('SIGKILL');
    await eventually(() => expectOlderAfterNewer(world.versions('a')));
    world.timePasses();
    await endsWith(world, 2);
  }, 60_000);
});
