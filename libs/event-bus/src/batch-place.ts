import { lastOffsetOf, type BatchHeader } from './records';

/** The place of a batch among the batches of a partition in one answer. */
export interface Place {
  /** The next offset to read. */
  readonly next: bigint;
  /** Whether this is the first batch of the answer. Only the first one may begin before the requested offset. */
  readonly isFirst: boolean;
  /** The base offset of the batch that follows, if there is one. */
  readonly nextBase: bigint | undefined;
  readonly highWatermark: bigint;
}

export const largest = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const smallest = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** The base offset of the following batch if it is plausible. No checksum covers it. */
const likelyNextBase = ({ next, nextBase, highWatermark }: Place): bigint | undefined =>
  nextBase !== undefined && nextBase > next && nextBase <= highWatermark ? nextBase : undefined;

/** The largest last offset that a damaged range may have: before the next batch and before the watermark. */
const furthest = (place: Place): bigint =>
  smallest(likelyNextBase(place) ?? place.highWatermark, place.highWatermark) - 1n;

/** Whether a first batch and the batch that follows agree that it ends before the requested offset. */
export const isPassed = (header: BatchHeader, { next, isFirst, nextBase }: Place): boolean =>
  isFirst && lastOffsetOf(header) < next && nextBase !== undefined && nextBase <= next;

/**
 * Whether the base offset of a batch, which no checksum covers, fits the batches around it. Compaction may have
 * removed offsets before it, but at the watermark none can be missing.
 */
export const isInPlace = (header: BatchHeader, place: Place): boolean => {
  const { baseOffset } = header;
  const last = lastOffsetOf(header);
  if (baseOffset <= place.next) return last >= place.next && (place.isFirst || baseOffset === place.next);
  return baseOffset < place.highWatermark && last < (likelyNextBase(place) ?? place.highWatermark);
};

/**
 * The last offset of a batch whose header may be damaged. It reaches only as far as all evidence agrees. That is one
 * offset if the header contradicts itself and no following batch gives a plausible base offset.
 */
export const endOfDamaged = ({ baseOffset, lastOffsetDelta, count }: BatchHeader, place: Place): bigint => {
  const isSure = likelyNextBase(place) !== undefined || (baseOffset <= place.next && lastOffsetDelta === count - 1);
  const agreed = isSure ? baseOffset + BigInt(Math.min(lastOffsetDelta, count - 1)) : place.next;
  return largest(place.next, smallest(agreed, furthest(place)));
};

/** The last offset of an entry in the formats before Kafka 0.11, whose offset is that of its last message. */
export const endOfOldEntry = (offset: bigint, place: Place): bigint =>
  largest(place.next, smallest(offset, furthest(place)));

/**
 * The last offset of a batch with an implausible base offset: the following batch decides, or else the range is one
 * offset.
 */
export const endOfMisplaced = (place: Place): bigint =>
  likelyNextBase(place) === undefined ? place.next : largest(place.next, furthest(place));
