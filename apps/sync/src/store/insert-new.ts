import { inBatches } from './in-batches';

interface Collection<D> {
  insertMany(documents: readonly D[], options: { ordered: boolean }): Promise<unknown>;
}

/**
 * Inserts the documents whose id is new; returns the ids that already exist. One round trip has `atOnce` documents, a
 * thousand by default.
 */
export const insertNew = <D extends { _id: string }>(
  collection: Collection<D>,
  documents: readonly D[],
  atOnce?: number,
): Promise<string[]> => inBatches(documents, (part) => insertSome(collection, part), atOnce);

const insertSome = async <D extends { _id: string }>(
  collection: Collection<D>,
  documents: readonly D[],
): Promise<string[]> => {
  try {
    await collection.insertMany(documents, { ordered: false });
    return [];
  } catch (error) {
    const errors = writeErrorsOf(error);
    if (errors.length === 0 || errors.some(({ code }) => code !== 11000)) throw error;
    return errors.flatMap(({ index }) => documents[index]?._id ?? []);
  }
};

const writeErrorsOf = (error: unknown): { code?: number; index: number }[] =>
  typeof error === 'object' && error !== null && 'writeErrors' in error
    ? ([error.writeErrors].flat() as { code?: number; index: number }[])
    : [];
