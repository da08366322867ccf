import type { OutboxEntry } from '@boxlist/event-bus';
import { isDuplicateKey, type Audited, type SecretBox } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

interface SecretDocument extends Audited {
  readonly _id: string;
  /** Null once the secret was removed. The document stays, because it carries the audit entry of the removal. */
  readonly sealed: string | null;
  readonly changedAt: Date;
  /** The secret before this one, which is still accepted until then. */
  readonly previous: { readonly sealed: string; readonly until: Date } | null;
  /** Grows with each change. */
  readonly version: number;
}

/**
 * The secrets that a box office shares with Ticket Tailor, encrypted at rest. The write of each change also contains
 * its audit entry.
 */
export const createWebhookSecretStore = (mongo: Connection, box: SecretBox) => {
  const secrets = mongo.collection<SecretDocument>('webhook_secrets');
  /** False if another process changed the secret since it was read. */
  const save = async (
    known: SecretDocument | null,
    next: Omit<SecretDocument, 'auditOutbox'>,
    audit: OutboxEntry,
  ): Promise<boolean> => {
    if (known) {
      const { _id, ...fields } = next;
      const change = { $set: fields, $push: { auditOutbox: audit } };
      return (await secrets.updateOne({ _id, version: known.version }, change)).matchedCount === 1;
    }
    try {
      await secrets.insertOne({ ...next, auditOutbox: [audit] });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };
  return {
    collection: secrets,
    /** The secrets that are accepted now, the present one first. Empty if none is set. */
    accepted: async (boxOfficeId: string, now: Date): Promise<string[]> => {
      const doc = await secrets.findOne({ _id: boxOfficeId });
      if (doc?.sealed == null) return [];
      const previous = doc.previous && doc.previous.until > now ? [doc.previous.sealed] : [];
      return Promise.all([doc.sealed, ...previous].map((sealed) => box.open(sealed)));
    },
    /**
     * Sets the secret. The one before it stays accepted until `previousUntil`; null ends it at once. Setting the
     * present secret again keeps the previous one as it is. Returns until when a previous one is accepted.
     */
    put: async (
      boxOfficeId: string,
      secret: string,
      {
        now,
        previousUntil,
        audit,
      }: { readonly now: Date; readonly previousUntil: Date | null; readonly audit: OutboxEntry },
    ): Promise<Date | null> => {
      for (;;) {
        const known = await secrets.findOne({ _id: boxOfficeId });
        const sealed = known?.sealed ?? null;
        const isSame = known !== null && sealed !== null && (await box.open(sealed)) === secret;
        const kept = isSame ? known.previous : sealed === null ? null : { sealed, until: previousUntil ?? now };
        const previous = previousUntil ? kept : null;
        const next = {
          _id: boxOfficeId,
          sealed: await box.seal(secret),
          changedAt: now,
          previous,
          version: (known?.version ?? 0) + 1,
        };
        if (await save(known, next, audit)) return previous && previous.until > now ? previous.until : null;
      }
    },
    /** Removes the present secret and the one before it. Has no effect if there is no secret. */
    remove: async (boxOfficeId: string, now: Date, audit: OutboxEntry): Promise<void> => {
      await secrets.updateOne(
        { _id: boxOfficeId, sealed: { $ne: null } },
        { $set: { sealed: null, previous: null, changedAt: now }, $inc: { version: 1 }, $push: { auditOutbox: audit } },
      );
    },
  };
};

export type WebhookSecretStore = ReturnType<typeof createWebhookSecretStore>;
