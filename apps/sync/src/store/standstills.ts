import type { Standstill } from '@boxlist/event-bus';
import type { Connection } from 'mongoose';

interface StandstillDocument extends Omit<Standstill, 'groupId'> {
  readonly _id: string;
  readonly seenAt: Date;
}

/** How often a process says what stands still at it. */
export const sayEveryMs = 5_000;
/** What nobody has said for longer is over, or its process is. */
const freshMs = 3 * sayEveryMs;

/** What stands still at any process, as its consumers see it: the process that answers the graph may be another. */
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
    /** Those of now, the longest first. */
    present: (now: Date): Promise<Pick<StandstillDocument, 'topic' | 'partition' | 'since' | 'code'>[]> =>
      standstills
        .find({ seenAt: { $gt: new Date(now.getTime() - freshMs) } }, { projection: { _id: 0, seenAt: 0 } })
        .sort({ since: 1 })
        .toArray(),
  };
};
