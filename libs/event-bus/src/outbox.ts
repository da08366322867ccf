import type { BusLog, EventBus } from './event-bus';
import {
  type OutboxCollection,
  type OutboxEntry,
  type OutboxRendering,
  passOver,
  passOverFacts,
} from './outbox-passes';
import { publishEach } from './refused';
import { repeatedly } from './repeatedly';
import { createRest, type Rest } from './rest';

export type { OutboxEntry, OutboxRendering } from './outbox-passes';

/**
 * Where to. Of a compacted topic the newest event of each document is seen to stand last; of another, entries may only
 * name what happened, and are rendered as events when they go out.
 */
type RelayTopic<D, E> =
  | { readonly name: string; readonly compacted: boolean }
  | { readonly name: string; readonly compacted: false; readonly rendering: OutboxRendering<D, E> };

export interface RelayOptions<D, E> {
  readonly bus: EventBus;
  readonly collection: OutboxCollection;
  readonly topic: RelayTopic<D, E>;
  readonly log: BusLog;
  /** How often documents that a crash left behind are looked for; less often in a process that rests. */
  readonly pollMs?: number;
  /** Of the process. Its end is a nudge; without it, only a nudge ends the rest. */
  readonly rest?: Rest;
  /**
   * After how long a publication whose end nobody saw can no longer reach Kafka. The newest event then goes out once
   * more; 5 minutes when absent. Longer than a call to Kafka with all its repeats takes.
   */
  readonly followUpMs?: number;
  readonly clock?: () => Date;
}

export interface OutboxRelay {
  /**
   * Publishes now. Resolves when what waited at the call is out, or after 2 seconds; never throws: the poll tries
   * again.
   */
  nudge(): Promise<void>;
  close(): Promise<void>;
}

const asTheyAre = { fields: [], of: (_: unknown, { key, value }: OutboxEntry) => ({ key, value }) };

/** An entry for the outbox of a document: push it in the same write that changes the document. */
export const outboxEntry = (key: string, event: { readonly id: string }): OutboxEntry => ({
  id: event.id,
  key,
  value: JSON.stringify(event),
});

/**
 * Publishes what stands in the `outbox` arrays of a collection's documents, in the order of each document, and pulls it
 * once Kafka has acknowledged. Any number of processes may run it: an event may go out twice, and never not at all. An
 * older event may follow a newer one for a while; on a compacted topic the newest then follows it. An event that Kafka
 * refuses for its size is taken out too: the relay logs it as `outbox.refused` and goes on with the others. What the
 * relay notes about a document stands in its field `relay`.
 */
export const startOutboxRelay = async <
  E extends { readonly id: string } = OutboxEntry,
  D extends { readonly _id: unknown; readonly outbox?: readonly E[] } = {
    readonly _id: unknown;
    readonly outbox?: readonly E[];
  },
>({
  bus,
  collection,
  topic,
  log,
  pollMs = 1_000,
  rest = createRest(),
  followUpMs = 5 * 60_000,
  clock = () => new Date(),
}: RelayOptions<D, E>): Promise<OutboxRelay> => {
  const publish = publishEach({ publish: (messages) => bus.publish(topic.name, messages), topic: topic.name, log });
  let closed = false;
  const goesOn = (): boolean => !closed;
  const passes = topic.compacted
    ? await passOverFacts(collection, publish, followUpMs, clock)
    : 'rendering' in topic
      ? await passOver(collection, topic.rendering, publish, goesOn)
      : await passOver(collection, asTheyAre, publish, goesOn);
  const polls = repeatedly(
    { log, rest },
    { everyMs: pollMs, delayed: 'outbox.delayed', about: { topic: topic.name }, atOnce: true },
    async () => {
      while ((await passes()) && !closed);
    },
  );
  return {
    nudge: async () => {
      rest.end();
      let late: NodeJS.Timeout | undefined;
      await Promise.race([polls.run(), new Promise((resolve) => (late = setTimeout(resolve, 2_000)))]);
      clearTimeout(late);
    },
    close: async () => {
      closed = true;
      await polls.close();
    },
  };
};
