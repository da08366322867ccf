import { AppError, kindOf } from '@boxlist/contracts';
import type { Consumer as Member, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BusLog, EventBus } from './bus';
import type { BusMessage } from './message';
import { pauseMs } from './pause-ms';

export interface BatchSubscription {
  readonly topic: string;
  readonly groupId: string;
  /**
   * Handles messages of one partition, in order. When it resolves their offsets are committed; when it throws they come
   * again: `unavailable` and `throttled` for ever with growing pauses, anything else five times and then message by message, so that
   * only the one at fault goes to the dead-letter topic.
   */
  readonly handle: (messages: readonly BusMessage[]) => Promise<void>;
}

/** How long a group waits for a member that fell silent: killed, or cut off by a restart of the broker, which ends sessions on this side alone. */
const sessionMs = 10_000;
const heartbeatMs = 2_000;
/** How many messages are handled, and their offset committed, together. */
const sliceSize = 1_000;

interface Needs {
  readonly kafka: Kafka;
  readonly log: BusLog;
  readonly deadLetter: EventBus['deadLetter'];
}

/** The message as the bus tells it; names of headers in small letters. */
const busMessageOf = (topic: string, partition: number, message: KafkaMessage): BusMessage => ({
  topic,
  partition,
  offset: message.offset,
  key: message.key?.toString() ?? null,
  value: message.value,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  ),
});

/**
 * Reads a topic as a member of a group until it is closed. kafkajs begins anew by itself after most failures, and ends for good, and silently, after others: a group whose other members assign partitions in another way, a
 * defect of its own. Then a new member is begun, with growing pauses.
 */
export const startConsumer = async (
  { kafka, log, deadLetter }: Needs,
  { topic, groupId, handle }: BatchSubscription,
): Promise<{ readonly close: () => Promise<void> }> => {
  const over = new AbortController();
  const { signal } = over;
  let member: Member | undefined;
  let failures = 0;

  const eachBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { topic: from, partition } = payload.batch;
    const messages = payload.batch.messages.map((message) => busMessageOf(from, partition, message));
    const usable = () => payload.isRunning() && !payload.isStale() && !signal.aborted;
    for (let start = 0; start < messages.length; start += sliceSize) {
      const slice = messages.slice(start, start + sliceSize);
      const done = await handleSafely(slice, handle, deadLetter, usable, () => payload.heartbeat(), log);
      const last = slice.at(-1);
      if (!done || !last || payload.isStale()) return;
      payload.resolveOffset(last.offset);
      const offset = (BigInt(last.offset) + 1n).toString();
      await payload.commitOffsetsIfNecessary({ topics: [{ topic: from, partitions: [{ partition, offset }] }] });
      await payload.heartbeat();
    }
  };

  const begin = async (): Promise<void> => {
    const own = kafka.consumer({
      groupId,
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
    member = own;
    own.on(own.events.END_BATCH_PROCESS, () => void (failures = 0));
    own.on(own.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart || signal.aborted) return;
      log.error({ err: error, groupId }, 'events.consumer-ended');
      void beginAnew();
    });
    await own.connect();
    await own.subscribe({ topics: [topic], fromBeginning: true });
    await own.run({ eachBatchAutoResolve: false, autoCommit: true, partitionsConsumedConcurrently: 3, eachBatch });
    if (signal.aborted) await own.disconnect();
  };

  const beginAnew = async (): Promise<void> => {
    while (!signal.aborted) {
      failures += 1;
      await delay(pauseMs(failures), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        return await begin();
      } catch (error) {
        await member?.disconnect().catch(() => undefined);
        log.warn({ err: error, groupId }, 'events.consumer-not-begun');
      }
    }
  };

  await begin();
  return {
    close: async () => {
      over.abort();
      await member?.disconnect().catch(() => undefined);
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
