import type { Connection } from 'mongoose';

/** The workflows that were matched with the orders from before their first fact. */
export const createJoinStore = (mongo: Connection) => {
  const joins = mongo.collection<{ _id: string; at: Date }>('joins');
  return {
    isJoined: async (workflowId: string): Promise<boolean> => (await joins.findOne({ _id: workflowId })) !== null,
    joined: async (workflowId: string, at: Date): Promise<void> => {
      await joins.updateOne({ _id: workflowId }, { $setOnInsert: { at } }, { upsert: true });
    },
  };
};
