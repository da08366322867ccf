import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { checkSpec, type Workflow, type WorkflowSpec, type WorkflowVersion } from '../domain/workflow';
import { workflowChanged } from '../report';
import { demandConnection, demandEntitlement } from './demand';
import { ownWorkflow } from './own-workflow';

interface Change {
  readonly id: string;
  /** The version that the caller read; without it the change is made on whatever is there. */
  readonly expectedVersion?: number | null;
}

type NextState = Pick<WorkflowVersion, 'status' | 'spec' | 'activeSince'>;

const conflict = () =>
  new AppError('VERSION_CONFLICT', 'Someone else changed this workflow. Read it again, then retry.', {
    field: ['input', 'expectedVersion'],
  });

/**
 * Makes one new version from the present one; tries again on what a faster change left, unless a version was expected.
 */
const change = async (
  ctx: Context,
  identity: Identity,
  { id, expectedVersion }: Change,
  kind: 'updated' | 'paused' | 'resumed' | 'deleted',
  next: (current: Workflow, now: Date) => Promise<NextState | undefined>,
): Promise<Workflow> => {
  requireRole(identity, 'manager');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const current = await ownWorkflow(ctx, identity, id);
    if (expectedVersion != null && expectedVersion !== current.version) throw conflict();
    const now = ctx.clock();
    const changed = await next(current, now);
    if (!changed) return current;
    await ctx.versions.keep(current);
    const saved = await ctx.workflows.replace(current, {
      ...changed,
      version: current.version + 1,
      changedAt: now,
      changedBy: identity.subject,
    });
    if (!saved) continue;
    await ctx.outbox.nudge();
    workflowChanged(ctx, kind, saved);
    return saved;
  }
  throw conflict();
};

/**
 * Changes what is given and leaves the rest. Throws what `checkSpec` throws, VERSION_CONFLICT, ENTITLEMENT_REQUIRED.
 */
export const updateWorkflow = (
  ctx: Context,
  identity: Identity,
  input: Change & { readonly spec: Partial<WorkflowSpec> },
): Promise<Workflow> =>
  change(ctx, identity, input, 'updated', async (current) => {
    const spec = checkSpec({ ...current.spec, ...input.spec });
    await demandEntitlement(ctx, identity);
    if (spec.connectionId !== current.spec.connectionId) await demandConnection(ctx, identity, spec.connectionId);
    return { ...current, spec };
  });

/** Stops it until resumed; a paused one stays as it is. Needs no entitlement: nobody is kept from stopping. */
export const pauseWorkflow = (ctx: Context, identity: Identity, input: Change): Promise<Workflow> =>
  change(ctx, identity, input, 'paused', async (current) =>
    current.status === 'PAUSED' ? undefined : { ...current, status: 'PAUSED' },
  );

/** Takes orders again: from now on, or, when its pause waits, those of the pause too. An active one stays as it is. */
export const resumeWorkflow = (ctx: Context, identity: Identity, input: Change): Promise<Workflow> =>
  change(ctx, identity, input, 'resumed', async (current, now) => {
    if (current.status === 'ACTIVE') return undefined;
    await demandEntitlement(ctx, identity);
    await demandConnection(ctx, identity, current.spec.connectionId);
    return {
      ...current,
      status: 'ACTIVE',
      activeSince: current.spec.whenPaused === 'WAIT' ? current.activeSince : now,
    };
  });

/** Ends it for good; its history stays. Needs no entitlement. */
export const deleteWorkflow = (ctx: Context, identity: Identity, input: Change): Promise<Workflow> =>
  change(ctx, identity, input, 'deleted', async (current) => ({ ...current, status: 'DELETED' }));
