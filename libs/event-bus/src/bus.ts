import { AppError, deadLetterTopicOf, deadLetterTopicSpecOf } from '@boxlist/contracts';
import type { Admin, Kafka } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import { startConsumer, type StartedConsumer } from './consumer';
import { deadLetterOf, deadLetterOfRange, withoutContent } from './dead-letters';
import type {
  BatchSubscription,
  BusLog,
  Consumer,
  DeadLetterReason,
  EventBus,
  EventBusOptions,
  TopicSpec,
} from './event-bus';
import { readFetchAnswers } from './fetch-answers';
import { isRefusal, kafkaFailure, orForTls } from './kafka-failure';
import { lazyClient } from './lazy-client';
import type { BusMessage, NewMessage } from './message';
import { endFetchesAtStop } from './open-fetches';
import type { UnreadableRange } from './partition-work';
import { pauseMs } from './pause-ms';
import { createPublisher } from './publisher';
import { rememberRefusedGroups } from './refused-groups';
import { calmKafka } from './request-timers';
import { kafkaOf } from './kafka-client';
import { countUnreadable, watchProgress } from './watch-progress';

calmKafka();
endFetchesAtStop();
rememberRefusedGroups();

/** Publishes messages, and dead letters of messages that cannot be handled or read. */
const createPublishing = (kafka: Kafka, log: BusLog, topicPrefix: string, refusals: Map<string, AppError>) => {
  const plain = (name: string): string => name.slice(topicPrefix.length);
  const publishers = new Map<string, ReturnType<typeof createPublisher>>();
  const publisherOf = (topic: string): ReturnType<typeof createPublisher> => {
    const publisher = publishers.get(topic) ?? createPublisher(kafka, `${topicPrefix}${topic}`);
    publishers.set(topic, publisher);
    return publisher;
  };

  const publish = async (topic: string, messages: readonly NewMessage[]): Promise<void> => {
    if (messages.length === 0) return;
    try {
      await publisherOf(topic).publish(messages);
      refusals.delete(topic);
    } catch (error) {
      const failure = error instanceof AppError ? error : kafkaFailure(error);
      if (failure.code === 'KAFKA_FORBIDDEN') refusals.set(topic, failure);
      throw failure;
    }
  };

  const deadLetter = async (message: BusMessage, reason: DeadLetterReason): Promise<void> => {
    const topic = plain(message.topic);
    const letter = deadLetterOf(message, topic, reason);
    try {
      await publish(deadLetterTopicOf(topic), [letter]);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'EVENT_TOO_LARGE')) throw error;
      await publish(deadLetterTopicOf(topic), [withoutContent(letter)]);
    }
  };

  const setAside = async (range: UnreadableRange): Promise<void> => {
    const topic = plain(range.topic);
    await publish(deadLetterTopicOf(topic), [deadLetterOfRange(range, topic)]);
    countUnreadable(topic);
    const { partition, firstOffset, lastOffset, reason, size: bytes, sha256 } = range;
    log.error({ topic, partition, firstOffset, lastOffset, reason, bytes, sha256 }, 'events.set-aside-unread');
  };

  const close = async (): Promise<void> => {
    await Promise.all([...publishers.values()].map((publisher) => publisher.close()));
  };
  return { publish, deadLetter, setAside, close };
};

/** Connects to Kafka. The bus keeps its connections and reopens them by itself. `close` first ends the consumers. */
export const createEventBus = (options: EventBusOptions): EventBus => {
  const { log, topicPrefix = '', standsStillAfterMs = 60_000 } = options;
  readFetchAnswers();
  const kafka = kafkaOf(options);
  const named = (name: string): string => `${topicPrefix}${name}`;
  /** Topics on which Kafka forbade the last publication. */
  const refusals = new Map<string, AppError>();
  const { publish, deadLetter, setAside, close: closePublishers } = createPublishing(kafka, log, topicPrefix, refusals);
  const admin = lazyClient(() => kafka.admin({ retry: { retries: 5 } }));

  const withAdmin = async (use: (admin: Admin) => Promise<unknown>): Promise<void> => {
    try {
      await use(await admin.connected());
    } catch (error) {
      void admin.forget();
      const failure = kafkaFailure(error);
      throw options.security ? failure : await orForTls(failure, options.brokers);
    }
  };

  const consumers = new Set<StartedConsumer & { readonly topic: string; readonly groupId: string }>();
  const progress = watchProgress({ log, afterMs: standsStillAfterMs, consumers: () => [...consumers] });

  const ensure = (specs: readonly TopicSpec[]): Promise<void> =>
    withAdmin((client) => ensureTopics(client, specs, named));

  const caughtUp: EventBus['caughtUp'] = (of, timeoutMs) =>
    within(timeoutMs, (signal) =>
      withAdmin((client) => untilCaughtUp(client, named(of.topic), named(of.groupId), signal)),
    ).catch(() => false);

  const consumeBatches = async (subscription: BatchSubscription): Promise<Consumer> => {
    const [topic, groupId] = [named(subscription.topic), named(subscription.groupId)];
    // Without its dead-letter topic, a partition could never get past the first message that must be set aside.
    await ensure([deadLetterTopicSpecOf(subscription.topic)]);
    const started = await startConsumer({ kafka, log, deadLetter, setAside }, { ...subscription, topic, groupId });
    const consumer = { ...started, topic: subscription.topic, groupId: subscription.groupId };
    consumers.add(consumer);
    return {
      close: async () => {
        await started.close();
        consumers.delete(consumer);
      },
      caughtUp: (timeoutMs) => caughtUp(subscription, timeoutMs),
    };
  };

  return {
    ensureTopics: ensure,
    publish,
    deadLetter,
    consumeBatches,
    caughtUp,
    standing: progress.standing,
    checkProgress: async () => {
      const [first] = progress.standing();
      if (first) throw new AppError('EVENTS_STAND_STILL', `Events of ${first.topic} make no progress`, { ...first });
    },
    check: async () => {
      await withAdmin((client) => client.describeCluster());
      const [refusal] = [...refusals.values(), ...[...consumers].flatMap((each) => each.refusal() ?? [])];
      if (refusal) throw refusal;
    },
    close: async () => {
      progress.close();
      await Promise.all([...consumers].map(({ close }) => close()));
      await closePublishers();
      await admin.forget();
    },
  };
};

/** Resolves once the group has committed every message that was on the topic at the call. */
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
      // Other processes may create the same topics at the same time, so check again before reporting a failure.
      if (attempt >= 10 || isRefusal(kafkaFailure(error))) throw error;
      await delay(pauseMs(attempt));
    }
  }
};
