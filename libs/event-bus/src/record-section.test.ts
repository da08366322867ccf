import { beforeAll, describe, expect, it } from '@jest/globals';
import { crc32, gzipSync } from 'node:zlib';
import { batch, messageSet, moved, record, signed } from '../test/batches';
import { mostBatchBytes, registerCodecs } from './codecs';
import { newBudget, readSection, unreadableOf } from './record-section';

beforeAll(registerCodecs);

const read = (section: Buffer, fetchOffset = 0n, budget = newBudget(), highWatermark = 1_000n) =>
  readSection(section, { fetchOffset, highWatermark }, budget);

const described = async (records: ReturnType<typeof read>) =>
  (await records).map((each) => {
    const range = unreadableOf(each);
    return range
      ? `unreadable ${range.firstOffset}-${range.lastOffset}${range.mayPass ? ' for now' : ''}`
      : each.isControlRecord
        ? `nothing to ${each.offset}`
        : `${each.offset} ${String(each.value)}`;
  });

// Bytes in the content that looked like a batch decided where the damage ends, and thousands of healthy messages were
// lost with it.
it('a complete batch in the content of a batch with a broken length is not taken for the next batch', async () => {
  const outer = await batch([await batch(['x'], 900)], 100);
  outer.writeInt32BE(0x7fffffff, 8);
  const section = Buffer.concat([outer, await batch(['healthy'], 101)]);
  expect(await described(read(section, 100n))).toEqual(['unreadable 100-100 for now']);
});

describe('the data of a partition', () => {
  it.each([0, 1, 2, 3, 4])('is read in every codec (%i), with keys, headers and times', async (codec) => {
    const [first] = await read(await batch(['one', 'two'], 10, codec));
    expect(first).toMatchObject({ offset: '10', timestamp: '5', key: Buffer.from('k'), isControlRecord: false });
    expect(first?.headers).toEqual({ a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from('é') });
    expect(await described(read(await batch(['one', 'two'], 10, codec)))).toEqual(['10 one', '11 two']);
  });

  it.each([0, 1])('is read in the formats before Kafka 0.11 too (%i)', async (messageVersion) => {
    const entry = (value: string) => ({ key: 'k', value, timestamp: 5 });
    const at = (set: Buffer, offset: bigint): Buffer => (set.writeBigInt64BE(offset), set);
    const plain = at(messageSet({ messageVersion, compression: 0, entries: [entry('one')] }).buffer, 4n);
    const inner = messageSet({ messageVersion, compression: 1, entries: [entry('two'), entry('three')] }).buffer;
    const outer = messageSet({
      messageVersion,
      compression: 0,
      entries: [{ compression: 1, attributes: 1, value: gzipSync(inner), timestamp: 5 }],
    }).buffer;
    outer[17] = 1;
    outer.writeUInt32BE(crc32(outer.subarray(16)), 12);
    const whole = Buffer.concat([plain, at(outer, messageVersion === 0 ? 1n : 6n)]);
    const offsets = messageVersion === 0 ? ['0 two', '1 three'] : ['5 two', '6 three'];
    expect(await described(read(whole))).toEqual(['4 one', ...offsets]);
    whole[plain.length - 1]! ^= 1;
    // The offset of the version 0 set is lower here, so the range ends before it.
    const range = messageVersion === 0 ? '0-0' : '0-4';
    expect(await described(read(whole))).toEqual([`unreadable ${range} for now`, ...offsets]);
  });

  it('is read up to where its end is cut off', async () => {
    const [one, two] = [await batch(['one'], 0), await batch(['two'], 1)];
    for (const cut of [1, 30, two.length - 5])
      expect(await described(read(Buffer.concat([one, two.subarray(0, two.length - cut)])))).toEqual(['0 one']);
  });

  it('has a placeholder for removed offsets, so that the consumer moves past them', async () => {
    const compacted = await batch(['one'], 0, 0, { lastOffsetDelta: 4 });
    const empty = await batch([], 5, 0, { lastOffsetDelta: 2 });
    expect(await described(read(Buffer.concat([compacted, empty])))).toEqual(['0 one', 'nothing to 4', 'nothing to 7']);
  });
});

describe('an unreadable batch', () => {
  const between = async (bad: Buffer, fetchOffset = 0n) =>
    described(read(Buffer.concat([await batch(['before'], 0), bad, await batch(['behind'], 4)]), fetchOffset));
  const bad = (codec = 0) => batch(['a', 'b', 'c'], 1, codec);

  it.each([5, 6, 7])(
    'with an unknown compression (%i) is one range, and the batch behind it is read',
    async (codec) => {
      expect(await between(signed(await bad(), (bytes) => bytes.writeInt16BE(codec, 21)))).toEqual([
        '0 before',
        'unreadable 1-3',
        '4 behind',
      ]);
    },
  );

  it.each([1, 2, 3, 4])('that does not match its compression (%i) is one range', async (codec) => {
    expect(await between(signed(await bad(), (bytes) => bytes.writeInt16BE(codec, 21)))).toContain('unreadable 1-3');
  });

  it.each([
    ['its records', 70],
    ['its codec', 22],
    ['its last offset', 23],
    ['how many records it has', 57],
  ])('with damage to %s is a range that ends before the next batch and is fetched again', async (_what, at) => {
    const bytes = await bad();
    bytes[at]! ^= 1;
    expect(await between(bytes)).toEqual([
      '0 before',
      expect.stringMatching(/^unreadable 1-[123] for now$/),
      '4 behind',
    ]);
  });

  it('that was partly read before begins at the requested offset', async () => {
    const section = signed(await bad(), (bytes) => bytes.writeInt16BE(5, 21));
    expect(await described(read(section, 2n))).toEqual(['unreadable 2-3']);
  });

  it('of unknown end gives up one offset', async () => {
    for (const length of [-1, 3, 0x7f_ff_ff_ff]) {
      const bytes = await bad();
      bytes.writeInt32BE(length, 8);
      bytes.writeInt32BE(900, 57);
      expect(await described(read(bytes, 2n))).toEqual(['unreadable 2-2 for now']);
    }
  });

  // It gave up one offset at a time, with five fetches for each.
  it('with a damaged length is a range up to the end in its header, or up to the next complete batch', async () => {
    for (const length of [-1, 3, 0x7f_ff_ff_ff]) {
      const bytes = await bad();
      bytes.writeInt32BE(length, 8);
      expect(await described(read(bytes, 1n))).toEqual(['unreadable 1-3 for now']);
      bytes.writeInt32BE(900, 57);
      const section = Buffer.concat([bytes, await batch(['behind'], 4)]);
      expect(await described(read(section, 1n))).toEqual(['unreadable 1-3 for now']);
    }
  });

  it('with impossible numbers is a range: more records than it holds, or offsets beyond its own', async () => {
    for (const [at, number] of [
      [57, 4],
      [57, 2],
      [57, -1],
      [23, 1],
    ] as const)
      expect(
        await described(
          read(
            signed(await bad(), (bytes) => bytes.writeInt32BE(number, at)),
            1n,
          ),
        ),
      ).toEqual([expect.stringMatching(/^unreadable 1-\d$/)]);
  });
});

// The watermark of an answer may be older than its records, because the broker reads it first.
describe('a batch beyond the watermark of its answer', () => {
  it('is read, because its checksum is valid', async () => {
    const section = Buffer.concat([await batch(['one'], 0), await batch(['two'], 1), await batch(['three'], 2)]);
    expect(await described(read(section, 0n, newBudget(), 1n))).toEqual(['0 one', '1 two', '2 three']);
    expect(await described(read(await batch(['two'], 1), 1n, newBudget(), 1n))).toEqual(['1 two']);
  });

  it('counts as damaged if it skips offsets, because none can be missing there', async () => {
    const section = Buffer.concat([await batch(['one'], 0), moved(await batch(['two'], 1), 2n ** 50n)]);
    expect(await described(read(section))).toEqual(['0 one', 'unreadable 1-1 for now']);
  });
});

describe('a damaged range', () => {
  const claims = (bytes: Buffer, lastOffsetDelta: number, count: number): Buffer => {
    bytes.writeInt32BE(lastOffsetDelta, 23);
    bytes.writeInt32BE(count, 57);
    return bytes;
  };

  // Only the base offset of the next batch decided its end, however far away that was.
  it('ends before the watermark even if the next base offset is damaged too', async () => {
    const section = Buffer.concat([claims(await batch(['a', 'b'], 1), 999, 1_000), Buffer.alloc(30, 0x7f)]);
    expect(await described(read(section, 1n, newBudget(), 3n))).toEqual(['unreadable 1-2 for now']);
  });

  it('is one offset if its header contradicts itself and no batch follows', async () => {
    const bytes = claims(await batch(['a', 'b'], 1), 0x7f_ff_ff_ff, 0x7f_ff_ff_f0);
    expect(await described(read(bytes, 1n))).toEqual(['unreadable 1-1 for now']);
  });

  it('ends before the next batch', async () => {
    const section = Buffer.concat([claims(await batch(['a', 'b'], 1), 999, 1_000), await batch(['behind'], 3)]);
    expect(await described(read(section, 1n))).toEqual(['unreadable 1-2 for now', '3 behind']);
  });

  it('begins at the requested offset and is one offset if its own base offset may be damaged', async () => {
    const bytes = moved(await batch(['a'], 1), 900n);
    bytes[bytes.length - 1]! ^= 1;
    expect(await described(read(bytes, 1n))).toEqual(['unreadable 1-1 for now']);
  });
});

// No checksum covers a base offset. A flipped bit made a consumer commit an offset far ahead, or skip a message as
// already read.
describe('a base offset', () => {
  const [one, two, three] = [batch(['one'], 1), batch(['two'], 2), batch(['three'], 3)];
  const sectionOf = async (...batches: Promise<Buffer>[]) => Buffer.concat(await Promise.all(batches));
  const at = async (base: bigint, bytes: Promise<Buffer>) => moved(Buffer.from(await bytes), base);

  it('beyond the next one is damaged', async () => {
    const section = await sectionOf(at(900n, one), two);
    expect(await described(read(section, 1n))).toEqual(['unreadable 1-1 for now', '2 two']);
    const second = await sectionOf(one, at(900n, two), three);
    expect(await described(read(second, 1n))).toEqual(['1 one', 'unreadable 2-2 for now', '3 three']);
  });

  it.each([0n, 1n])('before the end of the last batch (%s) is damaged', async (base) => {
    const section = await sectionOf(one, at(base, two), three);
    expect(await described(read(section, 1n))).toEqual(['1 one', 'unreadable 2-2 for now', '3 three']);
  });

  it('of a first batch that would end before the requested offset is damaged', async () => {
    const section = await sectionOf(at(0n, two), three);
    expect(await described(read(section, 2n))).toEqual(['unreadable 2-2 for now', '3 three']);
  });

  it('that is damaged does not affect the batch before it', async () => {
    const several = batch(['a', 'b', 'c'], 1);
    for (const base of [0n, 2n, 2n ** 60n]) {
      const section = await sectionOf(several, at(base, batch(['d'], 4)), batch(['e'], 5));
      expect(await described(read(section, 2n))).toEqual(['1 a', '2 b', '3 c', 'unreadable 4-4 for now', '5 e']);
    }
  });

  it('behind a damaged batch decides how far that batch reaches, if its own header says less', async () => {
    const damaged = Buffer.from(await batch(['a', 'b', 'c', 'd'], 1));
    damaged.writeInt32BE(1, 57);
    const section = Buffer.concat([damaged, await batch(['e'], 5)]);
    expect(await described(read(section, 1n))).toEqual(['unreadable 1-4 for now', '5 e']);
    expect(await described(read(section, 3n))).toEqual(['unreadable 3-4 for now', '5 e']);
  });

  it('may leave out offsets that compaction has removed', async () => {
    const section = await sectionOf(one, batch(['nine'], 9), batch(['twenty'], 20));
    expect(await described(read(section, 0n))).toEqual(['1 one', '9 nine', '20 twenty']);
  });

  it('of a complete batch before the requested offset is skipped', async () => {
    expect(await described(read(await sectionOf(one, two, three), 3n))).toEqual(['3 three']);
  });
});

describe('data that needs more memory than allowed', () => {
  it('is a range if a batch has too many records', async () => {
    const tiny = record({ value: null, key: null }).buffer;
    const many = gzipSync(Buffer.concat(Array.from({ length: 300_000 }, () => tiny)));
    const bytes = Buffer.concat([await batch([], 0, 0, { lastOffsetDelta: 299_999 }), many]);
    bytes.writeInt32BE(bytes.length - 12, 8);
    bytes.writeInt32BE(300_000, 57);
    expect(await described(read(signed(bytes, () => bytes.writeInt16BE(1, 21))))).toEqual(['unreadable 0-299999']);
  });

  it('is read in several answers if batches are too large only together', async () => {
    const value = 'x'.repeat(mostBatchBytes / 4);
    const six = Buffer.concat(await Promise.all(Array.from({ length: 6 }, (_, index) => batch([value], index, 1))));
    const budget = newBudget();
    expect(await read(six, 0n, budget)).toHaveLength(4);
    expect(await read(six, 0n, budget)).toHaveLength(0);
    expect((await read(six, 4n)).at(-1)?.offset).not.toBe('0');
  });
});
