import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { crc32 } from 'node:zlib';
import { followAborted, type AbortedTransaction } from './aborted-transactions';
import { endOfDamaged, endOfMisplaced, endOfOldEntry, isInPlace, isPassed, largest, type Place } from './batch-place';
import { codecOf, Malformed, mostBatchBytes, TooLarge } from './codecs';
import { batchHeader, batchHeaderBytes, filler, lastOffsetOf, recordsOf, type KafkaRecord } from './records';

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
  /** The reason, for an operator. */
  readonly reason: string;
  /** Size and hash of the bytes that the broker sent. */
  readonly size: number;
  readonly sha256: string;
  /** Whether the data may have been damaged in transit. Then it is fetched again before it is given up. */
  readonly mayPass: boolean;
  /** Whether the end is unknown because no batch follows. The next data may be unreadable through the same damage. */
  readonly isOpenEnded: boolean;
}

type Why = Pick<Unreadable, 'reason' | 'mayPass'>;

const unreadables = new WeakMap<object, Unreadable>();

/** The unreadable range that a marker message represents. Undefined for an ordinary message. */
export const unreadableOf = (message: object): Unreadable | undefined => unreadables.get(message);

/** The most records of one batch. Each record costs memory, however small it is. */
const mostBatchRecords = 250_000;

/** What one answer of a broker may still use. The rest is fetched again later, so that partitions take turns. */
export interface Budget {
  bytes: number;
  records: number;
}

export const newBudget = (): Budget => ({ bytes: mostBatchBytes, records: mostBatchRecords });

/** Where a partition is read. */
export interface Reading {
  readonly fetchOffset: bigint;
  readonly highWatermark: bigint;
  /** In any sequence. */
  readonly abortedTransactions?: readonly AbortedTransaction[];
}

/** The start of every format: offset, length, epoch or checksum, format number. */
const prefixBytes = 17;
const lengthEnds = 12;

const markerFor = (
  bytes: Buffer,
  range: { readonly first: bigint; readonly last: bigint },
  why: Why & Partial<Unreadable>,
): KafkaRecord => {
  const marker: KafkaRecord = {
    attributes: 0,
    timestamp: '0',
    offset: range.last.toString(),
    key: null,
    value: null,
    headers: {},
    isControlRecord: false,
  };
  unreadables.set(marker, {
    firstOffset: range.first.toString(),
    lastOffset: range.last.toString(),
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    isOpenEnded: false,
    ...why,
  });
  return marker;
};

/** The marker message for an offset that the broker itself cannot read. */
export const unreadAtBroker = (offset: bigint): KafkaRecord =>
  markerFor(
    Buffer.alloc(0),
    { first: offset, last: offset },
    { ...damaged('The data stored at the broker'), isOpenEnded: true },
  );

/**
 * Extends a marker's range over offsets that are skipped with it although its header says less, so that its letter
 * names them.
 */
const reachTo = (marker: object | undefined, last: bigint): void => {
  const range = marker && unreadables.get(marker);
  if (range && BigInt(range.lastOffset) < last) unreadables.set(marker, { ...range, lastOffset: last.toString() });
};

const damaged = (what: string): Why => ({ reason: `${what} is damaged`, mayPass: true });

const whyOf = (error: unknown): Why => ({
  // The message of a decoder error may contain some of the bytes, so it is not used.
  reason:
    error instanceof TooLarge
      ? `The batch holds more than ${mostBatchBytes} bytes or ${mostBatchRecords} records`
      : error instanceof Malformed
        ? error.message
        : 'The batch does not match its compression type',
  mayPass: false,
});

const isIntact = (batch: Buffer): boolean => crc32c(batch.subarray(21)) === batch.readUInt32BE(17);

/** Reads one batch of format 2. Content with a valid checksum was not damaged in transit. */
const readBatch = async (
  batch: Buffer,
  place: Place,
  budget: Budget,
  aborted: ReturnType<typeof followAborted>,
): Promise<KafkaRecord[]> => {
  const header = batchHeader(batch);
  if (isPassed(header, place)) return [];
  const { lastOffsetDelta, count, attributes } = header;
  const { next: first } = place;
  if (!isIntact(batch)) return [markerFor(batch, { first, last: endOfDamaged(header, place) }, damaged('The batch'))];
  if (!isInPlace(header, place))
    return [markerFor(batch, { first, last: endOfMisplaced(place) }, damaged('The offset of the batch'))];
  if (aborted.isAborted(header)) return [filler(header)];
  const range = { first: largest(first, header.baseOffset), last: lastOffsetOf(header) };
  const codec = codecOf(attributes);
  const unreadable = (why: Why) => [markerFor(batch, range, why)];
  if (codec === null)
    return unreadable({
      reason: `The batch names an unknown compression type (${attributes & 7})`,
      mayPass: false,
    });
  try {
    if (count > mostBatchRecords) throw new TooLarge();
    if (count < 0 || lastOffsetDelta < 0) throw new Malformed('The batch has a negative number of records');
    const compressed = batch.subarray(batchHeaderBytes);
    const bytes = codec && count > 0 ? await codec.decompress(compressed, mostBatchBytes) : compressed;
    budget.bytes -= bytes.length;
    budget.records -= count;
    const records = recordsOf(bytes, header);
    aborted.pass(header, records);
    return records;
  } catch (error) {
    return unreadable(whyOf(error));
  }
};

/**
 * Reads one entry of the formats before Kafka 0.11: a message, or a compressed set under the offset of its last
 * message.
 */
const readOldEntry = async (entry: Buffer, place: Place, budget: Budget): Promise<KafkaRecord[]> => {
  const range = { first: place.next, last: endOfOldEntry(entry.readBigInt64BE(0), place) };
  if (crc32(entry.subarray(16)) !== entry.readUInt32BE(12)) return [markerFor(entry, range, damaged('The message'))];
  const attributes = entry[prefixBytes] ?? 0;
  if (codecOf(attributes) === null)
    return [
      markerFor(entry, range, {
        reason: `The message names an unknown compression type (${attributes & 7})`,
        mayPass: false,
      }),
    ];
  try {
    const messages = await decodeMessageSet(new Decoder(entry), entry.length);
    if (messages.length === 0 || messages.some(({ offset }) => BigInt(offset) > entry.readBigInt64BE(0)))
      throw new Malformed('The offsets of a batch are not in order');
    budget.bytes -= messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    budget.records -= messages.length;
    return messages.map((message) => ({ ...message, headers: {}, isControlRecord: false }));
  } catch (error) {
    return [markerFor(entry, range, whyOf(error))];
  }
};

/**
 * The limit on the bytes that the search for a batch checks, as a multiple of the section's length. Hostile data may
 * look like a batch at every position.
 */
const mostScans = 8;

/** The base offset of the first complete batch behind damage that hides where the next batch begins. */
const firstWholeBatch = (section: Buffer, next: bigint, highWatermark: bigint): bigint | undefined => {
  let left = mostScans * section.length;
  for (let start = 1; start + batchHeaderBytes <= section.length && left > 0; start += 1) {
    if (section[start + 16] !== 2) continue;
    const end = start + lengthEnds + section.readInt32BE(start + 8);
    const base = section.readBigInt64BE(start);
    if (end < start + batchHeaderBytes || end > section.length || base <= next || base >= highWatermark) continue;
    left -= end - start;
    if (isIntact(section.subarray(start, end))) return base;
  }
  return undefined;
};

/** The marker for the rest of a section, where the start of the next batch is unknown. That part is fetched again. */
const restOf = (rest: Buffer, { next, isFirst, highWatermark }: Omit<Place, 'nextBase'>): KafkaRecord => {
  const nextBase = firstWholeBatch(rest, next, highWatermark);
  const isHeader = rest.length >= batchHeaderBytes && rest[16] === 2;
  const ofHeader = isHeader ? endOfDamaged(batchHeader(rest), { next, isFirst, nextBase, highWatermark }) : next;
  // The content of a batch may itself contain a batch, so the header decides if there is one.
  const last = isHeader || nextBase === undefined ? ofHeader : nextBase - 1n;
  const why = damaged('The data from the broker');
  return markerFor(rest, { first: next, last }, { ...why, isOpenEnded: nextBase === undefined });
};

/**
 * Decodes the records that a broker sent of one partition, without those of aborted transactions. Invalid records
 * never make it throw: a marker message (`unreadableOf`) replaces each unreadable range, and the data behind the
 * range is read.
 */
export const readSection = async (section: Buffer, reading: Reading, budget: Budget): Promise<KafkaRecord[]> => {
  const { highWatermark, abortedTransactions = [] } = reading;
  const aborted = followAborted(abortedTransactions);
  const records: KafkaRecord[] = [];
  let next = reading.fetchOffset;
  for (let start = 0; start + prefixBytes <= section.length && budget.bytes > 0 && budget.records > 0;) {
    const end = start + lengthEnds + section.readInt32BE(start + 8);
    // The limit of the fetch cut this batch off, so it is fetched again. A broker never cuts off the first batch.
    if (start > 0 && end > section.length) break;
    const format = section.readInt8(start + 16);
    const baseOffset = section.readBigInt64BE(start);
    const isWhole = end <= section.length && end - start >= (format === 2 ? batchHeaderBytes : prefixBytes + 1);
    const isKnown = format === 2 || ((format === 0 || format === 1) && baseOffset >= 0n && baseOffset < highWatermark);
    if (!isWhole || !isKnown) {
      records.push(restOf(section.subarray(start), { next, isFirst: records.length === 0, highWatermark }));
      break;
    }
    const batch = section.subarray(start, end);
    const nextBase = end + 8 <= section.length ? section.readBigInt64BE(end) : undefined;
    const place = { next, isFirst: records.length === 0, nextBase, highWatermark };
    const read = await (format === 2 ? readBatch(batch, place, budget, aborted) : readOldEntry(batch, place, budget));
    const [first] = read;
    // The offset of an old entry is that of its last message.
    if (first && !unreadableOf(first)) reachTo(records.at(-1), (format === 2 ? baseOffset : BigInt(first.offset)) - 1n);
    for (const record of read) records.push(record);
    const last = read.at(-1);
    if (last) next = largest(next, BigInt(last.offset) + 1n);
    // The unreadable batch may have ended an aborted transaction. The data behind it is fetched again, with a new list
    // of transactions.
    if (last && unreadableOf(last) && aborted.isAnyOpenBy(next - 1n)) break;
    start = end;
  }
  return records;
};
