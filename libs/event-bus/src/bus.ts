import { AppError, deadLetterTopicOf, kindOf } from '@boxlist/contracts';
import { Kafka, logLevel, type Admin, type EachBatchPayload, type Producer } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BusMessage, NewMessage } from './message';

/** What the bus logs with: any pino logger fits. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

interface EventBusOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Put before every topic and group name; '' in production. */
  readonly topicPrefix?: string;
  readonly log: BusLog;
}

/** How a topic is to be made. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly compacted: boolean;
  readonly retentionMs?: number;
}

interface BatchSubscription {
  readonly topic: string;
  readonly groupId: string;
  /**
   * Handles messages of one partition, in order. When it resolves their offsets are committed; when it throws they come
   * again: `unavailable` and `throttled` for ever with growing pauses, anything else five times and then message by message, so that
   * only the one at fault goes to the dead-letter topic.
   */
  readonly handle: (messages: readonly BusMessage[]) => Promise<void>;
}

export interface Consumer {
  /**
   * Waits until the group has committed everything that was on the topic at the time of the call. False when that
   * took longer than the timeout, or Kafka did not answer.
   */
  caughtUp(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Why a message could not be used. */
export interface DeadLetterReason {
  readonly code: string;
  readonly reason: string;
}

export interface EventBus {
  /** Creates the topics that do not exist. Safe to call by many processes at once. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Writes messages with acks=all by an idempotent producer. Resolves once acknowledged; throws KAFKA_UNAVAILABLE. */
  publish(topic: string, messages: readonly NewMessage[]): Promise<void>;
  /** Keeps a message that could not be understood, unchanged, with the reason in its headers. */
  deadLetter(message: BusMessage, reason: DeadLetterReason): Promise<void>;
  consumeBatches(subscription: BatchSubscription): Promise<Consumer>;
  /** Readiness: throws KAFKA_UNAVAILABLE. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** How long a group waits for a member that fell silent: killed, or cut off by a restart of the broker, which ends sessions on this side alone. */
const sessionMs = 10_000;
const heartbeatMs = 2_000;
/** How many messages are handled, and their offset committed, together. */
const sliceSize = 1_000;

const kafkaFailure = (error: unknown): AppError =>
  new AppError('KAFKA_UNAVAILABLE', 'Kafka did not acknowledge', {}, { cause: error });

/** Exponential with full jitter, in milliseconds. */
const pauseMs = (attempt: number): number => Math.random() * Math.min(30_000, 200 * 2 ** Math.min(attempt, 10));

/** Connects to Kafka. The connection is kept and made anew by itself; `close` ends consumers first. */
export const createEventBus = (options: EventBusOptions): EventBus => {
  const { log, topicPrefix = '' } = options;
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: [...options.brokers],
    logLevel: logLevel.ERROR,
    connectionTimeout: 5_000,
    requestTimeout: 20_000,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 8 },
    logCreator:
      () =>
      ({ log: entry, namespace }) =>
        log.info({ namespace, reason: entry.message }, 'kafka.client'),
  });
  const named = (name: string): string => `${topicPrefix}${name}`;
  const plain = (name: string): string => name.slice(topicPrefix.length);
  const connected = lazyClients(kafka);
  const closers: (() => Promise<void>)[] = [];

  /** A client that has failed is not used again: one whose connection was lost may not come back by itself. */
  const withAdmin = async (use: (admin: Admin) => Promise<unknown>): Promise<void> => {
    try {
      await use(await connected.admin());
    } catch (error) {
      connected.forgetAdmin();
      throw kafkaFailure(error);
    }
  };

  const publish = async (topic: string, messages: readonly NewMessage[]): Promise<void> => {
    if (messages.length === 0) return;
    try {
      const producer = await connected.producer();
      await producer.send({
        topic: named(topic),
        acks: -1,
        timeout: 15_000,
        messages: messages.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
      });
    } catch (error) {
      connected.forgetProducer();
      throw kafkaFailure(error);
    }
  };

  const deadLetter = (message: BusMessage, { code, reason }: DeadLetterReason): Promise<void> =>
    publish(deadLetterTopicOf(plain(message.topic)), [
      {
        key: message.key ?? '',
        value: message.value ?? '',
        headers: {
          ...message.headers,
          'dead-letter-code': code,
          'dead-letter-reason': reason,
          'dead-letter-at': new Date().toISOString(),
          'original-topic': plain(message.topic),
          'original-partition': String(message.partition),
          'original-offset': message.offset,
        },
      },
    ]);

  const consumeBatches = async ({ topic, groupId, handle }: BatchSubscription): Promise<Consumer> => {
    const group = named(groupId);
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      heartbeatInterval: heartbeatMs,
      maxBytesPerPartition: 2 * 1024 * 1024,
      maxWaitTimeInMs: 250,
      retry: {
        initialRetryTime: 200,
        maxRetryTime: 10_000,
        retries: Number.MAX_SAFE_INTEGER,
        restartOnFailure: async () => true,
      },
    });
    let closing = false;
    const run = async (payload: EachBatchPayload): Promise<void> => {
      const messages = payload.batch.messages.map((message): BusMessage => ({
        topic: payload.batch.topic,
        partition: payload.batch.partition,
        offset: message.offset,
        key: message.key?.toString() ?? null,
        value: message.value,
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
        ),
      }));
      for (let start = 0; start < messages.length; start += sliceSize) {
        const slice = messages.slice(start, start + sliceSize);
        const usable = () => payload.isRunning() && !payload.isStale() && !closing;
        const done = await handleSafely(slice, handle, deadLetter, usable, () => payload.heartbeat(), log);
        const last = slice.at(-1);
        if (!done || !last || payload.isStale()) return;
        payload.resolveOffset(last.offset);
        await payload.commitOffsetsIfNecessary({
          topics: [
            {
              topic: payload.batch.topic,
              partitions: [{ partition: payload.batch.partition, offset: (BigInt(last.offset) + 1n).toString() }],
            },
          ],
        });
        await payload.heartbeat();
      }
    };
    await consumer.connect();
    await consumer.subscribe({ topics: [named(topic)], fromBeginning: true });
    await consumer.run({
      eachBatchAutoResolve: false,
      autoCommit: true,
      partitionsConsumedConcurrently: 3,
      eachBatch: run,
    });
    const close = async (): Promise<void> => {
      closing = true;
      await consumer.disconnect().catch(() => undefined);
    };
    closers.push(close);
    return {
      close,
      caughtUp: (timeoutMs) =>
        within(timeoutMs, (signal) => withAdmin((admin) => untilCaughtUp(admin, named(topic), group, signal))).catch(
          () => false,
        ),
    };
  };

  return {
    ensureTopics: (specs) => withAdmin((admin) => ensureTopics(admin, specs, named)),
    publish,
    deadLetter,
    consumeBatches,
    check: () => withAdmin((admin) => admin.describeCluster()),
    close: async () => {
      await Promise.all(closers.map((close) => close()));
      await connected.close();
    },
  };
};

const handleSafely = async (
  messages: readonly BusMessage[],
  handle: BatchSubscription['handle'],
  deadLetter: EventBus['deadLetter'],
  usable: () => boolean,
  heartbeat: () => Promise<void>,
  log: BusLog,
): Promise<boolean> => {
  for (let attempt = 1, faults = 0; usable(); attempt += 1) {
    try {
      await withHeartbeat(heartbeat, () => handle(messages));
      return true;
    } catch (error) {
      const kind = kindOf(error);
      log.warn({ err: error, kind, attempt, count: messages.length }, 'events.retried');
      if (kind !== 'unavailable' && kind !== 'throttled') faults += 1;
      if (faults >= 5) {
        if (messages.length === 1 && messages[0]) {
          await deadLetter(messages[0], {
            code: error instanceof AppError ? error.code : 'DEFECT',
            reason: 'It could not be handled; see the log',
          });
          return true;
        }
        for (const message of messages) {
          if (!(await handleSafely([message], handle, deadLetter, usable, heartbeat, log))) return false;
        }
        return true;
      }
      // Whoever throttles knows best for how long.
      const told = kind === 'throttled' && error instanceof AppError ? error.retryAfterMs : undefined;
      await withHeartbeat(heartbeat, () => delay(told ?? pauseMs(attempt)));
    }
  }
  return false;
};

/** Keeps the session alive while work takes longer than it. */
const withHeartbeat = async <T>(heartbeat: () => Promise<void>, work: () => Promise<T>): Promise<T> => {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

/** Resolves once the group has committed what was on the topic at the call. */
const untilCaughtUp = async (client: Admin, topic: string, groupId: string, signal: AbortSignal): Promise<void> => {
  const ends = await client.fetchTopicOffsets(topic);
  while (!signal.aborted) {
    const [committed] = await client.fetchOffsets({ groupId, topics: [topic] });
    const at = new Map(committed?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    if (ends.every(({ partition, high, low }) => high === low || (at.get(partition) ?? -1n) >= BigInt(high))) return;
    await delay(25);
  }
};

const within = async (timeoutMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> => {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const aborted = new Promise<boolean>((resolve) => late.signal.addEventListener('abort', () => resolve(false)));
  try {
    return await Promise.race([work(late.signal).then(() => !late.signal.aborted), aborted]);
  } finally {
    clearTimeout(timer);
    late.abort();
  }
};

const ensureTopics = async (
  admin: Admin,
  specs: readonly TopicSpec[],
  named: (name: string) => string,
): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const existing = new Set(await admin.listTopics());
      const missing = specs.filter(({ name }) => !existing.has(named(name)));
      if (missing.length === 0) return;
      await admin.createTopics({
        topics: missing.map(({ name, partitions, compacted, retentionMs }) => ({
          topic: named(name),
          numPartitions: partitions,
          configEntries: [
            { name: 'cleanup.policy', value: compacted ? 'compact' : 'delete' },
            ...(retentionMs === undefined ? [] : [{ name: 'retention.ms', value: String(retentionMs) }]),
          ],
        })),
      });
    } catch (error) {
      // Other processes create the same topics at the same moment: look again before calling it a failure.
      if (attempt >= 10) throw error;
      await delay(pauseMs(attempt));
    }
  }
};

/** A producer and an admin client that connect when first needed, once, and anew after a failure. */
const lazyClients = (kafka: Kafka) => {
  let producer: Promise<Producer> | undefined;
  let admin: Promise<Admin> | undefined;
  const forgetProducer = (): void => {
    const old = producer;
    producer = undefined;
    void old?.then((client) => client.disconnect()).catch(() => undefined);
  };
  const forgetAdmin = (): void => {
    const old = admin;
    admin = undefined;
    void old?.then((client) => client.disconnect()).catch(() => undefined);
  };
  return {
    producer: () =>
      (producer ??= (async () => {
        const client = kafka.producer({
          idempotent: true,
          maxInFlightRequests: 1,
          allowAutoTopicCreation: false,
          retry: { retries: 5 },
        });
        await client.connect();
        return client;
      })()),
    admin: () =>
      (admin ??= (async () => {
        const client = kafka.admin({ retry: { retries: 5 } });
        await client.connect();
        return client;
      })()),
    forgetProducer,
    forgetAdmin,
    close: async () => {
      await Promise.allSettled([
        producer?.then((client) => client.disconnect()),
        admin?.then((client) => client.disconnect()),
      ]);
    },
  };
};
