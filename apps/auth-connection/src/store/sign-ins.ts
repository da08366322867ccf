import type { BoxOfficeId } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import type { Connection as MongoConnection } from 'mongoose';

/** A sign-in that has started, with everything needed when the browser returns. */
export interface SignIn {
  readonly boxOfficeId: BoxOfficeId;
  /** Set if the sign-in renews an existing connection. */
  readonly connectionId: string | null;
  readonly sealedVerifier: string;
  readonly returnUrl: string | null;
  readonly expiresAt: Date;
}

interface SignInDocument extends SignIn {
  _id: string;
}

const keyOf = (state: string): string => createHash('sha256').update(state).digest('hex');

/** Sign-ins under the hash of their state. Each can be used once. */
export const createSignInStore = (mongo: MongoConnection) => {
  const signIns = mongo.collection<SignInDocument>('sign_ins');
  return {
    init: async (): Promise<void> => {
      await signIns.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    },
    begin: async (state: string, signIn: SignIn): Promise<void> => {
      await signIns.insertOne({ _id: keyOf(state), ...signIn });
    },
    /** Reads and deletes a sign-in, so that a second caller gets undefined. */
    take: async (state: string): Promise<SignIn | undefined> =>
      (await signIns.findOneAndDelete({ _id: keyOf(state) })) ?? undefined,
  };
};

export type SignInStore = ReturnType<typeof createSignInStore>;
