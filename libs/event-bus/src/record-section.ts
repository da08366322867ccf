import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import { codecOf, Malformed, mostBatchBytes, TooLarge } from './codecs';
import { batchHeader, batchHeaderBytes, contextOf, recordsOf, type KafkaRecord } from './records';

const inKafkajs = createRequire(__filename);
const crc32c = inKafkajs('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;
const decodeMessageSet = inKafkajs('kafkajs/src/protocol/messageSet/decoder') as (
  decoder: object,
  size: number,
) => Promise<KafkaRecord[]>;
const Decoder = inKafkajs('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;

/** A range of a partition that cannot be read. */
export interface Unreadable {
  readonly firstOffset: string;
  readonly lastOffset: string;
  /** Why, for an operator. */
  readonly reason: string;
  /** Of the bytes as the broker sent them. */
  readonly size: number;
  readonly sha256: string;
  /** It may have been damaged on its way: to be fetched again before it is given up. */
  readonly mayPass: boolean;
}

const unreadables = new WeakMap<object, Unreadable>();

/** The range for which a message stands, where it stands for one that cannot be read. */
export const unreadableOf = (message: object): Unreadable | undefined => unreadables.get(message);

/** The most records that one batch may have: each costs memory however small it is. */
const mostBatchRecords = 250_000;

/** What one answer of a broker may still take. What does not fit is left, and fetched again: partitions take turns. */
export interface Budget {
  bytes: number;
  records: number;
}

export const newBudget = (): Budget => ({ bytes: mostBatchBytes, records: mostBatchRecords });

/** Where a partition is read. */
export interface Reading {
  readonly fetchOffset: bigint;
  readonly highWatermark: bigint;
}

/** Offset, length, epoch or checksum, format: what every format begins with. */
const prefixBytes = 17;
const lengthEnds = 12;
const largest = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const smallest = (one: bigint, other: bigint): bigint => (one < other ? one : other);

const noContext = { producerId: '-1', inTransaction: false };

const markerFor = (
  bytes: Buffer,
  range: { readonly first: bigint; readonly last: bigint },
  why: Pick<Unreadable, 'reason' | 'mayPass'>,
  batchContext: KafkaRecord['batchContext'] = noContext,
): KafkaRecord => {
  const marker: KafkaRecord = {
    attributes: 0,
    timestamp: '0',
    offset: range.last.toString(),
    key: null,
    value: null,
    headers: {},
    isControlRecord: false,
    batchContext,
  };
  unreadables.set(marker, {
    firstOffset: range.first.toString(),
    lastOffset: range.last.toString(),
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    ...why,
  });
  return marker;
};

/** What stands for an offset of which the broker says itself that it cannot read it. */
export const unreadAtBroker = (offset: bigint): KafkaRecord =>
  markerFor(Buffer.alloc(0), { first: offset, last: offset }, damaged('What the broker has stored'));

const damaged = (what: string) => ({ reason: `${what} is damaged`, mayPass: true });

const whyOf = (error: unknown): Pick<Unreadable, 'reason' | 'mayPass'> => ({
  // What a decoder says may hold a part of the bytes.
  reason:
    error instanceof TooLarge
      ? `The batch holds more than ${mostBatchBytes} bytes or ${mostBatchRecords} records`
      : error instanceof Malformed
        ? error.message
        : 'The batch is not what its compression says',
  mayPass: false,
});

/** One batch of format 2. What its checksum vouches for cannot have been damaged on the way. */
const readBatch = async (
  batch: Buffer,
  nextBase: bigint | undefined,
  { fetchOffset, highWatermark }: Reading,
  budget: Budget,
): Promise<KafkaRecord[]> => {
  const header = batchHeader(batch);
  const { baseOffset, lastOffsetDelta, count, attributes } = header;
  const first = largest(fetchOffset, baseOffset);
  if (crc32c(batch.subarray(21)) !== batch.readUInt32BE(17)) {
    // Only as far as all signs agree: what stands behind it is not lost with it.
    const agreed = baseOffset + BigInt(Math.max(0, Math.min(lastOffsetDelta, count - 1)));
    const last = smallest(agreed, nextBase === undefined ? highWatermark - 1n : nextBase - 1n);
    return [markerFor(batch, { first, last: largest(first, last) }, damaged('The batch'))];
  }
  const range = { first, last: largest(first, baseOffset + BigInt(lastOffsetDelta)) };
  const codec = codecOf(attributes);
  const unreadable = (why: Pick<Unreadable, 'reason' | 'mayPass'>) => [markerFor(batch, range, why, contextOf(header))];
  if (codec === null)
    return unreadable({
      reason: `The batch names a compression that is not known (${attributes & 7})`,
      mayPass: false,
    });
  try {
    if (count > mostBatchRecords) throw new TooLarge();
    if (count < 0 || lastOffsetDelta < 0) throw new Malformed('The batch has a negative number of records');
    const compressed = batch.subarray(batchHeaderBytes);
    const bytes = codec && count > 0 ? await codec.decompress(compressed, mostBatchBytes) : compressed;
    budget.bytes -= bytes.length;
    budget.records -= count;
    return recordsOf(bytes, header);
  } catch (error) {
    return unreadable(whyOf(error));
  }
};

/** One entry of the formats before Kafka 0.11: a message, or a compressed set of them under the offset of the last. */
const readOldEntry = async (
  entry: Buffer,
  { fetchOffset, highWatermark }: Reading,
  budget: Budget,
): Promise<KafkaRecord[]> => {
  const last = smallest(entry.readBigInt64BE(0), highWatermark - 1n);
  const range = { first: fetchOffset, last: largest(fetchOffset, last) };
  if (crc32(entry.subarray(16)) !== entry.readUInt32BE(12)) return [markerFor(entry, range, damaged('The message'))];
  const attributes = entry[prefixBytes] ?? 0;
  if (codecOf(attributes) === null)
    return [
      markerFor(entry, range, {
        reason: `The message names a compression that is not known (${attributes & 7})`,
        mayPass: false,
      }),
    ];
  try {
    const messages = await decodeMessageSet(new Decoder(entry), entry.length);
    if (messages.length === 0 || messages.some(({ offset }) => BigInt(offset) > entry.readBigInt64BE(0)))
      throw new Malformed('The offsets of a batch are not in order');
    budget.bytes -= messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    budget.records -= messages.length;
    return messages.map((message) => ({ ...message, headers: {}, isControlRecord: false, batchContext: noContext }));
  } catch (error) {
    return [markerFor(entry, range, whyOf(error))];
  }
};

/**
 * Decodes the records that a broker sent of one partition. Never throws for them: a marker message (`unreadableOf`)
 * takes the place of each range that cannot be read, and the ranges behind it are read.
 */
export const readSection = async (section: Buffer, reading: Reading, budget: Budget): Promise<KafkaRecord[]> => {
  const records: KafkaRecord[] = [];
  let { fetchOffset } = reading;
  for (let start = 0; start + prefixBytes <= section.length && budget.bytes > 0 && budget.records > 0;) {
    const end = start + lengthEnds + section.readInt32BE(start + 8);
    // What a limit of the fetch cut off is fetched again. A broker sends no first batch that is cut off.
    if (start > 0 && end > section.length) break;
    const format = section.readInt8(start + 16);
    const baseOffset = section.readBigInt64BE(start);
    const isWhole = end <= section.length && end - start >= (format === 2 ? batchHeaderBytes : prefixBytes + 1);
    if (!isWhole || baseOffset < 0n || baseOffset >= reading.highWatermark || format < 0 || format > 2) {
      // Nothing tells where the next batch begins: one offset is given up, and the rest is fetched again.
      const why = damaged('What the broker sent');
      records.push(markerFor(section.subarray(start), { first: fetchOffset, last: fetchOffset }, why));
      break;
    }
    const batch = section.subarray(start, end);
    const nextBase = end + 8 <= section.length ? section.readBigInt64BE(end) : undefined;
    const here = { ...reading, fetchOffset };
    const read = format === 2 ? readBatch(batch, nextBase, here, budget) : readOldEntry(batch, here, budget);
    for (const record of await read) records.push(record);
    fetchOffset = largest(fetchOffset, BigInt(records.at(-1)?.offset ?? fetchOffset) + 1n);
    start = end;
  }
  return records;
};
