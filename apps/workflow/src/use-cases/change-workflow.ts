import { AppError } from '@boxlist/contracts';
import { requireRole, type Actor } from '@boxlist/service-kit';
import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../context';
import { workflowAudit } from '../domain/audit';
import { checkSpec, type Workflow, type WorkflowSpec, type WorkflowVersion } from '../domain/workflow';
import { workflowChanged } from '../report';
import { demandConnection, demandEntitlement } from './demand';
import { ownWorkflow } from './own-workflow';

interface Change {
  readonly id: string;
  /** The version that the caller read. Without it the change applies to the current version. */
  readonly expectedVersion?: number | null;
}

type NextState = Pick<WorkflowVersion, 'status' | 'spec' | 'activeSince'>;

/** The names of the decisions that differ, for the audit log. Their values may be the organiser's own words. */
const changedDecisions = (before: WorkflowSpec, after: WorkflowSpec): string =>
  (Object.keys(after) as (keyof WorkflowSpec)[])
    .filter((name) => !isDeepStrictEqual(before[name], after[name]))
    .sort()
    .join(', ');

const conflict = () =>
  new AppError('VERSION_CONFLICT', 'Someone else changed this workflow. Read it again, then retry.', {
    field: ['input', 'expectedVersion'],
  });

/**
 * Makes a new version from the current one. If another change was faster, it tries again with the new state, unless
 * the caller expected a version. Throws FORBIDDEN, NOT_FOUND, VERSION_CONFLICT.
 */
const change = async (
  ctx: Context,
  actor: Actor,
  { id, expectedVersion }: Change,
  kind: 'updated' | 'paused' | 'resumed' | 'deleted',
  next: (current: Workflow, now: Date) => Promise<NextState | undefined>,
): Promise<Workflow> => {
  requireRole(actor, 'manager');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const current = await ownWorkflow(ctx, actor, id);
    if (expectedVersion != null && expectedVersion !== current.version) throw conflict();
    const now = ctx.clock();
    const changed = await next(current, now);
    if (!changed) return current;
    await ctx.versions.keep(current);
    const saved = await ctx.workflows.replace(
      current,
      { ...changed, version: current.version + 1, changedAt: now, changedBy: actor.subject },
      (workflow) => workflowAudit(actor, kind, workflow, { changed: changedDecisions(current.spec, workflow.spec) }),
    );
    if (!saved) continue;
    await ctx.outbox.notify();
    workflowChanged(ctx, kind, saved);
    return saved;
  }
  throw conflict();
};

/**
 * Changes only the given decisions. Throws the errors of `checkSpec`, VERSION_CONFLICT, ENTITLEMENT_REQUIRED, and the
 * errors of `demandConnection` for a new connection.
 */
export const updateWorkflow = (
  ctx: Context,
  actor: Actor,
  input: Change & { readonly spec: Partial<WorkflowSpec> },
): Promise<Workflow> =>
  change(ctx, actor, input, 'updated', async (current) => {
    const spec = checkSpec({ ...current.spec, ...input.spec }, ctx.limits);
    await demandEntitlement(ctx, actor);
    if (spec.connectionId !== current.spec.connectionId) await demandConnection(ctx, actor, spec.connectionId);
    return { ...current, spec };
  });

/**
 * Pauses a workflow until it is resumed. Has no effect on a paused one. Needs no entitlement, so that everyone can
 * stop a workflow.
 */
export const pauseWorkflow = (ctx: Context, actor: Actor, input: Change): Promise<Workflow> =>
  change(ctx, actor, input, 'paused', async (current) =>
    current.status === 'PAUSED' ? undefined : { ...current, status: 'PAUSED' },
  );

/**
 * Makes a workflow accept orders again, from now on. If its pause waits, it also accepts the orders of the pause. Has
 * no effect on an active one.
 */
export const resumeWorkflow = (ctx: Context, actor: Actor, input: Change): Promise<Workflow> =>
  change(ctx, actor, input, 'resumed', async (current, now) => {
    if (current.status === 'ACTIVE') return undefined;
    await demandEntitlement(ctx, actor);
    await demandConnection(ctx, actor, current.spec.connectionId);
    return {
      ...current,
      status: 'ACTIVE',
      activeSince: current.spec.whenPaused === 'WAIT' ? current.activeSince : now,
    };
  });

/** Deletes a workflow for good; its history stays. Needs no entitlement. */
export const deleteWorkflow = (ctx: Context, actor: Actor, input: Change): Promise<Workflow> =>
  change(ctx, actor, input, 'deleted', async (current) => ({ ...current, status: 'DELETED' }));
