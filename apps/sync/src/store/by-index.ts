import type { Collection } from 'mongoose';
import { chunk } from 'es-toolkit';

/** `from` is included, `to` is not. */
export interface TimeRange {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** A time as a condition on one field; none where it has no end. */
export const ofTime = (field: string, { from, to }: TimeRange): object =>
  from || to ? { [field]: { ...(from ? { $gte: from } : {}), ...(to ? { $lt: to } : {}) } } : {};

/**
 * A question in two parts: what is answered by the keys of one index, equalities and then one range, and what is asked
 * of those that it finds. To MongoDB both are one. A server that takes an index only where its keys are all that is
 * named takes it for the first part, and does not read the collection.
 */
export const byIndex = (keys: object, rest: object): object =>
  Object.keys(rest).length === 0 ? keys : { $and: [keys, { $and: [rest] }] };

/**
 * What answers a question in two parts, so many at a time: which they are is asked once, by the index; each part is
 * then read when its turn comes, without what fits no more by then.
 */
export async function* foundInParts<T>(
  collection: Pick<Collection<{ _id: string }>, 'find'>,
  keys: object,
  rest: object,
  size: number,
): AsyncGenerator<T[]> {
  const found = await collection
    .find(byIndex(keys, rest), { projection: { _id: 1 }, batchSize: size })
    .toArray();
  for (const ids of chunk(found, size))
    yield (await collection
      .find({ _id: { $in: ids.map(({ _id }) => _id) }, ...keys, ...rest }, {
        projection: { outbox: 0 },
        batchSize: size,
      })
      .toArray()) as unknown as T[];
}
