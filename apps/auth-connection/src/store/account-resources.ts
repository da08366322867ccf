import { isDuplicateKey } from '@boxlist/service-kit';
import type { Connection as MongoConnection } from 'mongoose';
import { freshMs, keptMs, type FailedReading, type KnownResource, type ResourceKind } from '../domain/account-resource';

/** A list, tag or custom field as pages show it. */
export interface ResourceItem {
  readonly id: string;
  readonly name: string;
}

interface ResourceDocument extends KnownResource {
  _id: string;
  connectionId: string;
  items: readonly ResourceItem[];
  /** Until when a process reads the account. */
  claimedUntil: Date;
  /** Grows with each write. A write of another revision changes nothing. */
  revision: number;
  expiresAt: Date;
}

/** The right to read the account. A write by somebody else ends it. */
export interface ReadingClaim {
  readonly id: string;
  readonly revision: number;
}

const idOf = (connectionId: string, kind: ResourceKind): string => `${connectionId} ${kind}`;
const never = new Date(0);

/**
 * What was read of the accounts, one document for each connection and kind. Documents expire a day after the last
 * reading.
 */
export const createAccountResourceStore = (mongo: MongoConnection) => {
  const resources = mongo.collection<ResourceDocument>('account_resources');
  /** Writes only over the claim's revision. False if the claim was lost. */
  const write = async ({ id, revision }: ReadingClaim, fields: Partial<ResourceDocument>): Promise<boolean> =>
    (await resources.updateOne({ _id: id, revision }, { $set: fields, $inc: { revision: 1 } })).matchedCount === 1;
  return {
    init: async (): Promise<void> => {
      await resources.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await resources.createIndex({ connectionId: 1 });
    },
    get: async (connectionId: string, kind: ResourceKind): Promise<ResourceDocument | undefined> =>
      (await resources.findOne({ _id: idOf(connectionId, kind) })) ?? undefined,
    /** Claims the reading. Undefined if `known` is no longer what is stored, or another process reads. */
    claim: async (
      { connectionId, kind }: { readonly connectionId: string; readonly kind: ResourceKind },
      known: ResourceDocument | undefined,
      now: Date,
      leaseMs: number,
    ): Promise<ReadingClaim | undefined> => {
      if (known && known.claimedUntil > now) return undefined;
      const id = idOf(connectionId, kind);
      const claimedUntil = new Date(now.getTime() + leaseMs);
      const revision = (known?.revision ?? 0) + 1;
      if (known)
        return (await write({ id, revision: known.revision }, { claimedUntil })) ? { id, revision } : undefined;
      try {
        const expiresAt = new Date(now.getTime() + keptMs);
        const nothing = { items: [], version: 0, readAt: null, freshUntil: never, failure: null };
        await resources.insertOne({ _id: id, connectionId, ...nothing, claimedUntil, revision, expiresAt });
        return { id, revision };
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Prolongs a claim. Undefined if it was lost. */
    prolong: async (claim: ReadingClaim, now: Date, leaseMs: number): Promise<ReadingClaim | undefined> =>
      (await write(claim, { claimedUntil: new Date(now.getTime() + leaseMs) }))
        ? { ...claim, revision: claim.revision + 1 }
        : undefined,
    /** Saves what was read and ends the claim. False if the claim was lost. */
    save: (claim: ReadingClaim, items: readonly ResourceItem[], version: number, now: Date): Promise<boolean> =>
      write(claim, {
        items,
        version,
        readAt: now,
        freshUntil: new Date(now.getTime() + freshMs),
        failure: null,
        claimedUntil: never,
        expiresAt: new Date(now.getTime() + keptMs),
      }),
    /**
     * Saves why a reading failed and ends the claim. What was read before stays, unless it is another version's. Has no
     * effect if the claim was lost.
     */
    fail: async (claim: ReadingClaim, failure: FailedReading, version: number, keeps: boolean): Promise<void> => {
      const nothing = { items: [], readAt: null };
      await write(claim, { failure, version, claimedUntil: never, ...(keeps ? {} : nothing) });
    },
    /** Adds an item that was created. The next request reads the account again; a reading that began before is lost. */
    add: async (connectionId: string, kind: ResourceKind, item: ResourceItem): Promise<void> => {
      await resources.updateOne(
        { _id: idOf(connectionId, kind) },
        {
          $push: { items: item },
          $set: { freshUntil: never, failure: null, claimedUntil: never },
          $inc: { revision: 1 },
        },
      );
    },
    /** Forgets all that was read of a connection. */
    forget: async (connectionId: string): Promise<void> => {
      await resources.deleteMany({ connectionId });
    },
  };
};

export type AccountResourceStore = ReturnType<typeof createAccountResourceStore>;
