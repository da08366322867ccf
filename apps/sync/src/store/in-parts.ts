/** How many ids one command names. */
const atOnce = 1_000;

/** Asks for many ids in parts, so that no command is larger than a server likes it. */
export const inParts = async <T>(
  ids: readonly string[],
  ask: (part: string[]) => Promise<readonly T[]>,
): Promise<T[]> => {
  const found: T[] = [];
  for (let start = 0; start < ids.length; start += atOnce) found.push(...(await ask(ids.slice(start, start + atOnce))));
  return found;
};

interface Write {
  readonly id: string;
  /** What must hold of the document besides its id. */
  readonly holds: object;
  readonly update: object;
}

/** The operations of a bulk that makes these writes: those that are the same but for the id are one. */
export const alike = (writes: readonly Write[]): object[] => {
  const groups = new Map<string, { first: Write; ids: string[] }>();
  for (const write of writes) {
    const key = JSON.stringify([write.holds, write.update]);
    const group = groups.get(key);
    if (group) group.ids.push(write.id);
    else groups.set(key, { first: write, ids: [write.id] });
  }
  return [...groups.values()].flatMap(({ first: { holds, update }, ids }) => {
    const parts: object[] = [];
    for (let start = 0; start < ids.length; start += atOnce) {
      const part = ids.slice(start, start + atOnce);
      parts.push(
        part.length === 1
          ? { updateOne: { filter: { _id: part[0], ...holds }, update } }
          : { updateMany: { filter: { _id: { $in: part }, ...holds }, update } },
      );
    }
    return parts;
  });
};
