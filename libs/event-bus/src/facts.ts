import { AppError } from '@boxlist/contracts';
import type { z } from 'zod';
import type { Consumer, EventBus } from './event-bus';
import { parseCloudEvent, type BusMessage } from './message';

interface FactSubscription<S extends z.ZodType> {
  readonly topic: string;
  readonly groupId: string;
  readonly schema: S;
  /** Stores one fact. It must be idempotent and ignore versions that are not newer. */
  readonly apply: (event: z.infer<S>) => Promise<void>;
}

/**
 * Consumes a topic of facts, one event after the other in each partition. An event that does not match the schema
 * goes to the dead-letter topic with the invalid paths (never their values), and the next event follows.
 */
export const consumeFacts = <S extends z.ZodType>(
  bus: EventBus,
  { topic, groupId, schema, apply }: FactSubscription<S>,
): Promise<Consumer> =>
  bus.consumeBatches({
    topic,
    groupId,
    handle: async (messages) => {
      for (const message of messages) {
        if (message.value === null) continue;
        const read = readFact(message, schema);
        if ('fact' in read) await apply(read.fact);
        else await bus.deadLetter(message, { code: 'BAD_EVENT', reason: read.problems });
      }
    },
  });

const readFact = <S extends z.ZodType>(
  message: BusMessage,
  schema: S,
): { readonly fact: z.infer<S> } | { readonly problems: string } => {
  try {
    const { success, data, error } = schema.safeParse(parseCloudEvent(message));
    return success ? { fact: data } : { problems: problemsOf(error) };
  } catch (error) {
    return { problems: error instanceof AppError ? error.message : 'The value is not a readable CloudEvent' };
  }
};

/** The paths that do not match a schema, each with the broken rule, and without any value. */
export const problemsOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.join('.') || 'value'}: ${code}`)
    .join('; ');
