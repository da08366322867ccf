import type { Connection } from 'mongoose';

interface ResourceDocument {
  _id: string;
  value: string;
}

/** Ids of tags, lists and custom fields by name, as found at Constant Contact. */
export const createResourceStore = (mongo: Connection) => {
  const resources = mongo.collection<ResourceDocument>('resources');
  const keyOf = (connectionId: string, kind: string, name: string): string =>
    `${connectionId}/${kind}/${name.toLowerCase()}`;
  return {
    get: async (connectionId: string, kind: string, name: string): Promise<string | undefined> =>
      (await resources.findOne<ResourceDocument>({ _id: keyOf(connectionId, kind, name) }))?.value,
    put: async (connectionId: string, kind: string, name: string, value: string): Promise<void> => {
      await resources.updateOne({ _id: keyOf(connectionId, kind, name) }, { $set: { value } }, { upsert: true });
    },
    forget: async (connectionId: string): Promise<void> => {
      await resources.deleteMany({ _id: { $gte: `${connectionId}/`, $lt: `${connectionId}0` } });
    },
  };
};
