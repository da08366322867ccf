import { kindOf } from '@boxlist/contracts';
import type { BusLog, EventBus } from './bus';
import { passOver, passOverFacts, type OutboxCollection } from './outbox-passes';

/** One event that waits in the document it is about until Kafka has it. */
export interface OutboxEntry {
  readonly id: string;
  readonly key: string;
  /** JSON text of the event. */
  readonly value: string;
}

interface RelayOptions {
  readonly bus: EventBus;
  readonly collection: OutboxCollection;
  /** Where to. Of a compacted topic the newest event of each document is seen to stand last. */
  readonly topic: { readonly name: string; readonly compacted: boolean };
  readonly log: BusLog;
  /** How often documents that a crash left behind are looked for. */
  readonly pollMs?: number;
  /**
   * After how long a publication whose end nobody saw can no longer reach Kafka. The newest event then goes out once more; 5 minutes when
   * absent. Longer than a call to Kafka with all its repeats takes.
   */
  readonly followUpMs?: number;
  readonly clock?: () => Date;
}

export interface OutboxRelay {
  /** Publishes now. Resolves when what waited at the call is out, or after 2 seconds; never throws: the poll tries again. */
  nudge(): Promise<void>;
  close(): Promise<void>;
}

/** An entry for the outbox of a document: push it in the same write that changes the document. */
export const outboxEntry = (key: string, event: { readonly id: string }): OutboxEntry => ({
  id: event.id,
  key,
  value: JSON.stringify(event),
});

/**
 * Publishes what stands in the `outbox` arrays of a collection's documents, in the order of each document, and pulls it once
 * Kafka has acknowledged. Any number of processes may run it: an event may go out twice, and never not at all. An older event
 * may follow a newer one for a while; on a compacted topic the newest then follows it. What the relay notes about a document
 * stands in its field `relay`.
 */
export const startOutboxRelay = async ({
  bus,
  collection,
  topic,
  log,
  pollMs = 1_000,
  followUpMs = 5 * 60_000,
  clock = () => new Date(),
}: RelayOptions): Promise<OutboxRelay> => {
  const publish = (entries: readonly OutboxEntry[]): Promise<void> =>
    bus.publish(
      topic.name,
      entries.map(({ key, value }) => ({ key, value, headers: { 'content-type': 'application/cloudevents+json' } })),
    );
  const passes = topic.compacted
    ? await passOverFacts(collection, publish, followUpMs, clock)
    : await passOver(collection, publish);
  let closed = false;
  let running: Promise<void> | undefined;
  let again = false;

  const run = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        while ((await passes()) && !closed);
      } while (again && !closed);
    })()
      .catch((error: unknown) => log.warn({ err: error, kind: kindOf(error), topic: topic.name }, 'outbox.delayed'))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const timer = setInterval(() => void run(), pollMs);
  timer.unref();
  void run();
  return {
    nudge: async () => {
      let late: NodeJS.Timeout | undefined;
      await Promise.race([run(), new Promise((resolve) => (late = setTimeout(resolve, 2_000)))]);
      clearTimeout(late);
    },
    close: async () => {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
};
