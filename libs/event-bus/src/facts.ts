import { AppError } from '@boxlist/contracts';
import type { z } from 'zod';
import type { Consumer, DeadLetterReason, EventBus } from './event-bus';
import { parseCloudEvent, type BusMessage } from './message';

interface FactSubscription<S extends z.ZodType> {
  readonly topic: string;
  readonly groupId: string;
  readonly schema: S;
  /** The key that a message of this event must have. A fact under another key would outlive its successors. */
  readonly keyOf?: (event: z.infer<S>) => string;
  /**
   * Stores one fact. It must be idempotent and ignore versions that are not newer. It returns a reason if the fact must
   * not be believed; the event then goes to the dead-letter topic.
   */
  readonly apply: (event: z.infer<S>) => Promise<DeadLetterReason | void>;
}

/**
 * Consumes a topic of facts, one event after the other in each partition. An event that does not match the schema
 * goes to the dead-letter topic with the invalid paths (never their values), and the next event follows. So does an
 * event under the key of another thing, and one that `apply` refuses.
 */
export const consumeFacts = <S extends z.ZodType>(
  bus: EventBus,
  { topic, groupId, schema, keyOf, apply }: FactSubscription<S>,
): Promise<Consumer> =>
  bus.consumeBatches({
    topic,
    groupId,
    handle: async (messages) => {
      for (const message of messages) {
        if (message.value === null) continue;
        const read = readFact(message, schema, keyOf);
        const refused = 'fact' in read ? await apply(read.fact) : read.refused;
        if (refused) await bus.deadLetter(message, refused);
      }
    },
  });

const readFact = <S extends z.ZodType>(
  message: BusMessage,
  schema: S,
  keyOf?: (event: z.infer<S>) => string,
): { readonly fact: z.infer<S> } | { readonly refused: DeadLetterReason } => {
  const bad = (reason: string) => ({ refused: { code: 'BAD_EVENT', reason } });
  try {
    const { success, data, error } = schema.safeParse(parseCloudEvent(message));
    if (!success) return bad(problemsOf(error));
    return keyOf && keyOf(data) !== message.key ? bad('The key names another thing than the event') : { fact: data };
  } catch (error) {
    return bad(error instanceof AppError ? error.message : 'The value is not a readable CloudEvent');
  }
};

/** The paths that do not match a schema, each with the broken rule, and without any value. */
export const problemsOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.join('.') || 'value'}: ${code}`)
    .join('; ');
