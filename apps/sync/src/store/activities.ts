import type { Connection } from 'mongoose';

/** A batch that Constant Contact works off in its own time. */
export interface RunningActivity {
  /** What deliveries name it by: its id at Constant Contact, or the name of the file that it imports. */
  readonly _id: string;
  readonly connectionId: string;
  /** Its id at Constant Contact; null as long as the answer to its beginning is not known: perhaps it never began. */
  readonly activityId: string | null;
  /** Whoever sent it did not learn what became of it, or has not yet. */
  readonly unanswered: boolean;
  readonly startedAt: Date;
  /** When it is asked for next. */
  readonly pollAt: Date;
  readonly polls: number;
}

/** The activities whose end is not known yet. */
export const createActivityStore = (mongo: Connection) => {
  const activities = mongo.collection<RunningActivity>('activities');
  const add = async (id: string, given: Omit<RunningActivity, '_id' | 'polls'>): Promise<void> => {
    await activities.updateOne({ _id: id }, { $setOnInsert: { ...given, polls: 0 } }, { upsert: true });
  };
  return {
    init: async (): Promise<void> => {
      await activities.createIndex({ connectionId: 1, pollAt: 1 });
    },
    add: (connectionId: string, activityId: string, startedAt: Date, pollAt: Date): Promise<void> =>
      add(activityId, { connectionId, activityId, unanswered: false, startedAt, pollAt }),
    /** Notes the import of a file before it is sent: whatever happens then, it is looked for by the file's name before anything is sent again. */
    announce: (connectionId: string, fileName: string, startedAt: Date, pollAt: Date): Promise<void> =>
      add(fileName, { connectionId, activityId: null, unanswered: true, startedAt, pollAt }),
    /** The import of a file was answered. */
    began: async (fileName: string, activityId: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: fileName }, { $set: { activityId, pollAt, unanswered: false } });
    },
    /** An import whose answer nobody knows has been found by its file's name. */
    found: async (fileName: string, activityId: string): Promise<void> => {
      await activities.updateOne({ _id: fileName }, { $set: { activityId } });
    },
    /** All of a connection, those first that are due first. */
    ofConnection: (connectionId: string): Promise<RunningActivity[]> =>
      activities.find({ connectionId }).sort({ pollAt: 1 }).toArray(),
    postpone: async (id: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { pollAt }, $inc: { polls: 1 } });
    },
    end: async (id: string): Promise<void> => {
      await activities.deleteOne({ _id: id });
    },
  };
};

export type ActivityStore = ReturnType<typeof createActivityStore>;
