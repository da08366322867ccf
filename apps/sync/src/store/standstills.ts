import type { Standstill } from '@boxlist/event-bus';
import type { Connection } from 'mongoose';

export interface StandstillDocument extends Omit<Standstill, 'groupId'> {
  readonly _id: string;
  readonly seenAt: Date;
}

/** How often a process records its standstills, in ms. */
export const sayEveryMs = 5_000;
/** A standstill that was not recorded for longer has ended, or its process has. */
const freshMs = 3 * sayEveryMs;

/**
 * The standstills of all processes, as their consumers see them. The process that answers GraphQL may be another one.
 */
export const createStandstillStore = (mongo: Connection) => {
  const standstills = mongo.collection<StandstillDocument>('standstills');
  return {
    init: async (): Promise<void> => {
      await standstills.createIndex({ seenAt: 1 }, { expireAfterSeconds: 60 });
    },
    say: async (all: readonly Standstill[], now: Date): Promise<void> => {
      for (const { groupId, topic, partition, since, code } of all)
        await standstills.updateOne(
          { _id: `${groupId} ${partition ?? ''}` },
          { $set: { topic, partition, since, code, seenAt: now } },
          { upsert: true },
        );
    },
    /** The present standstills, longest first, at most 100. */
    present: (now: Date): Promise<Pick<StandstillDocument, 'topic' | 'partition' | 'since' | 'code'>[]> =>
      standstills
        .find({ seenAt: { $gt: new Date(now.getTime() - freshMs) } }, { projection: { _id: 0, seenAt: 0 } })
        .sort({ since: 1 })
        .limit(100)
        .toArray(),
  };
};
