import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Entry } from './domain/entry';

const recorded = counter('boxlist_audit_entries_total', 'Stored entries of the audit log, by action');

export const entryStored = ({ log }: Context, { id, boxOfficeId, action, requestId }: Entry): void => {
  recorded({ action });
  log.info({ eventId: id, boxOfficeId, requestId }, 'audit.recorded');
};
