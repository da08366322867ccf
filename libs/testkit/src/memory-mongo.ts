import type { Connection } from 'mongoose';
import { begunBy, change, copyOf, matches, projected, sorted, type Doc } from './memory-documents';

type Sort = Readonly<Record<string, 1 | -1>>;
type Projection = Readonly<Record<string, 0 | 1>>;

/** Wraps each call from a caller to the database; each call to the server goes through it once. */
export type Gate = <T>(name: string, act: () => T) => Promise<T>;

interface UpdateModel {
  readonly updateOne: { readonly filter: Doc; readonly update: Doc; readonly upsert?: boolean };
}

class WriteError extends Error {
  readonly code = 11_000;
  constructor(readonly writeErrors: readonly { readonly code: number; readonly index: number }[]) {
    super('E11000 duplicate key error');
    this.name = 'MongoBulkWriteError';
  }
}

/** The documents of one collection, and the changes that a server makes to them. */
const createStored = (changed: (document: Doc) => void, removed: (count: number) => void) => {
  const documents = new Map<string, Doc>();
  const found = (filter: Doc): Doc[] => {
    const id = filter._id;
    const keys =
      typeof id === 'string'
        ? [id]
        : typeof id === 'object' && id !== null && '$in' in id
          ? [...new Set(id.$in as string[])]
          : undefined;
    const all: Doc[] = keys
      ? keys.map((key) => documents.get(key)).filter((document) => document !== undefined)
      : [...documents.values()];
    return all.filter((document) => matches(document, filter));
  };
  const insert = (document: Doc): boolean => {
    const id = document._id as string;
    if (documents.has(id)) return false;
    documents.set(id, copyOf(document));
    changed(document);
    return true;
  };
  const update = (document: Doc, by: Doc): number => {
    const isChanged = change(document, by);
    if (isChanged) changed(document);
    return Number(isChanged);
  };
  return {
    documents,
    found,
    insert,
    update,
    updateFirst: (filter: Doc, by: Doc, upsert = false) => {
      const [first] = found(filter);
      if (first) return { matchedCount: 1, modifiedCount: update(first, by), upsertedCount: 0 };
      if (!upsert) return { matchedCount: 0, modifiedCount: 0, upsertedCount: 0 };
      const begun = begunBy(filter);
      change(begun, by, true);
      if (!insert(begun)) throw new WriteError([{ code: 11_000, index: 0 }]);
      return { matchedCount: 0, modifiedCount: 0, upsertedCount: 1 };
    },
    remove: (filter: Doc, most = Infinity): { deletedCount: number } => {
      const gone = found(filter).slice(0, most);
      for (const { _id } of gone) documents.delete(_id as string);
      removed(gone.length);
      return { deletedCount: gone.length };
    },
  };
};

type Stored = ReturnType<typeof createStored>;

/** The reads of the driver's collection. */
const readsOf = (name: string, { found }: Stored, gate: Gate) => ({
  find: (filter: Doc, options: { projection?: Projection; limit?: number } = {}) => {
    let order: Sort = {};
    let skipped = 0;
    let most = options.limit ?? Infinity;
    const cursor = {
      sort: (by: Sort) => ((order = by), cursor),
      skip: (count: number) => ((skipped = count), cursor),
      limit: (count: number) => ((most = count), cursor),
      toArray: (): Promise<Doc[]> =>
        gate(`${name}.find`, () =>
          sorted(found(filter), order)
            .slice(skipped, skipped + most)
            .map((document) => projected(document, options.projection)),
        ),
      async *[Symbol.asyncIterator]() {
        yield* await cursor.toArray();
      },
    };
    return cursor;
  },
  findOne: (filter: Doc, options: { projection?: Projection } = {}) =>
    gate(`${name}.findOne`, () => {
      const [first] = found(filter);
      return first ? projected(first, options.projection) : null;
    }),
  countDocuments: (filter: Doc, { limit = Infinity }: { limit?: number } = {}) =>
    gate(`${name}.countDocuments`, () => Math.min(limit, found(filter).length)),
  distinct: (field: string, filter: Doc) =>
    gate(`${name}.distinct`, () => [...new Set(found(filter).map((document) => document[field]))]),
});

/** The writes of the driver's collection. */
const writesOf = (name: string, { found, insert, update, updateFirst, remove }: Stored, gate: Gate) => ({
  createIndex: async () => name,
  findOneAndUpdate: (
    filter: Doc,
    by: Doc,
    { sort = {}, returnDocument = 'before' }: { sort?: Sort; returnDocument?: 'before' | 'after' } = {},
  ) =>
    gate(`${name}.findOneAndUpdate`, () => {
      const [first] = sorted(found(filter), sort);
      if (!first) return null;
      const before = copyOf(first);
      update(first, by);
      return returnDocument === 'before' ? before : copyOf(first);
    }),
  insertOne: (document: Doc) =>
    gate(`${name}.insertOne`, () => {
      if (!insert(document)) throw new WriteError([{ code: 11_000, index: 0 }]);
    }),
  insertMany: (fresh: readonly Doc[]) =>
    gate(`${name}.insertMany`, () => {
      const refused = fresh.flatMap((document, index) => (insert(document) ? [] : [{ code: 11_000, index }]));
      if (refused.length > 0) throw new WriteError(refused);
    }),
  updateOne: (filter: Doc, by: Doc, { upsert }: { upsert?: boolean } = {}) =>
    gate(`${name}.updateOne`, () => updateFirst(filter, by, upsert)),
  updateMany: (filter: Doc, by: Doc) =>
    gate(`${name}.updateMany`, () => {
      const all = found(filter);
      return { matchedCount: all.length, modifiedCount: all.reduce((sum, each) => sum + update(each, by), 0) };
    }),
  bulkWrite: (writes: readonly UpdateModel[]) =>
    gate(`${name}.bulkWrite`, () => {
      const refused: { code: number; index: number }[] = [];
      let matchedCount = 0;
      writes.forEach(({ updateOne: { filter, update: by, upsert } }, index) => {
        try {
          matchedCount += updateFirst(filter, by, upsert).matchedCount;
        } catch (error) {
          if (!(error instanceof WriteError)) throw error;
          refused.push({ code: 11_000, index });
        }
      });
      if (refused.length > 0) throw new WriteError(refused);
      return { matchedCount };
    }),
  deleteOne: (filter: Doc) => gate(`${name}.deleteOne`, () => remove(filter, 1)),
  deleteMany: (filter: Doc) => gate(`${name}.deleteMany`, () => remove(filter)),
});

/**
 * A MongoDB server in memory, with the commands and operators that the stores use; any other throws. Each call is
 * atomic, `_id` is the only unique key, and indexes have no effect. `written` gets each document after each change.
 */
export const createMemoryMongo = (written: (collection: string, document: Doc) => void = () => undefined) => {
  const collections = new Map<string, Stored>();
  /** Grows with each change of any document. */
  let changes = 0;

  const storedIn = (name: string): Stored => {
    let found = collections.get(name);
    if (!found) {
      found = createStored(
        (document) => {
          changes += 1;
          written(name, document);
        },
        (count) => (changes += count),
      );
      collections.set(name, found);
    }
    return found;
  };
  const open = (name: string, gate: Gate) => {
    const stored = storedIn(name);
    return { ...readsOf(name, stored, gate), ...writesOf(name, stored, gate) };
  };

  return {
    /** The connection of one process, all of whose calls go through a gate. */
    connect: (gate: Gate): Connection => ({ collection: (name: string) => open(name, gate) }) as unknown as Connection,
    /** The documents themselves, not copies: read only. */
    all: <T = Doc>(collection: string): T[] => [...storedIn(collection).documents.values()] as T[],
    collections: (): string[] => [...collections.keys()],
    changes: (): number => changes,
  };
};

export type MemoryMongo = ReturnType<typeof createMemoryMongo>;
