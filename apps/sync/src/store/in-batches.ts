import { chunk } from 'es-toolkit';
import type { Collection, mongo } from 'mongoose';

/** The number of documents in one command or answer. */
const atOnce = 1_000;

/** Runs a command on many items in batches, so that no command is too large for the server. */
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
  /** A condition on the document besides its id. */
  readonly onlyIf: mongo.Filter<D>;
  readonly update: mongo.UpdateFilter<D>;
}

/** The number of documents that one command changes. It is low so that other writes get their turn soon. */
export const changedAtOnce = 250;

/** Makes many writes and combines those that differ only in the id. Returns how many documents matched. */
export const writeAlike = async <D extends { readonly _id: string }>(
  collection: Pick<Collection<D>, 'updateMany' | 'bulkWrite'>,
  writes: readonly Write<D>[],
): Promise<number> => {
  // The driver's types do not accept a filter with an id added to it.
  const withId = (_id: string | { $in: string[] }, onlyIf: mongo.Filter<D>) => ({ ...onlyIf, _id }) as mongo.Filter<D>;
  const groups = new Map<string, { first: Write<D>; ids: string[] }>();
  for (const write of writes) {
    const key = JSON.stringify([write.onlyIf, write.update]);
    const group = groups.get(key);
    if (group) group.ids.push(write.id);
    else groups.set(key, { first: write, ids: [write.id] });
  }
  const singles: mongo.AnyBulkWriteOperation<D>[] = [];
  const answers: { readonly matchedCount: number }[] = [];
  for (const { first, ids } of groups.values()) {
    const { onlyIf, update } = first;
    if (ids.length === 1) singles.push({ updateOne: { filter: withId(first.id, onlyIf), update } });
    else
      answers.push(
        ...(await inBatches(
          ids,
          async (part) => [await collection.updateMany(withId({ $in: part }, onlyIf), update)],
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
