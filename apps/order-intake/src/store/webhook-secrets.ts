import { isDuplicateKey, type SecretBox } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

interface SecretDocument {
  readonly _id: string;
  readonly sealed: string;
  readonly changedAt: Date;
  /** The secret before this one, which is still accepted until then. */
  readonly previous: { readonly sealed: string; readonly until: Date } | null;
  /** Grows with each change. */
  readonly version: number;
}

/** The secrets that a box office shares with Ticket Tailor, encrypted at rest. */
export const createWebhookSecretStore = (mongo: Connection, box: SecretBox) => {
  const secrets = mongo.collection<SecretDocument>('webhook_secrets');
  /** False if another process changed the secret since it was read. */
  const save = async (known: SecretDocument | null, next: SecretDocument): Promise<boolean> => {
    if (known) {
      const { _id, ...fields } = next;
      return (await secrets.updateOne({ _id, version: known.version }, { $set: fields })).matchedCount === 1;
    }
    try {
      await secrets.insertOne(next);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  };
  return {
    /** The secrets that are accepted now, the present one first. Empty if none is set. */
    accepted: async (boxOfficeId: string, now: Date): Promise<string[]> => {
      const doc = await secrets.findOne({ _id: boxOfficeId });
      if (!doc) return [];
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
      { now, previousUntil }: { readonly now: Date; readonly previousUntil: Date | null },
    ): Promise<Date | null> => {
      for (;;) {
        const known = await secrets.findOne({ _id: boxOfficeId });
        const isSame = known !== null && (await box.open(known.sealed)) === secret;
        const kept = isSame ? known.previous : known && { sealed: known.sealed, until: previousUntil ?? now };
        const previous = previousUntil ? kept : null;
        const saved = await save(known, {
          _id: boxOfficeId,
          sealed: await box.seal(secret),
          changedAt: now,
          previous,
          version: (known?.version ?? 0) + 1,
        });
        if (saved) return previous && previous.until > now ? previous.until : null;
      }
    },
    remove: async (boxOfficeId: string): Promise<void> => {
      await secrets.deleteOne({ _id: boxOfficeId });
    },
  };
};

export type WebhookSecretStore = ReturnType<typeof createWebhookSecretStore>;
