import type { Connection } from 'mongoose';
import { isDuplicateKey } from './mongo';

interface FactDocument<F> {
  _id: string;
  boxOfficeId: string;
  version: number;
  fact: F;
}

/**
 * A service's own copy of another service's facts: the newest version of each, by id. `apply` is idempotent and
 * ignores versions that are not newer. It resolves with whether the copy changed.
 */
export const createFactCopy = <F extends { boxOfficeId: string; version: number }>(
  mongo: Connection,
  collection: string,
  idOf: (fact: F) => string,
) => {
  const facts = mongo.collection<FactDocument<F>>(collection);
  return {
    init: async (): Promise<void> => {
      await facts.createIndex({ boxOfficeId: 1 });
    },
    apply: async (fact: F): Promise<boolean> => {
      try {
        const { matchedCount, upsertedCount } = await facts.updateOne(
          { _id: idOf(fact), version: { $lt: fact.version } },
          { $set: { boxOfficeId: fact.boxOfficeId, version: fact.version, fact } },
          { upsert: true },
        );
        return matchedCount + upsertedCount > 0;
      } catch (error) {
        // The stored version is as new: the filter did not match it, so the upsert hit its key.
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
    byId: async (id: string): Promise<F | undefined> => (await facts.findOne({ _id: id }))?.fact,
    ofBoxOffices: async (ids: readonly string[]): Promise<F[]> =>
      (await facts.find({ boxOfficeId: { $in: [...ids] } }).toArray()).map(({ fact }) => fact),
  };
};
