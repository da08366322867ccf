import { describe, expect, it } from '@jest/globals';
import { compressFrameSync } from 'lz4-napi';
import { compressSync } from 'snappy';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { codecOf, TooLarge } from './codecs';

const xerial = (...blocks: Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]),
    ...blocks.flatMap((block) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(block.length);
      return [length, block];
    }),
  ]);

const forms: [string, number, (bytes: Buffer) => Buffer][] = [
  ['gzip', 1, (bytes) => gzipSync(bytes)],
  ['snappy', 2, (bytes) => compressSync(bytes)],
  [
    "snappy in xerial's framing",
    2,
    (bytes) => xerial(compressSync(bytes.subarray(0, 9)), compressSync(bytes.subarray(9))),
  ],
  ['lz4', 3, (bytes) => compressFrameSync(bytes)],
  ['lz4 with checksums', 3, (bytes) => compressFrameSync(bytes, { blockChecksums: true, contentChecksum: true })],
  ['zstd', 4, (bytes) => zstdCompressSync(bytes)],
];
/** Text that compresses well in some places and badly in others, with lengths that need one, two and more bytes. */
const mixed = Buffer.from(
  Array.from({ length: 3_000 }, (_, index) => `${index * 7919}${'-'.repeat(index % 600)}`).join(''),
);

describe.each(forms)('the codec %s', (_name, id, compress) => {
  const codec = codecOf(id)!;

  it.each([mixed, Buffer.alloc(0), Buffer.from('a'), Buffer.alloc(100_000)])(
    'decompresses to the original bytes',
    async (bytes) => {
      expect((await codec.decompress(compress(bytes), bytes.length + 1)).equals(bytes)).toBe(true);
    },
  );

  it('decompresses up to the limit, and not one byte more', async () => {
    const compressed = compress(mixed);
    expect(await codec.decompress(compressed, mixed.length)).toHaveLength(mixed.length);
    await expect(codec.decompress(compressed, mixed.length - 1)).rejects.toThrow(TooLarge);
  });

  it('refuses a few bytes that claim to hold millions', async () => {
    await expect(codec.decompress(compress(Buffer.alloc(8 * 1024 * 1024)), 1024 * 1024)).rejects.toThrow(TooLarge);
  });

  it.each([0, 20, 500])('throws for foreign bytes, and for bytes of which %i are missing', async (missing) => {
    await expect(codec.decompress(Buffer.from('no such bytes, whatever they are'), 1_000_000)).rejects.toThrow();
    if (missing > 0)
      await expect(codec.decompress(compress(mixed).subarray(0, -missing), 10_000_000)).rejects.toThrow();
  });
});

it('an unknown codec number differs from no compression', () => {
  expect([0, 5, 6, 7].map(codecOf)).toEqual([undefined, null, null, null]);
});
