import { AppError } from '@boxlist/contracts';
import { metrics } from '@opentelemetry/api';
import type { BusLog } from './event-bus';
import type { NewMessage } from './message';

/** An outbox event as it goes out. */
export interface Publication {
  readonly id: string;
  readonly key: string;
  readonly value: string;
}

/**
 * Publishes events in sequence. Resolves with the events that Kafka refused because of their size; all others are
 * published.
 */
export type PublishEach = <P extends Publication>(publications: readonly P[]) => Promise<readonly P[]>;

/** The index of the message that Kafka refused because of its size. Undefined for any other failure. */
const refusedAt = (error: unknown): number | undefined => {
  if (!(error instanceof AppError) || error.code !== 'EVENT_TOO_LARGE') return undefined;
  return typeof error.details.index === 'number' ? error.details.index : undefined;
};

const report = ({ log, topic }: { log: BusLog; topic: string }, { id, key, value }: Publication): void => {
  metrics
    .getMeter('boxlist')
    .createCounter('boxlist_events_refused_total', {
      description: 'Outbox events that Kafka refused because of their size, by topic',
    })
    .add(1, { topic });
  log.error({ topic, key, eventId: id, bytes: Buffer.byteLength(value), code: 'EVENT_TOO_LARGE' }, 'outbox.refused');
};

/**
 * Publishes all events that Kafka accepts, and reports each one that it refuses because of its size to the operator.
 */
export const publishEach =
  (to: {
    readonly publish: (messages: readonly NewMessage[]) => Promise<void>;
    readonly topic: string;
    readonly log: BusLog;
  }): PublishEach =>
  async (publications) => {
    const refused = [];
    for (let rest = publications; rest.length > 0;) {
      try {
        await to.publish(
          rest.map(({ key, value }) => ({ key, value, headers: { 'content-type': 'application/cloudevents+json' } })),
        );
        break;
      } catch (error) {
        const index = refusedAt(error);
        const one = index === undefined ? undefined : rest[index];
        if (index === undefined || !one) throw error;
        report(to, one);
        refused.push(one);
        rest = rest.slice(index + 1);
      }
    }
    return refused;
  };
