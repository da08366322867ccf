import type { ErrorCode } from '@boxlist/contracts';
import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { ResourceKind } from './domain/account-resource';
import type { Connection } from './domain/connection';
import type { SignIn } from './store/sign-ins';

const signIns = counter('boxlist_sign_ins_total', 'Steps of sign-ins to Constant Contact by result');
const readings = counter('boxlist_account_readings_total', 'Readings of lists, tags and custom fields by result');
const revocations = counter('boxlist_token_revocations_total', 'Revocations of refresh tokens by result');
const refreshes = counter('boxlist_token_refreshes_total', 'Token refreshes by result');

/** The browser has come back: with a code (`SIGNED_IN`), or with the code of an error. */
export const signInReturned = ({ log }: Context, result: string, boxOfficeId: string | undefined): void => {
  signIns({ result });
  log.info({ result, boxOfficeId }, 'sign-in.returned');
};

/** A sign-in has its end: `CONNECTED`, `UNCONFIRMED`, or the code of an error. */
export const signInCompleted = ({ log }: Context, result: string, { boxOfficeId, role }: SignIn): void => {
  signIns({ result });
  log.info({ result, boxOfficeId, role }, 'sign-in.completed');
};

export const tokenRevoked = ({ log }: Context, result: 'revoked' | 'failed'): void => {
  revocations({ result });
  log.info({ result }, 'token.revoked');
};

export const tokenRefreshed = (
  { log }: Context,
  connectionId: string,
  result: 'refreshed' | 'needs-reconnect' | 'unavailable',
): void => {
  refreshes({ result });
  log.info({ connectionId, result }, 'token.refreshed');
};

export const settingsChosen = ({ log }: Context, { id, version, settings }: Connection): void =>
  log.info({ connectionId: id, version, ...settings }, 'connection.settings-chosen');

export const ticketTailorKeyChanged = ({ log }: Context, boxOfficeId: string, result: 'set' | 'removed'): void =>
  log.info({ boxOfficeId, result }, 'ticket-tailor-key.changed');

export const disconnected = ({ log }: Context, connectionId: string): void =>
  log.info({ connectionId }, 'connection.disconnected');

export const resourceRead = (
  { log }: Context,
  connectionId: string,
  kind: ResourceKind,
  result: ErrorCode | 'READ',
): void => {
  readings({ kind, result });
  log.info({ connectionId, kind, result }, 'account.read');
};
