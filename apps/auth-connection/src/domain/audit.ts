import type { AuditAction } from '@boxlist/contracts';
import type { OutboxEntry } from '@boxlist/event-bus';
import { auditEntry, type Actor } from '@boxlist/service-kit';
import type { Connection } from './connection';

/** The audit entry of an act on a connection. It names the Constant Contact account by its id. */
export const connectionAudit = (
  actor: Actor,
  action: AuditAction,
  { id, accountId }: Pick<Connection, 'id' | 'accountId'>,
  details: Readonly<Record<string, string>>,
  now: Date,
): OutboxEntry =>
  auditEntry(
    'auth-connection',
    actor,
    { action, object: { type: 'CONNECTION', id }, details: { accountId, ...details } },
    now,
  );
