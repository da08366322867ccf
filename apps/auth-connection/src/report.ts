import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Connection } from './domain/connection';

const signIns = counter('boxlist_sign_ins_total', 'Sign-ins to Constant Contact by result');
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
