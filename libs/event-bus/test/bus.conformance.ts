import { AppError, deadLetterTopicOf } from '@boxlist/contracts';
import { eventually, workspaceRoot } from '@boxlist/local-servers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { consumeFacts, parseCloudEvent, type BusMessage, type Consumer, type EventBus } from '../src';
import { aStack } from './stack';
import { aTopic, followed, ownName } from './world';

// The behaviour of Kafka that Boxlist relies on, tested only through the bus. Any other Kafka client behind the bus
// passes.
const stack = aStack();

// A pause before a retry is a random part of a longest one: here a short part, so that six tries take seconds.
beforeAll(() => {
  jest.spyOn(Math, 'random').mockReturnValue(0.1);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const numbered = (count: number, keys: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    key: `key-${(from + index) % keys}`,
    value: String(from + index),
  }));
const text = ({ value }: BusMessage): string => String(value);
const unavailable = () => new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer');

/** A member of a group that records its batches. */
const member = async (
  topic: string,
  groupId: string,
  handle: (messages: readonly BusMessage[]) => Promise<void> | void = () => undefined,
  own: EventBus = stack.bus,
) => {
  const batches: (readonly BusMessage[])[] = [];
  const consumer: Consumer = await own.consumeBatches({
    topic,
    groupId,
    handle: async (messages) => {
      batches.push(messages);
      await handle(messages);
    },
  });
  return {
    ...consumer,
    batches,
    messages: () => batches.flat(),
    values: () => batches.flat().map(text),
  };
};

/** A promise that resolves when the test opens it. */
const aGate = () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
};

describe('publishing and consuming', () => {
  it('keeps the sequence of each key, across partitions and batches', async () => {
    const topic = await aTopic(stack.bus, { partitions: 3 });
    for (let from = 0; from < 2_000; from += 200) await stack.bus.publish(topic, numbered(200, 7, from));
    const reader = await member(topic, ownName('group'));
    await eventually(() => expect(reader.messages()).toHaveLength(2_000));
    for (let key = 0; key < 7; key += 1) {
      const values = reader.messages().flatMap((each) => (each.key === `key-${key}` ? [Number(text(each))] : []));
      expect(values).toEqual(values.toSorted((one, other) => one - other));
    }
    await reader.close();
  });

  it('delivers many messages at once, of one partition each and at most 1,000', async () => {
    const topic = await aTopic(stack.bus, { partitions: 2 });
    await stack.bus.publish(topic, numbered(6_000, 11));
    const reader = await member(topic, ownName('group'));
    await eventually(() => expect(reader.messages()).toHaveLength(6_000));
    expect(Math.max(...reader.batches.map(({ length }) => length))).toBeLessThanOrEqual(1_000);
    expect(reader.batches.length).toBeLessThan(100);
    for (const batch of reader.batches) expect(new Set(batch.map(({ partition }) => partition)).size).toBe(1);
    await reader.close();
  });

  it('delivers bytes, key and headers as written, with header names in lower case', async () => {
    const topic = await aTopic(stack.bus);
    const value = Buffer.from([0, 255, 128, 10, 195, 40]);
    await stack.bus.publish(topic, [{ key: 'kéy', value, headers: { 'Content-Type': 'x/y', ce_Source: '/é' } }]);
    const reader = await followed(stack.bus, topic);
    await reader.count(1);
    expect(reader.seen[0]).toMatchObject({
      topic,
      partition: 0,
      offset: '0',
      key: 'kéy',
      headers: { 'content-type': 'x/y', ce_source: '/é' },
    });
    expect(reader.seen[0]?.value?.equals(value)).toBe(true);
    await reader.close();
  });

  it('does nothing for no messages, and refuses a missing topic', async () => {
    const nowhere = ownName('nowhere');
    await stack.bus.publish(nowhere, []);
    await expect(stack.bus.publish(nowhere, [{ key: 'a', value: 'a' }])).rejects.toMatchObject({
      code: 'KAFKA_UNAVAILABLE',
    });
    const topic = await aTopic(stack.bus);
    await stack.bus.publish(topic, [{ key: 'a', value: 'a' }]);
  }, 60_000);
});

describe('offsets', () => {
  it('are not committed before the handler has resolved: the messages of a killed process come again', async () => {
    const topic = await aTopic(stack.bus);
    const group = ownName('group');
    await stack.bus.publish(topic, numbered(3, 1));
    const root = workspaceRoot();
    const first = spawn(
      join(root, 'node_modules/.bin/node'),
      ['--import', 'tsx', join(__dirname, 'consumer-process.ts'), stack.brokers, topic, group],
      { cwd: root, env: process.env, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let said = '';
    first.stdout.on('data', (data: Buffer) => (said += String(data)));
    await eventually(() => expect(said).toBe('0,1,2\n'));
    first.kill('SIGKILL');
    const second = await member(topic, group);
    await eventually(() => expect(second.values()).toEqual(['0', '1', '2']), { timeoutMs: 60_000 });
    await second.close();
  }, 90_000);

  it('are committed for the messages that a member was handling when it was closed', async () => {
    const topic = await aTopic(stack.bus);
    const group = ownName('group');
    await stack.bus.publish(topic, numbered(3, 1));
    const work = aGate();
    const first = await member(topic, group, () => work.opened, stack.buses.bus());
    await eventually(() => expect(first.values()).toEqual(['0', '1', '2']));
    const closing = first.close();
    work.open();
    await closing;
    await stack.bus.publish(topic, [{ key: 'a', value: 'new' }]);
    const second = await member(topic, group);
    await eventually(() => expect(second.values()).toContain('new'));
    expect(second.values()).toEqual(['new']);
    await second.close();
  });

  it('are kept: a later member gets only new messages', async () => {
    const topic = await aTopic(stack.bus);
    const group = ownName('group');
    await stack.bus.publish(topic, numbered(10, 3));
    const first = await member(topic, group);
    await eventually(async () => expect(await first.caughtUp(1_000)).toBe(true));
    await first.close();
    await stack.bus.publish(topic, [{ key: 'a', value: 'new' }]);
    const second = await member(topic, group);
    await eventually(() => expect(second.values()).toContain('new'));
    expect(second.values()).toEqual(['new']);
    await second.close();
  });

  it('of two groups are separate: each gets everything', async () => {
    const topic = await aTopic(stack.bus);
    await stack.bus.publish(topic, numbered(5, 2));
    const readers = await Promise.all([member(topic, ownName('group')), member(topic, ownName('group'))]);
    for (const reader of readers) await eventually(() => expect(reader.values()).toEqual(['0', '1', '2', '3', '4']));
    await Promise.all(readers.map((reader) => reader.close()));
  });
});

describe('catching up', () => {
  it('waits for the messages that were there at the call, and for none that came later', async () => {
    const topic = await aTopic(stack.bus, { partitions: 3 });
    await stack.bus.publish(topic, numbered(9, 9));
    const work = aGate();
    const later = aGate();
    const reader = await member(topic, ownName('group'), async (messages) => {
      await work.opened;
      if (messages.some((each) => text(each) === 'later')) await later.opened;
    });
    let done = false;
    const waiting = reader.caughtUp(60_000).then((answer) => {
      done = true;
      return answer;
    });
    await eventually(() => expect(reader.messages().length).toBeGreaterThan(0));
    expect([done, await reader.caughtUp(50)]).toEqual([false, false]);
    work.open();
    expect(await waiting).toBe(true);
    expect(reader.messages()).toHaveLength(9);
    await stack.bus.publish(topic, [{ key: 'a', value: 'later' }]);
    expect(await reader.caughtUp(50)).toBe(false);
    later.open();
    expect(await reader.caughtUp(20_000)).toBe(true);
    await reader.close();
  });

  it('succeeds at once on an empty topic', async () => {
    const reader = await member(await aTopic(stack.bus), ownName('group'));
    expect(await reader.caughtUp(20_000)).toBe(true);
    await reader.close();
  });
});

describe('a handler that throws', () => {
  it.each(['DATABASE_UNAVAILABLE', 'RATE_LIMITED'] as const)(
    'a temporary error (%s) gets the same messages until it succeeds; none is skipped or set aside',
    async (code) => {
      const topic = await aTopic(stack.bus);
      let tries = 0;
      const reader = await member(topic, ownName('group'), () => {
        tries += 1;
        // More often than the number of tries for a defect.
        if (tries <= 6) throw new AppError(code, 'not now');
      });
      await stack.bus.publish(topic, numbered(2, 1));
      await stack.bus.publish(topic, [{ key: 'a', value: 'next' }]);
      await eventually(() => expect(tries).toBeGreaterThan(6), { timeoutMs: 80_000 });
      expect(await reader.caughtUp(20_000)).toBe(true);
      expect(reader.values()).toContain('next');
      const first = reader.batches.slice(0, 7).map((batch) => batch.map(text));
      for (const batch of first) expect(batch).toEqual(first[0]);
      await stack.bus.publish(deadLetterTopicOf(topic), [{ key: 'marker', value: 'marker' }]);
      const aside = await followed(stack.bus, deadLetterTopicOf(topic));
      await aside.count(1);
      expect(aside.values()).toEqual(['marker']);
      await Promise.all([reader.close(), aside.close()]);
    },
    120_000,
  );

  it('a defect is tried five times; then only the faulty message is set aside, with the reason', async () => {
    const topic = await aTopic(stack.bus);
    const bad = Buffer.from([0, 255, 1, 254]);
    const isBad = ({ value }: BusMessage) => value?.equals(bad) ?? false;
    const tries: number[] = [];
    const handled: string[] = [];
    const reader = await member(topic, ownName('group'), (messages) => {
      if (messages.some(isBad)) {
        tries.push(messages.length);
        throw new TypeError('cannot read properties of undefined');
      }
      handled.push(...messages.map(text));
    });
    await stack.bus.publish(topic, [
      { key: 'a', value: 'before' },
      { key: 'b', value: bad, headers: { 'content-type': 'x/y', trace: '1' } },
      { key: 'c', value: 'after' },
    ]);
    await eventually(() => expect(handled).toContain('after'), { timeoutMs: 80_000 });
    expect(handled).toEqual(['before', 'after']);
    expect(await reader.caughtUp(20_000)).toBe(true);
    // All messages together five times, and then the faulty one alone five times.
    expect(tries).toEqual([3, 3, 3, 3, 3, 1, 1, 1, 1, 1]);

    const aside = await followed(stack.bus, deadLetterTopicOf(topic));
    await aside.count(1);
    expect(aside.seen).toHaveLength(1);
    const [message] = aside.seen;
    expect(message?.key).toBe('b');
    expect(message?.value?.equals(bad)).toBe(true);
    expect(message?.headers).toEqual({
      'content-type': 'x/y',
      trace: '1',
      'dead-letter-code': 'DEFECT',
      'dead-letter-reason': expect.any(String),
      'dead-letter-at': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      'original-topic': topic,
      'original-partition': '0',
      'original-offset': '1',
    });
    await Promise.all([reader.close(), aside.close()]);
  }, 120_000);

  it('delays its own partition and no other', async () => {
    const topic = await aTopic(stack.bus, { partitions: 3 });
    const stuck = aGate();
    const reader = await member(topic, ownName('group'), async (messages) => {
      if (messages.some((each) => each.key === 'key-0')) await stuck.opened;
    });
    await stack.bus.publish(topic, numbered(30, 10));
    await eventually(() => expect(new Set(reader.messages().map(({ partition }) => partition)).size).toBe(3));
    stuck.open();
    expect(await reader.caughtUp(20_000)).toBe(true);
    expect(new Set(reader.values()).size).toBe(30);
    await reader.close();
  });
});

describe('a message that cannot be understood', () => {
  it('is kept with its original bytes, headers and key, and with the code, the reason and its place', async () => {
    const topic = await aTopic(stack.bus, { partitions: 3 });
    const value = Buffer.from('{"a": broken\u0000é');
    await stack.bus.publish(topic, [{ key: 'k', value, headers: { ce_id: '1' } }]);
    const reader = await followed(stack.bus, topic);
    await reader.count(1);
    const [original] = reader.seen;
    await stack.bus.deadLetter(original!, { code: 'BAD_EVENT', reason: 'The value is not JSON' });
    const aside = await followed(stack.bus, deadLetterTopicOf(topic));
    await aside.count(1);
    expect(aside.seen[0]).toMatchObject({
      key: 'k',
      headers: {
        ce_id: '1',
        'dead-letter-code': 'BAD_EVENT',
        'dead-letter-reason': 'The value is not JSON',
        'original-topic': topic,
        'original-partition': String(original?.partition),
        'original-offset': '0',
      },
    });
    expect(aside.seen[0]?.value?.equals(value)).toBe(true);
    await Promise.all([reader.close(), aside.close()]);
  });
});

describe('facts', () => {
  const schema = z.object({ id: z.string(), data: z.object({ version: z.number() }) });

  it('are read in both modes of CloudEvents; tombstones are skipped, invalid ones set aside by path', async () => {
    const topic = await aTopic(stack.bus);
    await stack.bus.publish(topic, [
      { key: 'a', value: JSON.stringify({ id: '1', data: { version: 1 } }) },
      { key: 'a', value: JSON.stringify({ id: '2', data: { version: 'secret@example.com' } }) },
      { key: 'a', value: 'not json' },
      { key: 'a', value: '' },
      {
        key: 'a',
        value: JSON.stringify({ version: 2 }),
        headers: { ce_specversion: '1.0', ce_id: '3', 'content-type': 'application/json' },
      },
    ]);
    const applied: unknown[] = [];
    const consumer = await consumeFacts(stack.bus, {
      topic,
      groupId: ownName('group'),
      schema,
      apply: async (event) => void applied.push(event),
    });
    expect(await consumer.caughtUp(20_000)).toBe(true);
    expect(applied).toEqual([
      { id: '1', data: { version: 1 } },
      { id: '3', data: { version: 2 } },
    ]);
    const aside = await followed(stack.bus, deadLetterTopicOf(topic));
    await aside.count(3);
    expect(aside.seen.map(({ headers }) => headers['original-offset'])).toEqual(['1', '2', '3']);
    expect(aside.seen.map(({ headers }) => headers['dead-letter-code'])).toEqual(Array(3).fill('BAD_EVENT'));
    expect(aside.seen[0]?.headers['dead-letter-reason']).toBe('data.version: invalid_type');
    expect(JSON.stringify(aside.seen.map(({ headers }) => headers))).not.toContain('secret@');
    await Promise.all([consumer.close(), aside.close()]);
  });

  it('come one after the other, and one that cannot be applied now comes again', async () => {
    const topic = await aTopic(stack.bus);
    await stack.bus.publish(
      topic,
      [1, 2, 3].map((version) => ({ key: 'a', value: JSON.stringify({ id: String(version), data: { version } }) })),
    );
    const applied: number[] = [];
    let failures = 2;
    const consumer = await consumeFacts(stack.bus, {
      topic,
      groupId: ownName('group'),
      schema,
      apply: async ({ data: { version } }) => {
        if (version === 2 && (failures -= 1) >= 0) throw unavailable();
        applied.push(version);
      },
    });
    await eventually(async () => expect(await consumer.caughtUp(1_000)).toBe(true));
    expect(applied.slice(-3)).toEqual([1, 2, 3]);
    expect(new Set(applied).size).toBe(3);
    await consumer.close();
  });

  it('without a value are not events', () => {
    const message = { topic: 't', partition: 0, offset: '0', key: 'k', headers: {} };
    expect(() => parseCloudEvent({ ...message, value: null })).toThrow(expect.objectContaining({ code: 'BAD_EVENT' }));
  });
});
