import type { BoxOfficeId } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import { Schema, type Connection as MongoConnection } from 'mongoose';

/** A sign-in that was begun: everything needed when the browser comes back. */
export interface SignIn {
  readonly boxOfficeId: BoxOfficeId;
  /** Set when an existing connection is renewed. */
  readonly connectionId: string | null;
  readonly sealedVerifier: string;
  readonly returnUrl: string | null;
  readonly expiresAt: Date;
}

interface SignInDocument extends SignIn {
  _id: string;
}

const schema = new Schema<SignInDocument>(
  {
    _id: String,
    boxOfficeId: String,
    connectionId: String,
    sealedVerifier: String,
    returnUrl: String,
    expiresAt: Date,
  },
  { collection: 'sign_ins', versionKey: false },
);
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

const keyOf = (state: string): string => createHash('sha256').update(state).digest('hex');

/** Sign-ins under the hash of their state, each to be used once. */
export const createSignInStore = (mongo: MongoConnection) => {
  const model = mongo.model<SignInDocument>('SignIn', schema);
  return {
    init: async () => {
      await model.createIndexes();
    },
    begin: async (state: string, signIn: SignIn): Promise<void> => {
      await model.create({ _id: keyOf(state), ...signIn });
    },
    /** Takes a sign-in out: the second caller finds nothing. */
    take: async (state: string): Promise<SignIn | undefined> =>
      (await model.findOneAndDelete({ _id: keyOf(state) }).lean<SignInDocument>()) ?? undefined,
  };
};

export type SignInStore = ReturnType<typeof createSignInStore>;
