import type { BoxOfficeId, ConnectionId } from '@boxlist/contracts';
import type { Identity, Role } from '@boxlist/service-kit';
import { createHash } from 'node:crypto';
import type { Collection, Connection as MongoConnection } from 'mongoose';
import type { SealedTokens } from '../domain/connection';

/** A sign-in that has started, with everything that decides who may complete it and how. */
export interface SignIn {
  readonly id: string;
  /** The person who started it, for which box office, and in which role. Only this person may complete it, there. */
  readonly subject: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly role: Role;
  /** Set if the sign-in renews an existing connection. */
  readonly connectionId: ConnectionId | null;
  readonly returnUrl: string | null;
  /** The server where it started. */
  readonly issuer: string;
  readonly beganAt: Date;
  /** Set while a call exchanges the code, and from then on. */
  readonly exchangeBeganAt: Date | null;
  readonly tokens: SealedTokens | null;
  readonly account: SignedInAccount | null;
  /** The connection that it made or renewed. */
  readonly savedAs: ConnectionId | null;
}

/** The Constant Contact account of a sign-in. */
export interface SignedInAccount {
  readonly id: string;
  readonly name: string | null;
  readonly countryCode: string | null;
}

/** The secrets of the exchange, sealed. */
export interface SealedCode {
  readonly code: string;
  readonly verifier: string;
}

interface SignInDocument extends Omit<SignIn, 'id'> {
  _id: string;
  /** The hash of the ticket. Absent until the browser has come back. */
  ticket?: string;
  sealedVerifier: string | null;
  sealedCode: string | null;
  /** The sign-in can be used until then. Afterwards a background job revokes its tokens and deletes it. */
  endsAt: Date;
  /** Set before a connection gets the tokens. From then on they are not revoked. */
  savingBeganAt: Date | null;
  /** MongoDB deletes it then, even if no process runs. */
  expiresAt: Date;
}

/** How long each step of a sign-in may take, in milliseconds: the person's at Constant Contact, and the ticket's. */
const stepMs = 10 * 60_000;

const keyOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
const limitsFrom = (now: Date) => ({
  endsAt: new Date(now.getTime() + stepMs),
  expiresAt: new Date(now.getTime() + 2 * stepMs),
});
const toSignIn = ({
  _id,
  ticket: _ticket,
  sealedVerifier: _verifier,
  sealedCode: _code,
  endsAt: _ends,
  expiresAt: _expires,
  savingBeganAt: _saving,
  ...rest
}: SignInDocument): SignIn => ({ id: _id, ...rest });
const found = (doc: SignInDocument | null): SignIn | undefined => (doc ? toSignIn(doc) : undefined);

/** The steps before there is a ticket. A sign-in lies under the hash of its state. */
const stepsOfBrowser = (signIns: Collection<SignInDocument>) => {
  const waiting = (state: string, issuer: string, now: Date) => ({
    _id: keyOf(state),
    issuer,
    ticket: { $exists: false },
    endsAt: { $gt: now },
  });
  return {
    begin: async (
      state: string,
      fields: Pick<SignIn, 'subject' | 'boxOfficeId' | 'role' | 'connectionId' | 'returnUrl' | 'issuer'> & {
        sealedVerifier: string;
      },
      now: Date,
    ): Promise<void> => {
      await signIns.insertOne({
        _id: keyOf(state),
        ...fields,
        beganAt: now,
        sealedCode: null,
        exchangeBeganAt: null,
        tokens: null,
        account: null,
        savingBeganAt: null,
        savedAs: null,
        ...limitsFrom(now),
      });
    },
    /** Uses up the state, and keeps the code under the ticket. Undefined if no such sign-in waits. */
    park: async (
      { state, issuer, ticket, sealedCode }: { state: string; issuer: string; ticket: string; sealedCode: string },
      now: Date,
    ): Promise<SignIn | undefined> =>
      found(
        await signIns.findOneAndUpdate(
          waiting(state, issuer, now),
          { $set: { ticket: keyOf(ticket), sealedCode, ...limitsFrom(now) } },
          { returnDocument: 'after' },
        ),
      ),
    /** Uses up the state of a sign-in that failed at Constant Contact. */
    end: async (state: string, issuer: string, now: Date): Promise<SignIn | undefined> =>
      found(await signIns.findOneAndDelete(waiting(state, issuer, now))),
  };
};

/** The steps of the person who holds the ticket. */
const stepsOfTicket = (signIns: Collection<SignInDocument>) => ({
  /** Only for the person and the box office of the sign-in. For everybody else there is no such ticket. */
  ofTicket: async (
    ticket: string,
    { subject, boxOfficeId }: Pick<Identity, 'subject' | 'boxOfficeId'>,
    issuer: string,
    now: Date,
  ): Promise<SignIn | undefined> =>
    found(await signIns.findOne({ ticket: keyOf(ticket), subject, boxOfficeId, issuer, endsAt: { $gt: now } })),
  byId: async (id: string): Promise<SignIn | undefined> => found(await signIns.findOne({ _id: id })),
  /** Takes the code out, so that nobody can send it a second time. Undefined if another call has it. */
  takeCode: async (id: string, now: Date): Promise<SealedCode | undefined> => {
    const doc = await signIns.findOneAndUpdate(
      { _id: id, exchangeBeganAt: null, sealedCode: { $ne: null }, sealedVerifier: { $ne: null } },
      { $set: { exchangeBeganAt: now, sealedCode: null, sealedVerifier: null } },
      { returnDocument: 'before' },
    );
    return doc?.sealedCode && doc.sealedVerifier ? { code: doc.sealedCode, verifier: doc.sealedVerifier } : undefined;
  },
  /** False if the sign-in was given up meanwhile. */
  keepTokens: async (id: string, tokens: SealedTokens): Promise<boolean> =>
    (await signIns.updateOne({ _id: id }, { $set: { tokens } })).matchedCount === 1,
  keepAccount: async (id: string, account: SignedInAccount): Promise<void> => {
    await signIns.updateOne({ _id: id }, { $set: { account } });
  },
  /** False if the sign-in was given up meanwhile. */
  beginSave: async (id: string, now: Date): Promise<boolean> =>
    (await signIns.updateOne({ _id: id }, { $set: { savingBeganAt: now } })).matchedCount === 1,
  /** Records the connection, and erases the tokens here. */
  markSaved: async (id: string, savedAs: ConnectionId): Promise<void> => {
    await signIns.updateOne({ _id: id }, { $set: { savedAs, tokens: null } });
  },
});

/**
 * Sign-ins: first under the hash of their state, then also under the hash of their ticket. State, ticket, code and
 * tokens cannot be read here.
 */
export const createSignInStore = (mongo: MongoConnection) => {
  const signIns = mongo.collection<SignInDocument>('sign_ins');
  return {
    init: async (): Promise<void> => {
      await signIns.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
      await signIns.createIndex({ ticket: 1 }, { unique: true, sparse: true });
      await signIns.createIndex({ endsAt: 1 });
    },
    ...stepsOfBrowser(signIns),
    ...stepsOfTicket(signIns),
    /** Deletes a sign-in and returns it, with the tokens to revoke. Undefined if it is gone, or a call saves it. */
    drop: async (id: string): Promise<SignIn | undefined> =>
      found(await signIns.findOneAndDelete({ _id: id, savingBeganAt: null })),
    /** Like `drop`, for any sign-in that can no longer be used. */
    dropEnded: async (now: Date): Promise<SignIn | undefined> =>
      found(await signIns.findOneAndDelete({ endsAt: { $lte: now }, savingBeganAt: null })),
  };
};

export type SignInStore = ReturnType<typeof createSignInStore>;
