import { AppError, cloudEventModeOf, utf8Of } from '@boxlist/contracts';

/** A message from a topic. `value` is null for a tombstone. */
export interface BusMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message to publish. */
export interface NewMessage {
  readonly key: string;
  readonly value: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('BAD_EVENT', 'The value is not JSON', {}, { cause: error });
  }
};

/** kafkajs returns keys and headers as text, with this character for bytes that are not UTF-8. */
const replacement = '\uFFFD';

/**
 * Reads a CloudEvent 1.0 from a message. In structured mode the value is the envelope. In binary mode the envelope is
 * in `ce_*` headers and the value is the data. The content type says which. Returns the envelope unchecked, so the
 * caller must apply its schema. Throws BAD_EVENT if the value is not JSON, if value, key or attributes are not UTF-8,
 * and for a batch of events.
 */
export const parseCloudEvent = (message: BusMessage): unknown => {
  if (!message.value || message.value.length === 0) throw new AppError('BAD_EVENT', 'The message has no value');
  const mode = cloudEventModeOf(message.headers);
  if (mode === 'other')
    throw new AppError(
      'BAD_EVENT',
      'This CloudEvents content type is not supported: send one event per message as JSON ' +
        '(application/cloudevents+json)',
    );
  if (message.key?.includes(replacement)) throw new AppError('BAD_EVENT', 'The key is not UTF-8');
  const value = parseJson(utf8Of(message.value));
  if (mode === 'structured') return value;
  const attributes = Object.entries(message.headers).flatMap(([name, text]) =>
    name.startsWith('ce_') ? [[name.slice(3), text] as const] : [],
  );
  if (attributes.some(([, text]) => text.includes(replacement)))
    throw new AppError('BAD_EVENT', 'A header of the event is not UTF-8');
  return { ...Object.fromEntries(attributes), datacontenttype: message.headers['content-type'], data: value };
};
