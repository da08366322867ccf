/** How many ids one command names. */
const atOnce = 1_000;

/** Asks for many ids in parts, so that no command is larger than a server likes it. */
export const inParts = async <T>(
  ids: readonly string[],
  ask: (part: string[]) => Promise<readonly T[]>,
  size = atOnce,
): Promise<T[]> => {
  const found: T[] = [];
  for (let start = 0; start < ids.length; start += size) found.push(...(await ask(ids.slice(start, start + size))));
  return found;
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

/** Makes writes that are often the same but for the id: those that are, together. Gives how many documents were as was expected. */
export const writeAlike = async (collection: Writable, writes: readonly Write[]): Promise<number> => {
  const groups = new Map<string, { first: Write; ids: string[] }>();
  for (const write of writes) {
    const key = JSON.stringify([write.holds, write.update]);
    const group = groups.get(key);
    if (group) group.ids.push(write.id);
    else groups.set(key, { first: write, ids: [write.id] });
  }
  let matched = 0;
  const singles: object[] = [];
  for (const { first, ids } of groups.values()) {
    if (ids.length === 1)
      singles.push({ updateOne: { filter: { _id: first.id, ...first.holds }, update: first.update } });
    else
      for (let start = 0; start < ids.length; start += changedAtOnce) {
        const filter = { _id: { $in: ids.slice(start, start + changedAtOnce) }, ...first.holds };
        matched += (await collection.updateMany(filter, first.update)).matchedCount;
      }
  }
  for (let start = 0; start < singles.length; start += changedAtOnce) {
    const part = singles.slice(start, start + changedAtOnce);
    matched += (await collection.bulkWrite(part, { ordered: false })).matchedCount;
  }
  return matched;
};
