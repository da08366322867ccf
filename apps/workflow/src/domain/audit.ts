import type { AuditAction } from '@boxlist/contracts';
import type { OutboxEntry } from '@boxlist/event-bus';
import { auditEntry, type Actor } from '@boxlist/service-kit';
import type { Workflow } from './workflow';

const actions = {
  created: 'WORKFLOW_CREATED',
  duplicated: 'WORKFLOW_DUPLICATED',
  updated: 'WORKFLOW_UPDATED',
  paused: 'WORKFLOW_PAUSED',
  resumed: 'WORKFLOW_RESUMED',
  deleted: 'WORKFLOW_DELETED',
} as const satisfies Record<string, AuditAction>;

/** The audit entry of a change, for the version of the workflow that it makes. Empty details are left out. */
export const workflowAudit = (
  actor: Actor,
  kind: keyof typeof actions,
  { id, version, changedAt }: Workflow,
  details: Readonly<Record<string, string>>,
): OutboxEntry =>
  auditEntry(
    'workflow',
    actor,
    {
      action: actions[kind],
      object: { type: 'WORKFLOW', id },
      details: Object.fromEntries(
        Object.entries({ version: String(version), ...details }).filter(([, value]) => value !== ''),
      ),
    },
    changedAt,
  );
