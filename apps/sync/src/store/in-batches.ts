import { chunk } from 'es-toolkit';

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

interface Write {
  readonly id: string;
  /** What must hold of the document besides its id. */
  readonly holds: object;
  readonly update: object;
}

interface Writable {
  updateMany(filter: object, update: object): Promise<{ readonly matchedCount: number }>;
  bulkWrite(operations: object[], options: { ordered: boolean }): Promise<{ readonly matchedCount: number }>;
}

/** How many documents one command changes: so few that what else is to be written has its turn soon. */
export const changedAtOnce = 250;

/**
 * Makes writes that are often the same but for the id: those that are, together. Gives how many documents were as was
 * expected.
 */
export const writeAlike = async (collection: Writable, writes: readonly Write[]): Promise<number> => {
  const groups = new Map<string, { first: Write; ids: string[] }>();
  for (const write of writes) {
    const key = JSON.stringify([write.holds, write.update]);
    const group = groups.get(key);
    if (group) group.ids.push(write.id);
    else groups.set(key, { first: write, ids: [write.id] });
  }
  const singles: object[] = [];
  const answers: { readonly matchedCount: number }[] = [];
  for (const { first, ids } of groups.values()) {
    const { holds, update } = first;
    if (ids.length === 1) singles.push({ updateOne: { filter: { _id: first.id, ...holds }, update } });
    else
      answers.push(
        ...(await inBatches(
          ids,
          async (part) => [await collection.updateMany({ _id: { $in: part }, ...holds }, update)],
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
