import type { auditEventSchema, AuditEntry } from '@boxlist/contracts';
import type { z } from 'zod';

type AuditEvent = z.infer<typeof auditEventSchema>;

/** An entry of the audit log. It never changes. */
export interface Entry extends AuditEntry {
  /** The id of its event, which is the same however often the event arrives. */
  readonly id: string;
  readonly at: Date;
}

export const entryOf = ({ id, time, data }: AuditEvent): Entry => ({ ...data, id, at: new Date(time) });

/** An entry as a line of JSON, with the fields in the sequence of the graph. */
export const jsonLineOf = ({ id, at, action, actor, object, requestId, details }: Entry): string =>
  `${JSON.stringify({ id, at, action, actor, object, requestId, details })}\n`;

/** When an entry may be deleted. */
export const expiryOf = ({ at }: Entry, retentionDays: number): Date =>
  new Date(at.getTime() + retentionDays * 86_400_000);
