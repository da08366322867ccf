import type { ErrorCode } from '@boxlist/contracts';
import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { ResourceKind } from './domain/account-resource';
import type { Connection } from './domain/connection';

const signIns = counter('boxlist_sign_ins_total', 'Sign-ins to Constant Contact by result');
const readings = counter('boxlist_account_readings_total', 'Readings of lists, tags and custom fields by result');
const refreshes = counter('boxlist_token_refreshes_total', 'Token refreshes by result');

export const signInEnded = ({ log }: Context, result: string, boxOfficeId: string | undefined): void => {
  signIns({ result });
  log.info({ result, boxOfficeId }, 'sign-in.ended');
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
