import { AppError, appErrorOf } from '@boxlist/contracts';
import { isDuplicateKey, requireRole, type Actor } from '@boxlist/service-kit';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context';
import { connectionAudit } from '../domain/audit';
import { countryCodeFrom, type Connection, type SealedTokens } from '../domain/connection';
import { signInCompleted } from '../report';
import type { SealedCode, SignedInAccount, SignIn } from '../store/sign-ins';
import { ownConnection } from './connect';
import { revokeInBackground, sealTokens } from './sealed-tokens';
import { untilSaved } from './until-saved';

/** How long a call may take to exchange a code and save the tokens, in milliseconds. Later it counts as interrupted. */
const exchangeMs = 45_000;
/** How long a call waits for another one that exchanges the code, in milliseconds. */
const waitMs = 20_000;

/** Either the saved connection, or the account that waits for a confirmation and the connection that it would renew. */
interface CompletedConnection {
  readonly connection: Connection | null;
  readonly account: { readonly name: string | null; readonly renews: Connection | null } | null;
  readonly needsConfirmation: boolean;
}

/** The same for a ticket that never existed, has expired, or belongs to somebody else. */
const ticketInvalid = (): AppError =>
  new AppError(
    'TICKET_INVALID',
    'This ticket is unknown, took too long, or belongs to somebody else. Start the sign-in again.',
    { field: ['input', 'ticket'] },
  );

/**
 * Completes a sign-in for the person and the box office that started it. Without `confirm` it says which account
 * signed in, and saves nothing. With `confirm` it saves the connection; repeated calls return the same one. The code
 * is sent to Constant Contact at most once, however many calls and processes there are.
 *
 * Throws FORBIDDEN, TICKET_INVALID, SIGN_IN_REFUSED, SIGN_IN_INTERRUPTED, MISSING_PRIVILEGES, DIFFERENT_ACCOUNT,
 * CONNECTION_NOT_FOUND, VERSION_CONFLICT, and the errors of the calls to Constant Contact. After an outage that comes
 * after the exchange, the same ticket can be used again.
 */
export const completeConnection = async (
  ctx: Context,
  actor: Actor,
  { ticket, confirm }: { ticket: string; confirm: boolean },
): Promise<CompletedConnection> => {
  requireRole(actor, 'manager');
  const signIn = await ctx.signIns.ofTicket(ticket, actor, ctx.oauth.issuer, ctx.clock());
  if (!signIn) throw ticketInvalid();
  // The work goes on after its caller has hung up, because the tokens must be saved.
  return ctx.inFlight.track(complete(ctx, actor, signIn, confirm)).catch(async (error: unknown) => {
    if (error instanceof AppError && endsSignIn(error)) await drop(ctx, signIn.id, error);
    throw error;
  });
};

/** Whether a repeated call could not succeed. */
const endsSignIn = ({ kind }: AppError): boolean => kind === 'rejected' || kind === 'conflict' || kind === 'missing';

const complete = async (ctx: Context, actor: Actor, signIn: SignIn, confirm: boolean): Promise<CompletedConnection> => {
  const { tokens, savedAs } = await exchanged(ctx, signIn);
  if (savedAs || !tokens) return alreadySaved(ctx, signIn);
  const account = signIn.account ?? (await readAccount(ctx, signIn, tokens));
  const renews = await connectionToRenew(ctx, signIn, account);
  if (!confirm) return { connection: null, account: { name: account.name, renews }, needsConfirmation: true };
  return saved(await save(ctx, actor, signIn, account, tokens));
};

const saved = (connection: Connection): CompletedConnection => ({
  connection,
  account: null,
  needsConfirmation: false,
});

const alreadySaved = async (ctx: Context, { id, boxOfficeId }: SignIn): Promise<CompletedConnection> => {
  const savedAs = (await ctx.signIns.byId(id))?.savedAs;
  if (!savedAs) throw ticketInvalid();
  return saved(await ownConnection(ctx, { boxOfficeId }, savedAs, ['input', 'ticket']));
};

/** The sign-in once its code is exchanged: by this call, by an earlier one, or by one that is under way. */
const exchanged = async (ctx: Context, signIn: SignIn): Promise<Pick<SignIn, 'tokens' | 'savedAs'>> => {
  if (signIn.tokens || signIn.savedAs) return signIn;
  const code = await ctx.signIns.takeCode(signIn.id, ctx.clock());
  if (code) return { tokens: await exchange(ctx, signIn, code), savedAs: null };
  for (const until = Date.now() + waitMs; Date.now() < until; await delay(50)) {
    const now = await ctx.signIns.byId(signIn.id);
    if (!now) throw ticketInvalid();
    if (now.tokens || now.savedAs) return now;
    if (now.exchangeBeganAt && ctx.clock().getTime() - now.exchangeBeganAt.getTime() > exchangeMs)
      throw new AppError(
        'SIGN_IN_INTERRUPTED',
        'Boxlist was interrupted while it completed this sign-in, and nothing was connected. Start the sign-in again.',
        { field: ['input', 'ticket'] },
      );
  }
  throw new AppError('SERVICE_UNAVAILABLE', 'Another call is completing this sign-in. Try again in a moment.');
};

const exchange = async (ctx: Context, { id }: SignIn, sealed: SealedCode): Promise<SealedTokens> => {
  const tokens = await ctx.oauth
    .exchange({ code: await ctx.secrets.open(sealed.code), verifier: await ctx.secrets.open(sealed.verifier) })
    .catch(async (error: unknown) => {
      // The code may have been used. It is never sent again.
      const failure = appErrorOf(error).code === 'CONSTANT_CONTACT_UNAVAILABLE' ? unanswered(error) : appErrorOf(error);
      await drop(ctx, id, failure);
      throw failure;
    });
  const kept = await sealTokens(ctx, tokens);
  try {
    if (!(await untilSaved(ctx, { signIn: id }, () => ctx.signIns.keepTokens(id, kept)))) throw ticketInvalid();
  } catch (error) {
    revokeInBackground(ctx, kept);
    throw error;
  }
  if (kept.refresh === null)
    throw new AppError('REJECTED_BY_CONSTANT_CONTACT', 'Constant Contact did not issue a refresh token');
  return kept;
};

const unanswered = (cause: unknown): AppError =>
  new AppError(
    'CONSTANT_CONTACT_UNAVAILABLE',
    'Constant Contact did not answer as expected, and nothing was connected. Start the sign-in again.',
    {},
    { cause },
  );

/** Reads who signed in, and keeps that. Throws MISSING_PRIVILEGES for a user who may not write contacts. */
const readAccount = async (
  ctx: Context,
  { id, boxOfficeId }: SignIn,
  tokens: SealedTokens,
): Promise<SignedInAccount> => {
  const access = await ctx.secrets.open(tokens.access);
  await ctx.takePermit(boxOfficeId);
  const privileges = (await ctx.constantContact.privileges(access)).map(({ privilege_name }) => privilege_name);
  if (!privileges.includes('contacts:write') || !privileges.includes('contacts:read')) {
    throw new AppError(
      'MISSING_PRIVILEGES',
      'This Constant Contact user is not allowed to read and write contacts. Sign in as a user with these rights.',
    );
  }
  await ctx.takePermit(boxOfficeId);
  const summary = await ctx.constantContact.accountSummary(access);
  const account = {
    id: summary.encoded_account_id,
    name: summary.organization_name ?? null,
    countryCode: countryCodeFrom(summary.country_code),
  };
  await ctx.signIns.keepAccount(id, account);
  return account;
};

/**
 * The box office's connection to this account as it is now; null if there is none. Throws if the sign-in was to renew
 * another connection, or if somebody has disconnected this one since the sign-in began.
 */
const connectionToRenew = async (
  ctx: Context,
  signIn: SignIn,
  account: SignedInAccount,
): Promise<Connection | null> => {
  if (signIn.connectionId) {
    const asked = await ownConnection(ctx, signIn, signIn.connectionId, ['input', 'ticket']);
    if (asked.accountId !== account.id)
      throw new AppError(
        'DIFFERENT_ACCOUNT',
        'You signed in to a different Constant Contact account. Sign in to the account of this connection.',
      );
  }
  const known = (await ctx.connections.ofAccount(signIn.boxOfficeId, account.id)) ?? null;
  if (known?.status === 'DISCONNECTED' && known.endedAt && known.endedAt > signIn.beganAt)
    throw new AppError(
      'VERSION_CONFLICT',
      'Somebody disconnected this account after you began to sign in. Start the sign-in again to connect it anyway.',
    );
  return known;
};

const save = async (
  ctx: Context,
  actor: Actor,
  signIn: SignIn,
  account: SignedInAccount,
  tokens: SealedTokens,
): Promise<Connection> => {
  const { id, boxOfficeId } = signIn;
  // From here on nothing revokes the tokens: a connection may use them.
  if (!(await ctx.signIns.beginSave(id, ctx.clock()))) throw ticketInvalid();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    // Another call may have saved it: at the same time, or before a crash.
    const earlier = await ctx.connections.ofSignIn(boxOfficeId, account.id, id);
    const connection = earlier ?? (await renewOrInsert(ctx, actor, signIn, account, tokens));
    if (!connection) continue;
    await ctx.signIns.markSaved(id, connection.id);
    await ctx.outbox.notify();
    if (!earlier) signInCompleted(ctx, 'CONNECTED', signIn);
    return connection;
  }
  throw new AppError('SERVICE_UNAVAILABLE', 'Someone else is changing this connection. Please try again.');
};

const renewOrInsert = async (
  ctx: Context,
  actor: Actor,
  signIn: SignIn,
  account: SignedInAccount,
  tokens: SealedTokens,
): Promise<Connection | undefined> => {
  const known = await connectionToRenew(ctx, signIn, account);
  const now = ctx.clock();
  const fields = { accountName: account.name, countryCode: account.countryCode, connectedAt: now };
  const { id, boxOfficeId } = signIn;
  const auditOf = (connection: Pick<Connection, 'id' | 'accountId'>) =>
    connectionAudit(actor, 'CONNECTION_SIGNED_IN', connection, { again: String(known !== null) }, now);
  return known
    ? ctx.connections.renew(known, { ...fields, tokens }, { signIn: id, auditOf })
    : insert(ctx, { ...fields, boxOfficeId, accountId: account.id }, { tokens, signIn: id, auditOf });
};

const insert = async (
  ctx: Context,
  ...fields: Parameters<Context['connections']['insert']>
): Promise<Connection | undefined> => {
  try {
    return await ctx.connections.insert(...fields);
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
};

/** Ends a sign-in for good and revokes its tokens, unless a connection may use them. */
const drop = async (ctx: Context, id: string, { code }: AppError): Promise<void> => {
  const dropped = await ctx.signIns.drop(id);
  if (!dropped) return;
  revokeInBackground(ctx, dropped.tokens);
  signInCompleted(ctx, code, dropped);
};

/** Deletes the sign-ins whose time is over, and revokes the tokens of those that nobody confirmed. */
export const dropEndedSignIns = async (ctx: Context, goesOn: () => boolean): Promise<void> => {
  while (goesOn()) {
    const ended = await ctx.signIns.dropEnded(ctx.clock());
    if (!ended) return;
    revokeInBackground(ctx, ended.tokens);
    if (ended.tokens) signInCompleted(ctx, 'UNCONFIRMED', ended);
  }
};
