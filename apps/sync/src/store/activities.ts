import type { Connection } from 'mongoose';

/** A batch that Constant Contact works off in its own time. */
export interface RunningActivity {
  /**
   * What deliveries name it by: the name that was given to it before it was sent, of a file that it imports the file's.
   */
  readonly _id: string;
  readonly connectionId: string;
  /** Whether it can be found by its name: that of the file that it imports. */
  readonly isFile: boolean;
  /** Its id at Constant Contact; null as long as the answer to its beginning is not known: perhaps it never began. */
  readonly activityId: string | null;
  /**
   * Whoever sent it did not learn what became of it, or has not noted yet with the deliveries that it serves that they
   * wait for it: any that was being worked on may be one of them.
   */
  readonly untold: boolean;
  /**
   * It is over, or never began, and whoever waits for it is to be freed; `isClean` where it did all that it was asked
   * to.
   */
  readonly ended?: { readonly isClean: boolean };
  readonly startedAt: Date;
  /** When it is asked for next. */
  readonly pollAt: Date;
  readonly polls: number;
}

/** The activities whose end is not known yet. */
export const createActivityStore = (mongo: Connection) => {
  const activities = mongo.collection<RunningActivity>('activities');
  /** Those that this process is sending, or waits to send: nobody has to look for them. */
  const sending = new Set<string>();
  const underWay = (connectionId: string): Promise<RunningActivity[]> =>
    activities.find({ connectionId, ended: { $exists: false } }).toArray();
  return {
    init: async (): Promise<void> => {
      await activities.createIndex({ connectionId: 1, pollAt: 1 });
    },
    /**
     * Notes one before it is sent: whatever happens then, it is looked for before anything is done for the same
     * contacts again.
     */
    announce: async (
      of: Pick<RunningActivity, '_id' | 'connectionId' | 'isFile' | 'startedAt' | 'pollAt'>,
    ): Promise<void> => {
      sending.add(of._id);
      await activities.insertOne({ ...of, activityId: null, untold: true, polls: 0 });
    },
    /** It was answered. */
    began: async (id: string, activityId: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { activityId, pollAt } });
    },
    /** All that it serves are noted as waiting for it. */
    told: async (id: string): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { untold: false } });
    },
    /**
     * It is over. Said before anybody is freed: whoever notes afterwards that a delivery waits for it can see that
     * nobody will free that one. Only then it is forgotten.
     */
    ended: async (id: string, isClean: boolean, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { ended: { isClean }, pollAt } });
    },
    forget: async (id: string): Promise<void> => {
      await activities.deleteOne({ _id: id });
    },
    /** It is sent, or will not be. */
    sent: (id: string): void => void sending.delete(id),
    isBeingSent: (id: string): boolean => sending.has(id),
    /** An import whose answer nobody knows has been found by its file's name. */
    found: async (id: string, activityId: string): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { activityId } });
    },
    /** All of a connection, those first that are due first. */
    ofConnection: (connectionId: string): Promise<RunningActivity[]> =>
      activities.find({ connectionId }).sort({ pollAt: 1 }).toArray(),
    /** Those of a connection that are not over. */
    underWay,
    /** What those of a connection that are not over are named by. */
    namesUnderWay: async (connectionId: string): Promise<ReadonlySet<string>> =>
      new Set((await underWay(connectionId)).map(({ _id }) => _id)),
    postpone: async (id: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { pollAt }, $inc: { polls: 1 } });
    },
  };
};
