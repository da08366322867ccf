import { lastOffsetOf, type BatchHeader } from './records';

/** Where a batch stands among those that a broker sent of a partition. */
export interface Place {
  /** The offset that is read next. */
  readonly next: bigint;
  /** Whether no batch was read before it: the first one may begin before what was asked for. */
  readonly isFirst: boolean;
  /** The base offset of the batch behind it, where one was sent. */
  readonly nextBase: bigint | undefined;
  readonly highWatermark: bigint;
}

export const largest = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const smallest = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** The base offset of the batch behind, where it may be right: no checksum covers it. */
const likelyNextBase = ({ next, nextBase, highWatermark }: Place): bigint | undefined =>
  nextBase !== undefined && nextBase > next && nextBase <= highWatermark ? nextBase : undefined;

/**
 * The last offset that a damaged range may have at most: it reaches neither into the next batch nor beyond the
 * watermark.
 */
const furthest = (place: Place): bigint =>
  smallest(likelyNextBase(place) ?? place.highWatermark, place.highWatermark) - 1n;

/** Whether a batch and the one behind it agree that it ends before what was asked for. */
export const isPassed = (header: BatchHeader, { next, isFirst, nextBase }: Place): boolean =>
  isFirst && lastOffsetOf(header) < next && nextBase !== undefined && nextBase <= next;

/**
 * Whether the base offset of a batch fits its neighbours: no checksum covers it. Offsets may be missing before it,
 * which compaction has removed, but none are at the watermark.
 */
export const isInPlace = (header: BatchHeader, place: Place): boolean => {
  const { baseOffset } = header;
  const last = lastOffsetOf(header);
  if (baseOffset <= place.next) return last >= place.next && (place.isFirst || baseOffset === place.next);
  return baseOffset < place.highWatermark && last < (likelyNextBase(place) ?? place.highWatermark);
};

/**
 * Where a batch ends whose header may be damaged: only as far as all signs agree, which is its first offset where the
 * batch behind says nothing and the header contradicts itself.
 */
export const endOfDamaged = ({ baseOffset, lastOffsetDelta, count }: BatchHeader, place: Place): bigint => {
  const isSure = likelyNextBase(place) !== undefined || (baseOffset <= place.next && lastOffsetDelta === count - 1);
  const agreed = isSure ? baseOffset + BigInt(Math.min(lastOffsetDelta, count - 1)) : place.next;
  return largest(place.next, smallest(agreed, furthest(place)));
};

/** Where an entry of the formats before Kafka 0.11 ends, which stands under the offset of its last message. */
export const endOfOldEntry = (offset: bigint, place: Place): bigint =>
  largest(place.next, smallest(offset, furthest(place)));

/** Where a batch ends that is not in its place: the one behind it says so, or else nobody. */
export const endOfMisplaced = (place: Place): bigint =>
  likelyNextBase(place) === undefined ? place.next : largest(place.next, furthest(place));
