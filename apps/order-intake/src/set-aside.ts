import { AppError, deadLetterTopicOf, topics, utf8Of } from '@boxlist/contracts';
import type { EventBus } from '@boxlist/event-bus';
import { marksOfWebhook } from '@boxlist/ticket-tailor';
import { createHash } from 'node:crypto';

/** The JSON of a body. Throws BAD_EVENT if the body is not JSON in UTF-8. */
export const jsonOf = (rawBody: Buffer): unknown => {
  const text = utf8Of(rawBody, 'The body');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('BAD_EVENT', 'The body is not JSON', {}, { cause: error });
  }
};

const marksOf = (rawBody: Buffer): ReturnType<typeof marksOfWebhook> => {
  try {
    return marksOfWebhook(jsonOf(rawBody));
  } catch {
    return marksOfWebhook(undefined);
  }
};

/**
 * Publishes a dead letter for an authentic webhook whose order cannot be understood, so that the organiser sees it.
 * Resolves with false if the webhook is about something else. The letter omits the content: nobody could find a
 * person's data in a body that is not understood, and Ticket Tailor sends the webhook again. All tries of one webhook
 * have the same letter. Throws KAFKA_UNAVAILABLE.
 */
export const setAside = async (
  bus: EventBus,
  boxOfficeId: string,
  rawBody: Buffer,
  why: AppError,
): Promise<boolean> => {
  const { id, orderId, isOfOtherKind } = marksOf(rawBody);
  if (isOfOtherKind) return false;
  const sha256 = createHash('sha256').update(rawBody).digest('hex');
  await bus.publish(deadLetterTopicOf(topics.orders.name), [
    {
      key: `${boxOfficeId}:${orderId ?? ''}`,
      value: '',
      headers: {
        'dead-letter-code': why.code,
        'dead-letter-reason':
          `Boxlist could not read a webhook from Ticket Tailor. ${why.message}. ` +
          'Ticket Tailor resends it for three days',
        'dead-letter-at': new Date().toISOString(),
        'dead-letter-content': 'left out',
        'dead-letter-size': String(rawBody.length),
        'dead-letter-sha256': sha256,
        // sync identifies a letter by its origin.
        'original-topic': `/webhooks/ticket-tailor/${boxOfficeId}`,
        'original-partition': '0',
        'original-offset': id ?? sha256,
      },
    },
  ]);
  return true;
};
