import type { Collection } from 'mongoose';
import { mayHaveWritten, type AddedResources, type Delivery, type EndedDelivery } from '../domain/delivery';
import type { EndReasonOf } from '../domain/delivery-states';
import { deliveryFrom, type DeliveryDocument } from './delivery-document';
import { inBatches } from './in-batches';
import { withoutOutbox } from './open-deliveries';

type Contact = Pick<Delivery, 'boxOfficeId' | 'connectionId'>;

const standing = [
  'emailHash',
  'connectionId',
  'orderKey',
  'workflowId',
  'status',
  'added',
  'claimed',
  'uncertain',
  'undoesOrder',
  'readyAt',
  'activityIds',
  'createdAt',
] as const satisfies (keyof DeliveryDocument)[];
/** The fields of a delivery that matter for its contact. */
type Standing = Pick<DeliveryDocument, '_id' | (typeof standing)[number]>;
/** The fields that say which activities or calls may be under way for the contact of a delivery. */
export type Involved = Pick<
  DeliveryDocument,
  '_id' | 'emailHash' | 'activityIds' | 'uncertain' | 'claimed' | 'createdAt'
>;
const standingOnly = { projection: Object.fromEntries(standing.map((name) => [name, 1])) };

/**
 * The reasons with which a delivery may be skipped because its contact was deleted. ON_HOLD is among them, because a
 * contact on hold cannot be restored.
 */
const forWantOfContact: readonly EndReasonOf<'SKIPPED'>[] = [
  'CONTACT_DELETED',
  'NOT_A_CONTACT',
  'NOT_OPTED_IN',
  'NOT_ASKED',
  'ON_HOLD',
];

/** The deliveries of a buyer at a connection, with the changes that they made, or may have made, to the contact. */
export const createBuyerDeliveries = (deliveries: Collection<DeliveryDocument>) => {
  /**
   * The deliveries of these buyers at a connection. A buyer has few deliveries, so the query uses only the keys of the
   * index and the connection is compared here.
   */
  const ofBuyers = async (
    { boxOfficeId, connectionId }: Contact,
    emailHashes: readonly string[],
  ): Promise<Standing[]> => {
    const theirs = await inBatches(emailHashes, (part) =>
      deliveries.find<Standing>({ boxOfficeId, emailHash: { $in: part } }, standingOnly).toArray(),
    );
    return theirs.filter((each) => each.connectionId === connectionId);
  };
  return {
    /** The deliveries that have written these buyers' contacts, or may have. */
    writtenFor: async (of: Contact, emailHashes: readonly string[]): Promise<Standing[]> =>
      (await ofBuyers(of, emailHashes)).filter(mayHaveWritten),
    /** All deliveries of these buyers at the connection, settled ones included. */
    ofBuyers,
    /** The lists and tags that other deliveries have added to the same contact, and that an undo must leave there. */
    addedByOthers: async ({
      _id,
      emailHash,
      ...of
    }: Pick<Delivery, '_id' | 'emailHash' | keyof Contact>): Promise<AddedResources> => {
      const others = (await ofBuyers(of, emailHash === null ? [] : [emailHash])).filter(
        (other) => other._id !== _id && !other.undoesOrder,
      );
      return {
        listIds: others.flatMap(({ added }) => added?.listIds ?? []),
        tagIds: others.flatMap(({ added }) => added?.tagIds ?? []),
      };
    },
    /** The deliveries of a buyer in a box office at all connections, oldest first. */
    ofBuyer: async (boxOfficeId: string, emailHash: string, limit: number): Promise<Delivery[]> =>
      (
        await deliveries.find({ boxOfficeId, emailHash }, withoutOutbox).sort({ createdAt: 1 }).limit(limit).toArray()
      ).map(deliveryFrom),
    /**
     * The deliveries of a buyer that were skipped since that time because this contact was deleted. A buyer has few
     * deliveries, so only the buyer is in the query and the rest is compared here.
     */
    skippedForDeleted: async (
      { boxOfficeId, connectionId }: Contact,
      { emailHash, contactId }: { readonly emailHash: string; readonly contactId: string },
      since: Date,
    ): Promise<EndedDelivery[]> => {
      const theirs = await deliveries.find({ boxOfficeId, emailHash }, withoutOutbox).toArray();
      return theirs
        .map(deliveryFrom)
        .filter((each) => each.status === 'SKIPPED')
        .filter(
          (each) =>
            each.connectionId === connectionId &&
            each.contactId === contactId &&
            forWantOfContact.includes(each.reason) &&
            each.settledAt >= since,
        );
    },
  };
};
