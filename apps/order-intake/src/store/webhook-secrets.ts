import type { SecretBox } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';

interface SecretDocument {
  _id: string;
  sealed: string;
  changedAt: Date;
}

/** The secret that a box office shares with Ticket Tailor, encrypted at rest. */
export const createWebhookSecretStore = (mongo: Connection, box: SecretBox) => {
  const secrets = mongo.collection<SecretDocument>('webhook_secrets');
  return {
    get: async (boxOfficeId: string): Promise<string | undefined> => {
      const doc = await secrets.findOne<SecretDocument>({ _id: boxOfficeId });
      return doc ? box.open(doc.sealed) : undefined;
    },
    put: async (boxOfficeId: string, secret: string): Promise<void> => {
      await secrets.updateOne(
        { _id: boxOfficeId },
        { $set: { sealed: await box.seal(secret), changedAt: new Date() } },
        { upsert: true },
      );
    },
    remove: async (boxOfficeId: string): Promise<void> => {
      await secrets.deleteOne({ _id: boxOfficeId });
    },
  };
};

export type WebhookSecretStore = ReturnType<typeof createWebhookSecretStore>;
