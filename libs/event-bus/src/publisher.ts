import { AppError } from '@boxlist/contracts';
import { KafkaJSProtocolError, type Kafka } from 'kafkajs';
import { lazyClient } from './lazy-client';
import type { NewMessage } from './message';

interface Publication {
  readonly messages: readonly NewMessage[];
  readonly bytes: number;
  readonly acknowledged: () => void;
  readonly failed: (error: unknown) => void;
}

/** The most bytes that are sent together, far below a broker's limit of one mebibyte. */
const togetherBytes = 256 * 1024;

const bytesOf = ({ key, value, headers = {} }: NewMessage): number =>
  Object.entries(headers).reduce(
    (sum, [name, text]) => sum + name.length + Buffer.byteLength(text),
    Buffer.byteLength(key) + Buffer.byteLength(value),
  );

const isRefusedForSize = (error: unknown): boolean =>
  error instanceof KafkaJSProtocolError && ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'].includes(error.type);

/**
 * Writes to one topic with acks=all by an idempotent producer, one request at a time. Messages that arrive meanwhile
 * go together in the next request.
 *
 * Two requests at once would be unsafe. kafkajs assigns sequence numbers when it sends messages and reuses them when
 * no answer comes. A second, waiting request would then get the numbers of the first, which the broker may have
 * written. The broker would take the second for a repeat of the first and acknowledge it without writing it.
 */
export const createPublisher = (kafka: Kafka, topic: string) => {
  // A producer that failed is forgotten also because its sequence numbers are uncertain.
  const producer = lazyClient(() =>
    kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false, retry: { retries: 5 } }),
  );
  const waiting: Publication[] = [];
  let isSending = false;
  let isClosed = false;

  /** The publications of the next request: at least one. */
  const next = (): Publication[] => {
    let bytes = 0;
    const end = waiting.findIndex((each, index) => (bytes += each.bytes) > togetherBytes && index > 0);
    return waiting.splice(0, end < 0 ? waiting.length : end);
  };

  const sendTogether = async (messages: readonly NewMessage[]): Promise<void> => {
    if (isClosed) throw new Error('The bus is closed');
    try {
      const client = await producer.connected();
      await client.send({
        topic,
        acks: -1,
        timeout: 15_000,
        messages: messages.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
      });
    } catch (error) {
      void producer.forget();
      throw error;
    }
  };

  /**
   * Sends in sequence, and in halves if the broker accepts fewer messages at once. Throws EVENT_TOO_LARGE, with its
   * index, for a message that the broker refuses alone. The messages before it are then written, the ones after it
   * are not.
   */
  const sendInParts = async (messages: readonly NewMessage[], first = 0): Promise<void> => {
    try {
      await sendTogether(messages);
    } catch (error) {
      if (!isRefusedForSize(error)) throw error;
      const [only] = messages;
      if (messages.length === 1 && only)
        throw new AppError('EVENT_TOO_LARGE', 'The message is larger than Kafka accepts', {
          bytes: bytesOf(only),
          index: first,
        });
      const half = Math.ceil(messages.length / 2);
      await sendInParts(messages.slice(0, half), first);
      await sendInParts(messages.slice(half), first + half);
    }
  };

  const send = async (together: readonly Publication[]): Promise<void> => {
    const [only, ...others] = together;
    if (!only) return;
    try {
      await (others.length > 0
        ? sendTogether(together.flatMap(({ messages }) => messages))
        : sendInParts(only.messages));
      for (const { acknowledged } of together) acknowledged();
    } catch (error) {
      // Only the publication that is too large fails. The others of the request are sent again, each alone.
      if (others.length > 0 && isRefusedForSize(error)) for (const each of together) await send([each]);
      else for (const { failed } of together) failed(error);
    }
  };

  const sendAll = async (): Promise<void> => {
    isSending = true;
    while (waiting.length > 0) await send(next());
    isSending = false;
  };

  return {
    /**
     * Resolves once Kafka has acknowledged. Throws EVENT_TOO_LARGE or kafkajs' error. Even then, some of the messages
     * may have been written.
     */
    publish: (messages: readonly NewMessage[]): Promise<void> =>
      new Promise((acknowledged, failed) => {
        waiting.push({
          messages,
          bytes: messages.reduce((sum, each) => sum + bytesOf(each), 0),
          acknowledged,
          failed,
        });
        if (!isSending) void sendAll();
      }),
    close: async (): Promise<void> => {
      isClosed = true;
      await producer.forget();
    },
  };
};
