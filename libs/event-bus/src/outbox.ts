import type { BusLog, EventBus } from './event-bus';
import {
  type OutboxCollection,
  type OutboxEntry,
  type OutboxField,
  type OutboxRendering,
  passOver,
  passOverFacts,
} from './outbox-passes';
import { publishEach } from './refused';
import { repeatedly } from './repeatedly';
import { createRest, type Rest } from './rest';

export type { OutboxEntry, OutboxRendering } from './outbox-passes';

/**
 * The target topic. On a compacted topic the relay makes sure that the newest event of each document ends up last. On
 * another topic an entry may just name what happened, and `rendering` builds the event when it goes out.
 */
type RelayTopic<D, E> =
  | { readonly name: string; readonly compacted: boolean }
  | { readonly name: string; readonly compacted: false; readonly rendering: OutboxRendering<D, E> };

export interface RelayOptions<D, E> {
  readonly bus: EventBus;
  readonly collection: OutboxCollection;
  readonly topic: RelayTopic<D, E>;
  /**
   * The array in which the events of this topic wait. Default: `outbox`. A collection may have a relay for each array.
   * Facts for a compacted topic wait in `outbox`.
   */
  readonly field?: OutboxField;
  readonly log: BusLog;
  /** How often the relay polls for documents that a crash left behind. An idle process polls less often. */
  readonly pollMs?: number;
  /**
   * The idle state of the process. When it ends, the relay polls at once. Without it, only `notify` ends the relay's
   * own idle state.
   */
  readonly rest?: Rest;
  /**
   * Time after which a publication of unknown end can no longer reach Kafka. The newest event then goes out once
   * more. Default: 5 minutes. It must be longer than a call to Kafka with all its retries.
   */
  readonly followUpMs?: number;
  readonly clock?: () => Date;
}

export interface OutboxRelay {
  /**
   * Publishes now. Resolves when the events that waited at the call are out, or after 2 seconds. Never throws,
   * because the next poll tries again.
   */
  notify(): Promise<void>;
  close(): Promise<void>;
}

const asTheyAre = { fields: [], of: (_: unknown, { key, value }: OutboxEntry) => ({ key, value }) };

/** An entry for the outbox of a document. Push it in the same write that changes the document. */
export const outboxEntry = (key: string, event: { readonly id: string }): OutboxEntry => ({
  id: event.id,
  key,
  value: JSON.stringify(event),
});

/**
 * Publishes the events in the `outbox` arrays of a collection's documents, in the sequence of each document, and
 * removes each once Kafka has acknowledged it. Any number of processes may run it. An event may go out twice and is
 * never lost. An older event may land behind a newer one for a while; on a compacted topic the newest event is then
 * published again. The relay also removes an event that Kafka refuses because of its size, logs it as
 * `outbox.refused` and continues with the others. It keeps its own state in the `relay` field of the document.
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
  field = 'outbox',
  log,
  pollMs = 1_000,
  rest = createRest(),
  followUpMs = 5 * 60_000,
  clock = () => new Date(),
}: RelayOptions<D, E>): Promise<OutboxRelay> => {
  const publish = publishEach({ publish: (messages) => bus.publish(topic.name, messages), topic: topic.name, log });
  const passes = topic.compacted
    ? await passOverFacts(collection, publish, followUpMs, clock)
    : 'rendering' in topic
      ? await passOver(collection, topic.rendering, publish, field)
      : await passOver(collection, asTheyAre, publish, field);
  const polls = repeatedly(
    { log, rest },
    { everyMs: pollMs, delayed: 'outbox.delayed', about: { topic: topic.name }, atOnce: true },
    async (goesOn) => {
      while ((await passes(goesOn)) && goesOn());
    },
  );
  return {
    notify: async () => {
      rest.end();
      let late: NodeJS.Timeout | undefined;
      await Promise.race([polls.run(), new Promise((resolve) => (late = setTimeout(resolve, 2_000)))]);
      clearTimeout(late);
    },
    close: () => polls.close(),
  };
};
