import type { AppError } from '@boxlist/contracts';
import type { Kafka, Consumer as Member } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BatchSubscription, BusLog, EventBus } from './event-bus';
import { endOf } from './fetch-answers';
import { isRefusal, kafkaFailure } from './kafka-failure';
import { createPartitionWork, type UnreadableRange } from './partition-work';
import { pauseMs } from './pause-ms';
import { groupRefusal } from './refused-groups';

/**
 * How long a group waits for a silent member, in milliseconds. The member was killed, or lost its session when the
 * broker restarted, which only the broker notices.
 */
const sessionMs = 10_000;
/** An idle member sends a heartbeat only after every second fetch. At most 2 s pass between two heartbeats. */
const heartbeatMs = 1_500;
/** How long the broker keeps a fetch open while it has no messages. It answers at once when it has some. */
const fetchWaitMs = 1_000;

interface Needs {
  readonly kafka: Kafka;
  readonly log: BusLog;
  readonly deadLetter: EventBus['deadLetter'];
  readonly setAside: (range: UnreadableRange) => Promise<void>;
}

/** A partition, or a whole consumer, that makes no progress. */
export interface Halt {
  /** Null if the consumer receives nothing at all. */
  readonly partition: number | null;
  /** In milliseconds since 1970. */
  readonly since: number;
  /** The code of the last failure, if known. */
  readonly code: string | null;
}

export interface StartedConsumer {
  /** The partitions that have made no progress for `forMs` milliseconds, or the whole consumer. */
  readonly halts: (forMs: number) => readonly Halt[];
  /** Why Kafka keeps the consumer from reading, until it reads again. */
  readonly refusal: () => AppError | undefined;
  readonly close: () => Promise<void>;
}

/** Records when a consumer last received anything, whichever member it has at the time. */
const watchReads = (onRead: () => void) => {
  let lastAt = Date.now();
  let hasPartitions = true;
  const record = (): void => {
    lastAt = Date.now();
    onRead();
  };
  return {
    /** When the last answer to a fetch (even without messages) came, or the last batch was finished. */
    lastAt: () => lastAt,
    record,
    assigned: (partitions: readonly number[]): void => void (hasPartitions = partitions.length > 0),
    follow: (member: Member): void => {
      // kafkajs emits FETCH even if it asked no broker, and REQUEST even if the answer was an error. Only both together
      // prove that a broker answered.
      let isAnswered = false;
      member.on(member.events.REQUEST, ({ payload: { apiName } }) => {
        if (apiName === 'Fetch') isAnswered = true;
      });
      member.on(member.events.FETCH, () => {
        if (isAnswered) record();
        isAnswered = false;
      });
      member.on(member.events.HEARTBEAT, () => {
        if (!hasPartitions) record();
      });
    },
  };
};

const memberOf = (kafka: Kafka, groupId: string): Member =>
  kafka.consumer({
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

/**
 * Reads a topic as a member of a group until it is closed. kafkajs restarts itself after most failures. After others
 * it ends silently and for good: if the group's other members assign partitions in another way, or through a defect
 * of its own. Then this function starts a new member, after growing pauses.
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
  let refusal: AppError | undefined;
  const reads = watchReads(() => (refusal = undefined));

  const begin = async (): Promise<void> => {
    const own = memberOf(kafka, groupId);
    member = own;
    reads.follow(own);
    own.on(own.events.END_BATCH_PROCESS, () => {
      failures = 0;
      reads.record();
    });
    own.on(own.events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      reads.assigned(partitions);
      work.assigned(partitions);
    });
    own.on(own.events.CRASH, ({ payload: { error, restart } }) => {
      const failure = kafkaFailure(groupRefusal(groupId) ?? error);
      if (isRefusal(failure)) refusal = failure;
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
      // The consumer does not fetch while it handles messages.
      const unread =
        inHand.length === 0 ? [{ partition: null, since: reads.lastAt(), code: refusal?.code ?? null }] : [];
      return [...inHand, ...unread].filter(({ since }) => since < before);
    },
    refusal: () => refusal,
    close: async () => {
      over.abort();
      work.close();
      await member?.disconnect().catch(() => undefined);
    },
  };
};
