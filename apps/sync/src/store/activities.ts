import type { Connection } from 'mongoose';

/** A batch that Constant Contact works off in its own time. */
export interface RunningActivity {
  readonly _id: string;
  readonly connectionId: string;
  readonly startedAt: Date;
  /** When it is asked for next. */
  readonly pollAt: Date;
  readonly polls: number;
}

/** The activities whose end is not known yet. */
export const createActivityStore = (mongo: Connection) => {
  const activities = mongo.collection<RunningActivity>('activities');
  return {
    init: async (): Promise<void> => {
      await activities.createIndex({ connectionId: 1, pollAt: 1 });
    },
    add: async (connectionId: string, activityId: string, now: Date, pollAt: Date): Promise<void> => {
      await activities.updateOne(
        { _id: activityId },
        { $setOnInsert: { connectionId, startedAt: now, pollAt, polls: 0 } },
        { upsert: true },
      );
    },
    /** All of a connection, those first that are due first. */
    ofConnection: (connectionId: string): Promise<RunningActivity[]> =>
      activities.find({ connectionId }).sort({ pollAt: 1 }).toArray(),
    postpone: async (activityId: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: activityId }, { $set: { pollAt }, $inc: { polls: 1 } });
    },
    end: async (activityId: string): Promise<void> => {
      await activities.deleteOne({ _id: activityId });
    },
  };
};

export type ActivityStore = ReturnType<typeof createActivityStore>;
