interface Versioned {
  readonly _id: string;
  readonly version: number;
}

interface Changeable {
  updateOne(filter: object, update: object): Promise<{ readonly matchedCount: number }>;
}

/**
 * Changes a document as it is known; gives what it is then, and undefined when somebody else has changed it meanwhile.
 */
export const changeKnown =
  <D extends Versioned>(collection: object) =>
  async (known: D, change: Partial<D>): Promise<D | undefined> => {
    const next = { ...known, ...change, version: known.version + 1 };
    const { matchedCount } = await (collection as Changeable).updateOne(
      { _id: known._id, version: known.version },
      { $set: { ...change, version: next.version } },
    );
    return matchedCount === 1 ? next : undefined;
  };
