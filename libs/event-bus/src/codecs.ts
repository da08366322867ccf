import { CompressionCodecs, CompressionTypes } from 'kafkajs';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress as snappyCompress, uncompress as snappyUncompress } from 'snappy';
import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';

/**
 * The largest size of one batch after decompression, in bytes. Java producers send at most 1 MiB by default, counted
 * before compression. A batch of a few hundred bytes can claim gigabytes, and decompressing it would crash the
 * process.
 */
export const mostBatchBytes = 64 * 1024 * 1024;

/** The bytes would decompress to more than the limit. */
export class TooLarge extends Error {}

/** The bytes do not match their codec. */
export class Malformed extends Error {}

interface Codec {
  readonly name: string;
  readonly compress: (bytes: Buffer) => Promise<Buffer>;
  /** Throws TooLarge before it allocates more than `most` bytes. */
  readonly decompress: (bytes: Buffer, most: number) => Promise<Buffer>;
}

type Inflate = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const byNode =
  (inflate: Inflate) =>
  async (bytes: Buffer, most: number): Promise<Buffer> => {
    try {
      return await inflate(bytes, { maxOutputLength: most });
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw new TooLarge();
      throw error;
    }
  };

/** Reads a length of the LZ4 block format: a nibble and, if it is full, more bytes until one is not full. */
const lengthAt = (bytes: Buffer, at: number, nibble: number): { length: number; next: number } => {
  let [length, next] = [nibble, at];
  for (let more = nibble === 15 ? 255 : 0; more === 255; next += 1) {
    more = bytes[next] ?? 0;
    length += more;
  }
  return { length, next };
};

const lz4BlockSize = (block: Buffer): number => {
  let size = 0;
  for (let at = 0; at < block.length;) {
    const token = block[at] ?? 0;
    const literals = lengthAt(block, at + 1, token >> 4);
    size += literals.length;
    const offsetAt = literals.next + literals.length;
    // The last sequence of a block has no match.
    if (offsetAt >= block.length) break;
    const match = lengthAt(block, offsetAt + 2, token & 15);
    size += match.length + 4;
    at = match.next;
  }
  return size;
};

/**
 * The decompressed size of an LZ4 frame in bytes, counted from its sequences without decompressing it. A frame need
 * not state its size, and may state a wrong one.
 */
const lz4FrameSize = (frame: Buffer): number => {
  const flags = frame[4] ?? 0;
  const [hasBlockChecksums, hasContentSize, hasDictionary] = [(flags & 16) > 0, (flags & 8) > 0, (flags & 1) > 0];
  let size = 0;
  for (let at = 7 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0); at + 4 <= frame.length;) {
    const word = frame.readUInt32LE(at);
    const length = word & 0x7fff_ffff;
    if (length === 0) break;
    const isPlain = word >= 0x8000_0000;
    size += isPlain ? length : lz4BlockSize(frame.subarray(at + 4, at + 4 + length));
    at += 4 + length + (hasBlockChecksums ? 4 : 0);
  }
  return size;
};

/** The size that a Snappy block states. The decoder checks it. */
const snappySize = (block: Buffer): number => {
  let [size, scale] = [0, 1];
  for (const byte of block.subarray(0, 5)) {
    size += (byte & 127) * scale;
    if (byte < 128) return size;
    scale *= 128;
  }
  throw new Malformed('The length of a Snappy block cannot be read');
};

const xerialMagic = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const xerialHeaderBytes = 16;

/**
 * The Snappy blocks of a value. Java's client writes several in xerial's framing; other clients write a single block.
 */
const snappyBlocks = (bytes: Buffer): Buffer[] => {
  if (!bytes.subarray(0, xerialMagic.length).equals(xerialMagic)) return [bytes];
  const blocks: Buffer[] = [];
  for (let at = xerialHeaderBytes; at < bytes.length;) {
    const length = at + 4 <= bytes.length ? bytes.readInt32BE(at) : -1;
    if (length < 0 || at + 4 + length > bytes.length) throw new Malformed('A Snappy block is cut short');
    blocks.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return blocks;
};

/** Keyed by the codec number of a batch. */
const codecs: Readonly<Record<number, Codec>> = {
  [CompressionTypes.GZIP]: {
    name: 'gzip',
    compress: (bytes) => promisify<Buffer, Buffer>(gzip)(bytes),
    decompress: byNode(promisify(gunzip)),
  },
  [CompressionTypes.Snappy]: {
    name: 'snappy',
    compress: (bytes) => snappyCompress(bytes),
    decompress: async (bytes, most) => {
      const blocks = snappyBlocks(bytes);
      if (blocks.reduce((sum, block) => sum + snappySize(block), 0) > most) throw new TooLarge();
      return Buffer.concat(
        await Promise.all(blocks.map(async (block) => (await snappyUncompress(block, { asBuffer: true })) as Buffer)),
      );
    },
  },
  [CompressionTypes.LZ4]: {
    name: 'lz4',
    compress: (bytes) => compressFrame(bytes),
    decompress: async (bytes, most) => {
      if (lz4FrameSize(bytes) > most) throw new TooLarge();
      return decompressFrame(bytes);
    },
  },
  [CompressionTypes.ZSTD]: {
    name: 'zstd',
    compress: (bytes) => promisify<Buffer, Buffer>(zstdCompress)(bytes),
    decompress: byNode(promisify(zstdDecompress)),
  },
};

const codecBits = 7;

/** The codec that a batch's attributes name. Undefined for no compression, null for an unknown codec. */
export const codecOf = (attributes: number): Codec | undefined | null => {
  const id = attributes & codecBits;
  return id === 0 ? undefined : (codecs[id] ?? null);
};

/**
 * Registers with kafkajs every codec that a broker accepts, each with a size limit. kafkajs itself has only gzip,
 * without a limit.
 */
export const registerCodecs = (): void => {
  for (const [id, { compress, decompress }] of Object.entries(codecs))
    CompressionCodecs[Number(id) as keyof typeof CompressionCodecs] = () => ({
      compress: ({ buffer }: { readonly buffer: Buffer }) => compress(buffer),
      decompress: (bytes: Buffer) => decompress(bytes, mostBatchBytes),
    });
};
