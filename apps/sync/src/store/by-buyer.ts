interface Collection {
  deleteMany(filter: object): Promise<unknown>;
}

/** The id of what is kept of one buyer's contact at one connection: under the keyed hash of the address. */
export const buyerKey = (connectionId: string, emailHash: string): string => `${connectionId}:${emailHash}`;

/** Removes what a collection keeps of a buyer under such ids. */
export const forgetBuyerIn =
  (collection: Collection) =>
  async (connectionIds: readonly string[], emailHash: string): Promise<void> => {
    await collection.deleteMany({ _id: { $in: connectionIds.map((each) => buyerKey(each, emailHash)) } });
  };
