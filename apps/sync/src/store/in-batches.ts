import { chunk } from 'es-toolkit';
import type { Collection, mongo } from 'mongoose';

/** How many documents one command names, or brings. */
const atOnce = 1_000;

/** Does with many things part by part what one command does, so that none is larger than a server likes it. */
export const inBatches = async <I, T>(
  items: readonly I[],
  command: (part: I[]) => Promise<readonly T[]>,
  size = atOnce,
): Promise<T[]> => {
  const answers: T[] = [];
  for (const part of chunk(items, size)) answers.push(...(await command(part)));
  return answers;
};

interface Write<D> {
  readonly id: string;
  /** What must hold of the document besides its id. */
  readonly holds: mongo.Filter<D>;
  readonly update: mongo.UpdateFilter<D>;
}

/** How many documents one command changes: so few that what else is to be written has its turn soon. */
export const changedAtOnce = 250;

/**
 * Makes writes that are often the same but for the id: those that are, together. Gives how many documents were as was
 * expected.
 */
export const writeAlike = async <D extends { readonly _id: string }>(
  collection: Pick<Collection<D>, 'updateMany' | 'bulkWrite'>,
  writes: readonly Write<D>[],
): Promise<number> => {
  // The types of the driver do not see that a filter with an id is one.
  const withId = (_id: string | { $in: string[] }, holds: mongo.Filter<D>) => ({ ...holds, _id }) as mongo.Filter<D>;
  const groups = new Map<string, { first: Write<D>; ids: string[] }>();
  for (const write of writes) {
    const key = JSON.stringify([write.holds, write.update]);
    const group = groups.get(key);
    if (group) group.ids.push(write.id);
    else groups.set(key, { first: write, ids: [write.id] });
  }
  const singles: mongo.AnyBulkWriteOperation<D>[] = [];
  const answers: { readonly matchedCount: number }[] = [];
  for (const { first, ids } of groups.values()) {
    const { holds, update } = first;
    if (ids.length === 1) singles.push({ updateOne: { filter: withId(first.id, holds), update } });
    else
      answers.push(
        ...(await inBatches(
          ids,
          async (part) => [await collection.updateMany(withId({ $in: part }, holds), update)],
          changedAtOnce,
        )),
      );
  }
  answers.push(
    ...(await inBatches(
      singles,
      async (part) => [await collection.bulkWrite(part, { ordered: false })],
      changedAtOnce,
    )),
  );
  return answers.reduce((sum, { matchedCount }) => sum + matchedCount, 0);
};
