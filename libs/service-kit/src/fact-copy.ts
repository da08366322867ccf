import type { Connection } from 'mongoose';
import type { Log } from './log';
import { isDuplicateKey } from './mongo';
import { counter } from './telemetry';

interface FactDocument<F> {
  _id: string;
  boxOfficeId: string;
  version: number;
  fact: F;
}

/** What became of a fact: stored, not newer than the stored one, or about a thing of another box office. */
type Applied = 'stored' | 'known' | 'foreign';

const refusals = counter('boxlist_facts_refused_total', 'Facts that name another box office than before, by topic');

/** Reports a fact that `apply` called foreign. Returns the reason for its dead letter. */
export const foreignFact = (log: Pick<Log, 'warn'>, topic: string, key: string, boxOfficeId: string) => {
  refusals({ topic });
  log.warn({ topic, key, boxOfficeId }, 'fact.refused');
  return { code: 'FOREIGN_TENANT', reason: 'An earlier event of the same id names another box office' };
};

/**
 * A service's own copy of another service's facts: the newest version of each, by id. `apply` is idempotent and
 * ignores versions that are not newer. Nothing ever moves to another box office, so it also ignores a fact that names
 * another box office than the stored one, whatever its version.
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
    apply: async (fact: F): Promise<Applied> => {
      const _id = idOf(fact);
      try {
        await facts.updateOne(
          { _id, boxOfficeId: fact.boxOfficeId, version: { $lt: fact.version } },
          { $set: { version: fact.version, fact } },
          { upsert: true },
        );
        return 'stored';
      } catch (error) {
        // The filter did not match the stored fact, so the upsert hit its key.
        if (!isDuplicateKey(error)) throw error;
        return (await facts.findOne({ _id }))?.boxOfficeId === fact.boxOfficeId ? 'known' : 'foreign';
      }
    },
    byIds: async (ids: readonly string[]): Promise<F[]> =>
      (await facts.find({ _id: { $in: [...ids] } }).toArray()).map(({ fact }) => fact),
    byId: async (id: string): Promise<F | undefined> => (await facts.findOne({ _id: id }))?.fact,
    ofBoxOffices: async (ids: readonly string[]): Promise<F[]> =>
      (await facts.find({ boxOfficeId: { $in: [...ids] } }).toArray()).map(({ fact }) => fact),
  };
};
