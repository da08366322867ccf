import type { OutboxEntry } from '@boxlist/event-bus';
import type { Audited, SecretBox } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

interface SecretDocument extends Audited {
  _id: string;
  /** Null once the secret was removed. The document stays, because it carries the audit entry of the removal. */
  sealed: string | null;
  changedAt: Date;
}

/**
 * The secret that a box office shares with Ticket Tailor, encrypted at rest. The write of each change also contains its
 * audit entry.
 */
export const createWebhookSecretStore = (mongo: Connection, box: SecretBox) => {
  const secrets = mongo.collection<SecretDocument>('webhook_secrets');
  return {
    collection: secrets,
    get: async (boxOfficeId: string): Promise<string | undefined> => {
      const doc = await secrets.findOne<SecretDocument>({ _id: boxOfficeId });
      return doc?.sealed == null ? undefined : box.open(doc.sealed);
    },
    put: async (boxOfficeId: string, secret: string, audit: OutboxEntry): Promise<void> => {
      await secrets.updateOne(
        { _id: boxOfficeId },
        { $set: { sealed: await box.seal(secret), changedAt: new Date() }, $push: { auditOutbox: audit } },
        { upsert: true },
      );
    },
    /** Has no effect if there is no secret. */
    remove: async (boxOfficeId: string, audit: OutboxEntry): Promise<void> => {
      await secrets.updateOne(
        { _id: boxOfficeId, sealed: { $ne: null } },
        { $set: { sealed: null, changedAt: new Date() }, $push: { auditOutbox: audit } },
      );
    },
  };
};

export type WebhookSecretStore = ReturnType<typeof createWebhookSecretStore>;
