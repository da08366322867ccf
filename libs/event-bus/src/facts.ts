import type { z } from 'zod';
import type { Consumer, EventBus } from './bus';
import { parseCloudEvent } from './message';

interface FactSubscription<S extends z.ZodType> {
  readonly topic: string;
  readonly groupId: string;
  readonly schema: S;
  /** Takes over one fact; must be idempotent and ignore versions that are not newer. */
  readonly apply: (event: z.infer<S>) => Promise<void>;
}

/**
 * Follows a topic of facts, one event after the other in each partition. What its schema refuses goes to the
 * dead-letter topic with the paths at fault (never their values), and the next one is taken.
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
        const parsed = schema.safeParse(parseOrUndefined(message));
        if (parsed.success) await apply(parsed.data);
        else await bus.deadLetter(message, { code: 'BAD_EVENT', reason: problemsOf(parsed.error) });
      }
    },
  });

const parseOrUndefined = (message: Parameters<typeof parseCloudEvent>[0]): unknown => {
  try {
    return parseCloudEvent(message);
  } catch {
    return undefined;
  }
};

/** The paths that broke a schema and the rule of each, without any value. */
export const problemsOf = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map(({ path, code }) => `${path.join('.') || 'value'}: ${code}`)
    .join('; ');
