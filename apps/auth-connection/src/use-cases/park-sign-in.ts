import { AppError, type ConnectionId } from '@boxlist/contracts';
import { randomBytes } from 'node:crypto';
import type { Context } from '../context';
import { isAllowedReturnUrl } from '../domain/connection';
import { signInReturned } from '../report';
import type { SignIn } from '../store/sign-ins';

/** What the browser gets, and the address to which it goes. Exactly one of ticket and error is set. */
export interface ParkedSignIn {
  readonly returnUrl: string | null;
  /** The connection that the sign-in renews. */
  readonly connectionId: ConnectionId | null;
  readonly ticket: string | null;
  readonly error: AppError | null;
}

const notStartedHere = (): AppError =>
  new AppError(
    'STATE_INVALID',
    'This sign-in did not start here, was already used, or took too long. Please start again.',
  );

/**
 * Takes the code that a browser brings back, and keeps it sealed under a ticket for ten minutes. Nobody knows here who
 * sits in front of the browser, so nothing is exchanged and nothing connected: only the person who started the
 * sign-in can use the ticket. Errors that the person can understand are in the result.
 */
export const parkSignIn = async (ctx: Context, parameters: URLSearchParams): Promise<ParkedSignIn> => {
  const answer = readAnswer(ctx, parameters);
  if (!answer) return refused(ctx);
  const { state } = answer;
  const { issuer } = ctx.oauth;
  if (answer.error) {
    const ended = await ctx.signIns.end(state, issuer, ctx.clock());
    return ended ? result(ctx, ended, { error: answer.error }) : refused(ctx);
  }
  const ticket = randomBytes(32).toString('base64url');
  const sealedCode = await ctx.secrets.seal(answer.code);
  const parked = await ctx.signIns.park({ state, issuer, ticket, sealedCode }, ctx.clock());
  return parked ? result(ctx, parked, { ticket }) : refused(ctx);
};

const longest = { state: 200, code: 2_000 };

const readAnswer = (ctx: Context, parameters: URLSearchParams) => {
  try {
    const answer = ctx.oauth.readCallback(parameters);
    const fits = answer.state.length <= longest.state && (answer.code?.length ?? 0) <= longest.code;
    return fits ? answer : undefined;
  } catch (error) {
    if (error instanceof AppError && error.code === 'STATE_INVALID') return undefined;
    throw error;
  }
};

const refused = (ctx: Context): ParkedSignIn => {
  signInReturned(ctx, 'STATE_INVALID', undefined);
  return { returnUrl: null, connectionId: null, ticket: null, error: notStartedHere() };
};

const result = (
  ctx: Context,
  { boxOfficeId, connectionId, returnUrl }: SignIn,
  { ticket = null, error = null }: { ticket?: string | null; error?: AppError | null },
): ParkedSignIn => {
  signInReturned(ctx, error?.code ?? 'SIGNED_IN', boxOfficeId);
  // The list of allowed pages may have become shorter since the sign-in began.
  const allowed = returnUrl !== null && isAllowedReturnUrl(returnUrl, ctx.allowedReturnUrls);
  return { returnUrl: allowed ? returnUrl : null, connectionId, ticket, error };
};
