import { createRequire } from 'node:module';

const inKafkajs = createRequire(__filename);
interface Encoded {
  readonly buffer: Buffer;
}
type Encode = (entry: object) => Encoded;
const { RecordBatch } = inKafkajs('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: object) => Promise<Encoded>;
};
export const record = inKafkajs('kafkajs/src/protocol/recordBatch/record/v0') as Encode;
export const messageSet = inKafkajs('kafkajs/src/protocol/messageSet') as Encode;
export const crc32c = inKafkajs('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

/** A batch of texts at an offset, in a codec, as kafkajs writes it. */
export const batch = async (
  values: readonly (string | Buffer)[],
  firstOffset: number,
  compression = 0,
  given: object = {},
): Promise<Buffer> =>
  (
    await RecordBatch({
      compression,
      firstOffset,
      firstTimestamp: 5,
      maxTimestamp: 9,
      lastOffsetDelta: values.length - 1,
      records: values.map((value, offsetDelta) =>
        record({ offsetDelta, timestampDelta: offsetDelta, key: 'k', value, headers: { a: ['1', '2'], b: 'é' } }),
      ),
      ...given,
    })
  ).buffer;

/** A batch that is changed before its checksum is computed. */
export const signed = (bytes: Buffer, change: (bytes: Buffer) => void): Buffer => {
  change(bytes);
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
  return bytes;
};

/** A batch with another base offset, which no checksum covers. */
export const moved = (bytes: Buffer, offset: bigint): Buffer => (bytes.writeBigInt64BE(offset), bytes);

const transactionalBit = 16;
const controlBit = 32;

/** A batch of a transactional producer. */
export const inTransaction = async (producer: bigint, values: string[], firstOffset: number): Promise<Buffer> =>
  signed(await batch(values, firstOffset), (bytes) => {
    bytes.writeInt16BE(transactionalBit, 21);
    bytes.writeBigInt64BE(producer, 43);
  });

/** The control record that ends a transaction. */
export const transactionEnd = async (producer: bigint, offset: number, end: 'abort' | 'commit'): Promise<Buffer> => {
  const key = Buffer.from([0, 0, 0, end === 'abort' ? 0 : 1]);
  const control = record({ offsetDelta: 0, timestampDelta: 0, key, value: Buffer.alloc(6), headers: {} });
  return signed(await batch(['x'], offset, 0, { records: [control] }), (bytes) => {
    bytes.writeInt16BE(transactionalBit | controlBit, 21);
    bytes.writeBigInt64BE(producer, 43);
  });
};
