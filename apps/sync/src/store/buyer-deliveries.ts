import type { Collection } from 'mongoose';
import { mayHaveWritten, type AddedResources, type Delivery } from '../domain/delivery';
import type { NewDelivery } from '../domain/new-delivery';
import type { ReasonCode } from '../domain/reasons';
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
] as const satisfies (keyof Delivery)[];
/** How a delivery stands towards its contact. */
type Standing = Pick<Delivery, '_id' | (typeof standing)[number]>;
/** What a delivery may have under way for its contact. */
export type Involved = Pick<Delivery, '_id' | 'emailHash' | 'activityIds' | 'uncertain' | 'claimed' | 'createdAt'>;
const standingOnly = { projection: Object.fromEntries(standing.map((name) => [name, 1])) };

/**
 * How a delivery may end where the contact that it has seen was deleted; ON_HOLD where it could not restore that one.
 */
const forWantOfContact: readonly ReasonCode[] = [
  'CONTACT_DELETED',
  'NOT_A_CONTACT',
  'NOT_OPTED_IN',
  'NOT_ASKED',
  'ON_HOLD',
];

/** What deliveries there are of a buyer at a connection, and what they did, or may have done, to the contact. */
export const createBuyerDeliveries = (deliveries: Collection<NewDelivery>) => {
  /**
   * The deliveries of these buyers by a connection. A buyer has few: the rest of the question is asked of them here, so
   * that it is the index alone that finds them.
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
    /** For which orders the contacts of these buyers were written, or may have been. */
    writtenFor: async (of: Contact, emailHashes: readonly string[]): Promise<Standing[]> =>
      (await ofBuyers(of, emailHashes)).filter(mayHaveWritten),
    /** All of these buyers, those that have ended too, and what may be under way for them. */
    ofBuyers,
    /** What other deliveries have given the same contact, and what stays with it for them. */
    addedByOthers: async ({ _id, emailHash, ...of }: Delivery): Promise<AddedResources> => {
      const others = (await ofBuyers(of, emailHash === null ? [] : [emailHash])).filter(
        (other) => other._id !== _id && !other.undoesOrder,
      );
      return {
        listIds: others.flatMap(({ added }) => added?.listIds ?? []),
        tagIds: others.flatMap(({ added }) => added?.tagIds ?? []),
      };
    },
    /** All of a buyer in a box office, whatever the connection, oldest first. */
    ofBuyer: async (boxOfficeId: string, emailHash: string, limit: number): Promise<Delivery[]> =>
      await deliveries.find({ boxOfficeId, emailHash }, withoutOutbox).sort({ createdAt: 1 }).limit(limit).toArray(),
    /**
     * Deliveries of a buyer that were skipped since then because this contact of theirs was deleted. A buyer has few:
     * all but the buyer is asked of them here.
     */
    skippedForDeleted: async (
      { boxOfficeId, connectionId }: Pick<Delivery, 'boxOfficeId' | 'connectionId'>,
      { emailHash, contactId }: { readonly emailHash: string; readonly contactId: string },
      since: Date,
    ): Promise<Delivery[]> => {
      const theirs = await deliveries.find({ boxOfficeId, emailHash }, withoutOutbox).toArray();
      return theirs.filter(
        (each) =>
          each.connectionId === connectionId &&
          each.contactId === contactId &&
          each.status === 'SKIPPED' &&
          each.reason !== null &&
          forWantOfContact.includes(each.reason) &&
          each.settledAt !== null &&
          each.settledAt >= since,
      );
    },
  };
};
