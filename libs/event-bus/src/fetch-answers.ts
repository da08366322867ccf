import { createRequire } from 'node:module';
import type { KafkaRecord } from './records';
import { newBudget, readSection, unreadAtBroker } from './record-section';
import { registerCodecs } from './codecs';

/** kafkajs' definition of one request: what it sends, and how it reads the answer. */
interface Exchange {
  readonly request: unknown;
  readonly response: { decode(bytes: Buffer): Promise<object>; parse(answer: object): Promise<object> };
}

interface FetchArguments {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
  }[];
}

interface FetchDefinition {
  protocol: (options: { readonly version: number }) => (args: FetchArguments) => Exchange;
}

/** Reads the fields of an answer in sequence. */
class Fields {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  private next(length: number): number {
    this.at += length;
    return this.at - length;
  }

  readonly int16 = (): number => this.bytes.readInt16BE(this.next(2));
  readonly int32 = (): number => this.bytes.readInt32BE(this.next(4));
  readonly int64 = (): bigint => this.bytes.readBigInt64BE(this.next(8));
  readonly text = (): string => this.slice(this.int16()).toString('utf8');
  readonly section = (): Buffer => this.slice(this.int32());
  readonly times = <T>(read: () => T): T[] => Array.from({ length: Math.max(0, this.int32()) }, read);

  private slice(length: number): Buffer {
    const start = this.next(Math.max(0, length));
    return this.bytes.subarray(start, this.at);
  }
}

const ends = new Map<string, { readonly offset: bigint; readonly at: number }>();
const endKey = (topic: string, partition: number): string => `${topic} ${partition}`;

/**
 * The end of a partition when a broker last had no more messages of it for this process, and the time of that in
 * milliseconds.
 */
export const endOf = (topic: string, partition: number) => ends.get(endKey(topic, partition));

/**
 * With this code a broker says that it cannot read one partition. kafkajs treats it as a failure of all partitions.
 */
const corruptMessage = 2;

/** Reads an answer to a fetch of version 4 to 11 like kafkajs, but no batch can make it throw. */
const readAnswer = async (bytes: Buffer, version: number, { topics }: FetchArguments): Promise<object> => {
  const fields = new Fields(bytes);
  const wait = fields.int32();
  // From version 8 on the client must wait itself.
  const head = version >= 8 ? { throttleTime: 0, clientSideThrottleTime: wait } : { throttleTime: wait };
  const session = version >= 7 ? { errorCode: fields.int16(), sessionId: fields.int32() } : {};
  const answered = fields.times(() => ({
    topicName: fields.text(),
    partitions: fields.times(() => ({
      partition: fields.int32(),
      errorCode: fields.int16(),
      highWatermark: fields.int64(),
      lastStableOffset: fields.int64().toString(),
      lastStartOffset: version >= 5 ? fields.int64().toString() : undefined,
      abortedTransactions: fields.times(() => ({
        producerId: fields.int64().toString(),
        firstOffset: fields.int64(),
      })),
      preferredReadReplica: version >= 11 ? fields.int32() : undefined,
      section: fields.section(),
    })),
  }));
  const askedAt = (topicName: string, partition: number): bigint =>
    BigInt(
      topics.find(({ topic }) => topic === topicName)?.partitions.find((each) => each.partition === partition)
        ?.fetchOffset ?? 0,
    );
  const budget = newBudget();
  const responses: object[] = [];
  for (const { topicName, partitions } of answered) {
    const read: object[] = [];
    for (const { section, highWatermark, abortedTransactions, ...answer } of partitions) {
      const fetchOffset = askedAt(topicName, answer.partition);
      // The records are already filtered. kafkajs would drop aborted messages by its own rule.
      const partition = { ...answer, abortedTransactions: [] };
      if (partition.errorCode === corruptMessage) {
        const highWatermark = (fetchOffset + 1n).toString();
        read.push({ ...partition, errorCode: 0, highWatermark, messages: [unreadAtBroker(fetchOffset)] });
        continue;
      }
      // A broker whose answer is full sends no records of some partitions that have more.
      const isAtEnd = section.length === 0 && fetchOffset >= BigInt(answer.lastStableOffset);
      if (partition.errorCode === 0 && isAtEnd)
        ends.set(endKey(topicName, partition.partition), { offset: fetchOffset, at: Date.now() });
      const reading = { fetchOffset, highWatermark, abortedTransactions };
      const messages: KafkaRecord[] = await readSection(section, reading, budget);
      read.push({ ...partition, highWatermark: highWatermark.toString(), messages });
    }
    responses.push({ topicName, partitions: read });
  }
  return { ...head, ...session, responses };
};

let isInstalled = false;

/**
 * Makes kafkajs decode fetched records with `readSection`. kafkajs decodes a broker's answer as a whole and throws
 * for all partitions if it cannot decompress one batch. It verifies no checksum, limits no size, and invents records
 * from invalid bytes. Applies once, to the whole process. It has no effect with brokers older than Kafka 0.11.
 */
export const readFetchAnswers = (): void => {
  if (isInstalled) return;
  isInstalled = true;
  registerCodecs();
  const { requests } = createRequire(__filename)('kafkajs/src/protocol/requests') as {
    requests: { Fetch: FetchDefinition };
  };
  const { protocol } = requests.Fetch;
  requests.Fetch.protocol = ({ version }) => {
    const exchange = protocol({ version });
    if (version < 4) return exchange;
    return (args) => {
      const { response, ...rest } = exchange(args);
      return { ...rest, response: { ...response, decode: (bytes) => readAnswer(bytes, version, args) } };
    };
  };
};
