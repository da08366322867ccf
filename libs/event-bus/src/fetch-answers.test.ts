import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import { batch, inTransaction, record, signed, transactionEnd } from '../test/batches';
import { readFetchAnswers } from './fetch-answers';
import { unreadableOf } from './record-section';

const inKafkajs = createRequire(__filename);

interface Message {
  readonly offset: string;
  readonly value: Buffer | null;
}

/** kafkajs' view of one partition in an answer. */
interface Batch {
  readonly messages: readonly Message[];
  isEmptyDueToFiltering(): boolean;
  lastOffset(): string;
}

const { requests } = inKafkajs('kafkajs/src/protocol/requests') as {
  requests: {
    Fetch: {
      protocol: (options: { version: number }) => (args: object) => {
        readonly response: {
          decode(bytes: Buffer): Promise<object>;
          parse(answer: object): Promise<{ readonly responses: readonly { readonly partitions: readonly object[] }[] }>;
        };
      };
    };
  };
};
const KafkajsBatch = inKafkajs('kafkajs/src/consumer/batch') as new (
  topic: string,
  fetchedOffset: string,
  partition: object,
) => Batch;

const int16 = (value: number): Buffer => (value >= 0 ? Buffer.from([value >> 8, value & 255]) : Buffer.alloc(2, 255));
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const int64 = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

interface Part {
  readonly fetchOffset: number;
  readonly highWatermark: bigint;
  /** Producer and first offset of each transaction, in the broker's sequence. */
  readonly aborted?: readonly (readonly [bigint, bigint])[];
  readonly section: readonly Buffer[];
}

/** A partition as kafkajs returns it after a broker has answered a fetch of version 11. */
const fetched = async ({ fetchOffset, highWatermark, aborted = [], section }: Part): Promise<Batch> => {
  readFetchAnswers();
  const bytes = Buffer.concat([
    ...[int32(0), int16(0), int32(0), int32(1), int16(1), Buffer.from('t'), int32(1), int32(0), int16(0)],
    ...[int64(highWatermark), int64(highWatermark), int64(0n)],
    ...[int32(aborted.length), ...aborted.flatMap(([producer, first]) => [int64(producer), int64(first)])],
    ...[int32(-1), int32(Buffer.concat(section).length), ...section],
  ]);
  const topics = [{ topic: 't', partitions: [{ partition: 0, fetchOffset: String(fetchOffset), maxBytes: 1 }] }];
  const { response } = requests.Fetch.protocol({ version: 11 })({ topics, maxWaitTime: 1, minBytes: 1, maxBytes: 1 });
  const answer = await response.parse(await response.decode(bytes));
  return new KafkajsBatch('t', String(fetchOffset), answer.responses[0]!.partitions[0]!);
};

const described = ({ messages }: Batch): string[] =>
  messages.map((message) => {
    const range = unreadableOf(message);
    return range ? `unreadable ${range.firstOffset}-${range.lastOffset}` : `${message.offset} ${String(message.value)}`;
  });

// kafkajs removes one aborted transaction from the broker's list at each message, in the sequence of the list. A
// broker may list transactions by their ends, and several may start before the first message. Aborted messages then
// reached the handler.
describe('a message of an aborted transaction', () => {
  const [a, b, c] = [1n, 2n, 3n];

  it("reaches no handler when transactions overlap, in any sequence of the broker's list", async () => {
    const section = [
      await inTransaction(a, ['a aborted'], 0),
      await inTransaction(b, ['b aborted'], 1),
      await transactionEnd(b, 2, 'abort'),
      await inTransaction(a, ['a aborted too'], 3),
      await transactionEnd(a, 4, 'abort'),
      await batch(['plain'], 5),
    ];
    const transactions = [
      [a, 0n],
      [b, 1n],
    ] as const;
    for (const aborted of [transactions, transactions.toReversed()])
      expect(described(await fetched({ fetchOffset: 0, highWatermark: 6n, aborted, section }))).toEqual(['5 plain']);
  });

  it('reaches no handler when several transactions started before the first message of the answer', async () => {
    const section = [
      await inTransaction(c, ['c aborted'], 3),
      await inTransaction(b, ['b aborted'], 4),
      await inTransaction(a, ['a aborted'], 5),
      await batch(['plain'], 6),
    ];
    const aborted = [
      [a, 0n],
      [b, 1n],
      [c, 2n],
    ] as const;
    expect(described(await fetched({ fetchOffset: 3, highWatermark: 7n, aborted, section }))).toEqual(['6 plain']);
  });

  it('does not hide what its producer commits after the control record', async () => {
    const section = [
      await inTransaction(a, ['aborted'], 0),
      await inTransaction(b, ['other'], 1),
      await transactionEnd(b, 2, 'commit'),
      await transactionEnd(a, 3, 'abort'),
      await inTransaction(a, ['committed'], 4),
      await transactionEnd(a, 5, 'commit'),
    ];
    const batched = await fetched({ fetchOffset: 0, highWatermark: 6n, aborted: [[a, 0n]], section });
    expect(described(batched)).toEqual(['1 other', '4 committed']);
    expect(batched.lastOffset()).toBe('5');
  });

  it('does not stop the partition: offsets move on even if the answer holds nothing else', async () => {
    const section = [await inTransaction(a, ['one', 'two', 'three'], 4)];
    const batched = await fetched({ fetchOffset: 5, highWatermark: 7n, aborted: [[a, 4n]], section });
    expect(described(batched)).toEqual([]);
    expect(batched.isEmptyDueToFiltering()).toBe(true);
    expect(batched.lastOffset()).toBe('6');
  });

  it('hides nothing behind a damaged batch that may end the transaction: that data is fetched again', async () => {
    const end = await transactionEnd(a, 1, 'abort');
    end[end.length - 1]! ^= 1;
    const section = [await inTransaction(a, ['aborted'], 0), end, await inTransaction(a, ['committed'], 2)];
    const batched = await fetched({ fetchOffset: 0, highWatermark: 3n, aborted: [[a, 0n]], section });
    expect(described(batched)).toEqual(['unreadable 1-1']);
    expect(batched.lastOffset()).toBe('1');
  });

  it('hides nothing behind the damaged end of its transaction if that comes first in the answer', async () => {
    const end = await transactionEnd(a, 1, 'abort');
    end[end.length - 1]! ^= 1;
    const section = [end, await inTransaction(a, ['committed'], 2)];
    const batched = await fetched({ fetchOffset: 1, highWatermark: 3n, aborted: [[a, 0n]], section });
    expect(described(batched)).toEqual(['unreadable 1-1']);
    expect(batched.lastOffset()).toBe('1');
  });

  it('stays hidden behind a message whose key only looks like a control record', async () => {
    const key = record({ key: Buffer.alloc(4), value: 'aborted', offsetDelta: 0, timestampDelta: 0, headers: {} });
    const section = [
      await inTransaction(a, ['aborted'], 0),
      signed(await batch(['x'], 1, 0, { records: [key] }), (bytes) => {
        bytes.writeInt16BE(16, 21);
        bytes.writeBigInt64BE(a, 43);
      }),
      await inTransaction(a, ['aborted too'], 2),
    ];
    expect(described(await fetched({ fetchOffset: 0, highWatermark: 3n, aborted: [[a, 0n]], section }))).toEqual([]);
  });
});
