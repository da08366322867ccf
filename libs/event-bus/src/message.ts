import { AppError } from '@boxlist/contracts';

/** A message as it came from a topic. `value` is null for a tombstone. */
export interface BusMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message to be written. */
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

/**
 * Reads a CloudEvent 1.0 from a message: in structured mode (the envelope is the value) or in binary mode (`ce_*` headers,
 * the data is the value). Gives the envelope unchecked: its schema is the caller's. Throws BAD_EVENT when there is no JSON.
 */
export const parseCloudEvent = (message: BusMessage): unknown => {
  if (!message.value || message.value.length === 0) throw new AppError('BAD_EVENT', 'The message has no value');
  const value = parseJson(message.value.toString('utf8'));
  if (message.headers.ce_specversion === undefined) return value;
  const attributes = Object.entries(message.headers).flatMap(([name, text]) =>
    name.startsWith('ce_') ? [[name.slice(3), text] as const] : [],
  );
  return { ...Object.fromEntries(attributes), datacontenttype: message.headers['content-type'], data: value };
};
