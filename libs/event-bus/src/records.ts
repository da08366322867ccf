import { Malformed } from './codecs';

/** A record as kafkajs returns it. */
export interface KafkaRecord {
  readonly magicByte?: number;
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, Buffer | null | (Buffer | null)[]>>;
  /** kafkajs moves past such a record without showing it to the handler. */
  readonly isControlRecord: boolean;
}

/** The header of a record batch (format 2). */
export interface BatchHeader {
  readonly baseOffset: bigint;
  readonly attributes: number;
  readonly lastOffsetDelta: number;
  readonly firstTimestamp: bigint;
  readonly maxTimestamp: bigint;
  readonly producerId: string;
  readonly count: number;
}

/** The length of a record batch's header in bytes. */
export const batchHeaderBytes = 61;

/** Reads a complete header. The batch's checksum covers everything but the base offset. */
export const batchHeader = (batch: Buffer): BatchHeader => ({
  baseOffset: batch.readBigInt64BE(0),
  attributes: batch.readInt16BE(21),
  lastOffsetDelta: batch.readInt32BE(23),
  firstTimestamp: batch.readBigInt64BE(27),
  maxTimestamp: batch.readBigInt64BE(35),
  producerId: batch.readBigInt64BE(43).toString(),
  count: batch.readInt32BE(57),
});

const logAppendTimeBit = 8;
const transactionalBit = 16;
const controlBit = 32;

/** Reads forward. At the end it throws Malformed, where kafkajs would invent records. */
class Cursor {
  constructor(
    private readonly bytes: Buffer,
    private at = 0,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new Malformed('A record is cut short');
    this.at += 1;
    return byte;
  }

  /** A zigzag varint of up to 64 bits, exact up to 53 bits. */
  number(): number {
    let [sum, scale] = [0, 1];
    for (let read = 0; read < 10; read += 1) {
      const byte = this.byte();
      sum += (byte & 127) * scale;
      if (byte < 128) return sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2;
      scale *= 128;
    }
    throw new Malformed('A number of a record is too long');
  }

  slice(length: number): Buffer {
    if (length < 0 || this.at + length > this.bytes.length) throw new Malformed('A record is cut short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  nullable(): Buffer | null {
    const length = this.number();
    return length === -1 ? null : this.slice(length);
  }
}

const headersOf = (cursor: Cursor): KafkaRecord['headers'] => {
  const headers = new Map<string, Buffer | null | (Buffer | null)[]>();
  const count = cursor.number();
  if (count < 0) throw new Malformed('A record has a negative number of headers');
  for (let index = 0; index < count; index += 1) {
    const name = cursor.slice(cursor.number()).toString('utf8');
    const value = cursor.nullable();
    const before = headers.get(name);
    headers.set(
      name,
      !headers.has(name) ? value : Array.isArray(before) ? [...before, value] : [before ?? null, value],
    );
  }
  return Object.fromEntries(headers);
};

/** The offset of the last record that the batch had when it was written. */
export const lastOffsetOf = ({ baseOffset, lastOffsetDelta }: BatchHeader): bigint =>
  baseOffset + BigInt(Math.max(0, lastOffsetDelta));

export const isTransactional = ({ attributes }: BatchHeader): boolean => (attributes & transactionalBit) > 0;

/** Whether a batch is the control record of a transaction and holds no messages. */
export const isControl = ({ attributes }: BatchHeader): boolean => (attributes & controlBit) > 0;

/** A placeholder record. It makes kafkajs move past offsets whose records are gone or must not be shown. */
export const filler = (header: BatchHeader): KafkaRecord => ({
  attributes: 0,
  timestamp: header.maxTimestamp.toString(),
  offset: lastOffsetOf(header).toString(),
  key: null,
  value: null,
  headers: {},
  isControlRecord: true,
});

/**
 * Decodes the records of a batch from its decompressed bytes. Throws Malformed if they contradict the header, because
 * a consumer would commit invented offsets. If compaction has removed the last records, a control record replaces
 * them, and kafkajs moves past it.
 */
export const recordsOf = (bytes: Buffer, header: BatchHeader): KafkaRecord[] => {
  const all = new Cursor(bytes);
  const isControlRecord = isControl(header);
  const isAppendTime = (header.attributes & logAppendTimeBit) > 0;
  const records: KafkaRecord[] = [];
  let lastDelta = -1;
  for (let index = 0; index < header.count; index += 1) {
    const cursor = new Cursor(all.slice(all.number()));
    const attributes = cursor.byte();
    const timestampDelta = cursor.number();
    const offsetDelta = cursor.number();
    if (offsetDelta <= lastDelta || offsetDelta > header.lastOffsetDelta)
      throw new Malformed('The offsets of a batch are not in order');
    lastDelta = offsetDelta;
    const timestamp = isAppendTime ? header.maxTimestamp : header.firstTimestamp + BigInt(timestampDelta);
    const key = cursor.nullable();
    const value = cursor.nullable();
    const headers = headersOf(cursor);
    if (!cursor.isAtEnd) throw new Malformed('A record is longer than its content');
    records.push({
      magicByte: 2,
      attributes,
      timestamp: timestamp.toString(),
      offset: (header.baseOffset + BigInt(offsetDelta)).toString(),
      key,
      value,
      headers,
      isControlRecord,
    });
  }
  if (!all.isAtEnd) throw new Malformed('A batch contains data beyond its records');
  if (lastDelta < header.lastOffsetDelta) records.push(filler(header));
  return records;
};
