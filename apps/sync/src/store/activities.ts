import type { Connection } from 'mongoose';

/** An activity: a batch that Constant Contact processes in its own time. */
export interface RunningActivity {
  /**
   * The name by which deliveries refer to the activity. sync chooses it before sending; for a file import it is the
   * name of the file.
   */
  readonly _id: string;
  readonly connectionId: string;
  /** Whether the activity is a file import: Constant Contact lists those by file name, so the name can find it. */
  readonly isFile: boolean;
  /**
   * Its id at Constant Contact; null while sync does not know the answer to the starting call. The activity may not
   * exist.
   */
  readonly activityId: string | null;
  /**
   * True until all deliveries that it serves are recorded as waiting for it. While it is true, any delivery that was in
   * process may be one of them, for example because the sender crashed.
   */
  readonly unrecorded: boolean;
  /**
   * Set when the activity has ended, or never started, and its deliveries are still to be released. `isClean` says that
   * it did everything that it was asked to do.
   */
  readonly ended?: { readonly isClean: boolean };
  readonly startedAt: Date;
  /** The time of the next poll. */
  readonly pollAt: Date;
  readonly polls: number;
}

/** The activities whose end has not been handled yet. */
export const createActivityStore = (mongo: Connection) => {
  const activities = mongo.collection<RunningActivity>('activities');
  /** The activities that this process is sending or about to send. Nobody polls them. */
  const sending = new Set<string>();
  const underWay = (connectionId: string): Promise<RunningActivity[]> =>
    activities.find({ connectionId, ended: { $exists: false } }).toArray();
  return {
    init: async (): Promise<void> => {
      await activities.createIndex({ connectionId: 1, pollAt: 1 });
    },
    /**
     * Records an activity before the call that starts it. After a crash or a lost answer, sync looks for it before it
     * does anything else for the same contacts.
     */
    announce: async (
      of: Pick<RunningActivity, '_id' | 'connectionId' | 'isFile' | 'startedAt' | 'pollAt'>,
    ): Promise<void> => {
      sending.add(of._id);
      await activities.insertOne({ ...of, activityId: null, unrecorded: true, polls: 0 });
    },
    /** Records the id that Constant Contact answered with. */
    began: async (id: string, activityId: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { activityId, pollAt } });
    },
    /** Records that all deliveries served by the activity are saved as waiting for it. */
    recorded: async (id: string): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { unrecorded: false } });
    },
    /**
     * Marks the activity as ended, before its deliveries are released. A process that saves a waiting delivery later
     * can then see that nobody will release it. `forget` removes the activity after the release.
     */
    ended: async (id: string, isClean: boolean, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { ended: { isClean }, pollAt } });
    },
    forget: async (id: string): Promise<void> => {
      await activities.deleteOne({ _id: id });
    },
    /** This process has sent the activity, or will not send it. */
    sent: (id: string): void => void sending.delete(id),
    isBeingSent: (id: string): boolean => sending.has(id),
    /** Records the id of an import whose starting call had no answer, found by its file name. */
    found: async (id: string, activityId: string): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { activityId } });
    },
    /** All activities of a connection, the earliest poll first. */
    ofConnection: (connectionId: string): Promise<RunningActivity[]> =>
      activities.find({ connectionId }).sort({ pollAt: 1 }).toArray(),
    /** The activities of a connection that have not ended. */
    underWay,
    /** The names of the activities of a connection that have not ended. */
    namesUnderWay: async (connectionId: string): Promise<ReadonlySet<string>> =>
      new Set((await underWay(connectionId)).map(({ _id }) => _id)),
    postpone: async (id: string, pollAt: Date): Promise<void> => {
      await activities.updateOne({ _id: id }, { $set: { pollAt }, $inc: { polls: 1 } });
    },
  };
};
