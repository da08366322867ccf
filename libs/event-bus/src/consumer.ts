import type { Kafka, Consumer as Member } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchSubscription, BusLog, EventBus } from './event-bus';
import { endOf } from './fetch-answers';
import { createPartitionWork, type UnreadableRange } from './partition-work';
import { pauseMs } from './pause-ms';

/**
 * How long a group waits for a member that fell silent: killed, or cut off by a restart of the broker, which ends
 * sessions on this side alone.
 */
const sessionMs = 10_000;
/** An idle member sends one only after a fetch: after each second one, and no more than 2 s pass between two. */
const heartbeatMs = 1_500;
/** How long the broker keeps a fetch open while there is nothing; it answers at once when there is. */
const fetchWaitMs = 1_000;

interface Needs {
  readonly kafka: Kafka;
  readonly log: BusLog;
  readonly deadLetter: EventBus['deadLetter'];
  readonly setAside: (range: UnreadableRange) => Promise<void>;
}

/** What a consumer makes no progress with. */
export interface Halt {
  /** Null where the consumer gets nothing to read at all. */
  readonly partition: number | null;
  /** In ms. */
  readonly since: number;
  /** The code of the last failure, where it is known. */
  readonly code: string | null;
}

export interface StartedConsumer {
  /** What has made no progress for so long. */
  readonly halts: (forMs: number) => readonly Halt[];
  readonly close: () => Promise<void>;
}

/**
 * Reads a topic as a member of a group until it is closed. kafkajs begins anew by itself after most failures, and ends
 * for good, and silently, after others: a group whose other members assign partitions in another way, a defect of its
 * own. Then a new member is begun, with growing pauses.
 */
export const startConsumer = async (
  { kafka, log, deadLetter, setAside }: Needs,
  { topic, groupId, handle }: BatchSubscription,
): Promise<StartedConsumer> => {
  const over = new AbortController();
  const { signal } = over;
  const work = createPartitionWork({
    ...{ handle, deadLetter, setAside, log, heartbeatMs, signal },
    endOf: (partition) => endOf(topic, partition),
  });
  let member: Member | undefined;
  let failures = 0;
  /** When an answer to a fetch came last, also one without messages, or messages were done with. */
  let lastReadAt = Date.now();
  let hasPartitions = true;
  const reads = (): void => void (lastReadAt = Date.now());

  const begin = async (): Promise<void> => {
    const own = kafka.consumer({
      groupId,
      sessionTimeout: sessionMs,
      heartbeatInterval: heartbeatMs,
      maxBytesPerPartition: 2 * 1024 * 1024,
      maxWaitTimeInMs: fetchWaitMs,
      retry: {
        initialRetryTime: 200,
        maxRetryTime: 10_000,
        retries: Number.MAX_SAFE_INTEGER,
        restartOnFailure: async () => true,
      },
    });
    member = own;
    own.on(own.events.END_BATCH_PROCESS, () => {
      failures = 0;
      reads();
    });
    // FETCH is emitted also where no broker was asked, or none could be; REQUEST also where the answer was an error.
    let isAnswered = false;
    own.on(own.events.REQUEST, ({ payload: { apiName } }) => {
      if (apiName === 'Fetch') isAnswered = true;
    });
    own.on(own.events.FETCH, () => {
      if (isAnswered) reads();
      isAnswered = false;
    });
    own.on(own.events.HEARTBEAT, () => {
      if (!hasPartitions) reads();
    });
    own.on(own.events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      hasPartitions = partitions.length > 0;
      work.assigned(partitions);
    });
    own.on(own.events.CRASH, ({ payload: { error, restart } }) => {
      if (restart || signal.aborted) return;
      log.error({ err: error, groupId }, 'events.consumer-ended');
      void beginAnew();
    });
    await own.connect();
    await own.subscribe({ topics: [topic], fromBeginning: true });
    await own.run({
      eachBatchAutoResolve: false,
      autoCommit: true,
      partitionsConsumedConcurrently: 3,
      eachBatch: work.take,
    });
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
    halts: (forMs) => {
      const before = Date.now() - forMs;
      const inHand: readonly Halt[] = work.inHand();
      // While messages are being handled nothing is fetched.
      const unread = inHand.length === 0 ? [{ partition: null, since: lastReadAt, code: null }] : [];
      return [...inHand, ...unread].filter(({ since }) => since < before);
    },
    close: async () => {
      over.abort();
      work.close();
      await member?.disconnect().catch(() => undefined);
    },
  };
};
