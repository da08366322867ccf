import { kindOf } from '@boxlist/contracts';
import type { BusLog, EventBus } from './bus';

/** One event that waits in the document it is about until Kafka has it. */
export interface OutboxEntry {
  readonly id: string;
  readonly key: string;
  /** JSON text of the event. */
  readonly value: string;
}

/** The part of a MongoDB collection that the relay needs; mongoose's `Model.collection` fits. */
interface OutboxCollection {
  find(filter: object, options: object): { toArray(): Promise<{ _id: unknown; outbox?: OutboxEntry[] }[]> };
  updateOne(filter: object, update: object): Promise<unknown>;
  createIndex(keys: Record<string, 1>, options: object): Promise<string>;
}

interface RelayOptions {
  readonly bus: EventBus;
  readonly collection: OutboxCollection;
  readonly topic: string;
  readonly log: BusLog;
  /** How often documents that a crash left behind are looked for. */
  readonly pollMs?: number;
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
 * Kafka has acknowledged. Any number of processes may run it: an event may go out twice, and never not at all.
 */
export const startOutboxRelay = async ({
  bus,
  collection,
  topic,
  log,
  pollMs = 1_000,
}: RelayOptions): Promise<OutboxRelay> => {
  await collection.createIndex(
    { 'outbox.id': 1 },
    { name: 'outbox', partialFilterExpression: { 'outbox.id': { $exists: true } } },
  );
  let closed = false;
  let running: Promise<void> | undefined;
  let again = false;

  const pass = async (): Promise<void> => {
    for (;;) {
      const waiting = await collection
        .find({ 'outbox.id': { $exists: true } }, { projection: { outbox: 1 }, limit: 200 })
        .toArray();
      const entries = waiting.flatMap(({ outbox = [] }) => outbox);
      if (entries.length === 0) return;
      await bus.publish(
        topic,
        entries.map(({ key, value }) => ({ key, value, headers: { 'content-type': 'application/cloudevents+json' } })),
      );
      for (const { _id, outbox = [] } of waiting) {
        await collection.updateOne({ _id }, { $pull: { outbox: { id: { $in: outbox.map(({ id }) => id) } } } });
      }
      if (waiting.length < 200) return;
    }
  };
  const run = (): Promise<void> => {
    if (running) {
      again = true;
      return running;
    }
    running = (async () => {
      do {
        again = false;
        await pass();
      } while (again && !closed);
    })()
      .catch((error: unknown) => log.warn({ err: error, kind: kindOf(error), topic }, 'outbox.delayed'))
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
