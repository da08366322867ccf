interface Collection {
  deleteMany(filter: object): Promise<unknown>;
}

/** The document id for one buyer's contact at one connection. It contains the keyed hash of the address. */
export const buyerKey = (connectionId: string, emailHash: string): string => `${connectionId}:${emailHash}`;

/** Removes a buyer's documents from a collection that uses `buyerKey` as its id. */
export const forgetBuyerIn =
  (collection: Collection) =>
  async (connectionIds: readonly string[], emailHash: string): Promise<void> => {
    await collection.deleteMany({ _id: { $in: connectionIds.map((each) => buyerKey(each, emailHash)) } });
  };
