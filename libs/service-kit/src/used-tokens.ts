import type { Connection } from 'mongoose';
import { isDuplicateKey } from './mongo';

/** Tokens that are valid for one use, and were used. All processes of a service share them. */
export interface UsedTokens {
  /** Creates the index that deletes a token some time after it has expired. */
  init(): Promise<void>;
  /** Whether this is the first use of a token. `until` is the time from which the token is refused as expired. */
  spend(id: string, until: Date): Promise<boolean>;
}

/** Processes whose clocks differ must all have refused the token as expired before it is forgotten. */
const keptLongerMs = 300_000;

/** Keeps used tokens in a service's own database, in `used_tokens`. */
export const createUsedTokens = (mongo: Connection): UsedTokens => {
  const used = mongo.collection<{ _id: string; expiresAt: Date }>('used_tokens');
  return {
    init: async () => void (await used.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 })),
    spend: async (id, until) => {
      try {
        await used.insertOne({ _id: id, expiresAt: new Date(until.getTime() + keptLongerMs) });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    },
  };
};
