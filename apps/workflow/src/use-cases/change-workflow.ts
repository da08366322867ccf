import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { checkSpec, type Workflow, type WorkflowSpec, type WorkflowVersion } from '../domain/workflow';
import { workflowChanged } from '../report';

const appId = 'app_constant-contact';

/** Asks again, after the facts have been caught up with, before saying no: the organiser may have clicked a second ago. */
const certainly = async (
  ctx: Context,
  follower: 'entitlements' | 'connections',
  ask: () => Promise<AppError | undefined>,
): Promise<void> => {
  if (!(await ask())) return;
  await ctx.followers[follower].caughtUp(3_000);
  const refusal = await ask();
  if (refusal) throw refusal;
};

const demandEntitlement = (ctx: Context, { boxOfficeId }: Identity): Promise<void> =>
  certainly(ctx, 'entitlements', async () => {
    const fact = await ctx.facts.entitlements.byId(`${boxOfficeId}:${appId}`);
    return fact?.entitled
      ? undefined
      : new AppError('ENTITLEMENT_REQUIRED', 'Activate the Constant Contact add-on first');
  });

const demandConnection = (ctx: Context, { boxOfficeId }: Identity, connectionId: string): Promise<void> =>
  certainly(ctx, 'connections', async () => {
    const field = ['input', 'connectionId'];
    const fact = await ctx.facts.connections.byId(connectionId);
    if (fact?.boxOfficeId !== boxOfficeId || fact.status === 'DISCONNECTED') {
      return new AppError('CONNECTION_REQUIRED', 'Sign in to Constant Contact first', { field });
    }
    return fact.status === 'CONNECTED'
      ? undefined
      : new AppError('CONNECTION_NEEDS_RECONNECT', 'Sign in to Constant Contact again first', { field });
  });

/** The workflow of that id in the caller's box office. Throws NOT_FOUND, for deleted ones too. */
export const ownWorkflow = async (ctx: Context, identity: Identity, id: string): Promise<Workflow> => {
  const workflow = await ctx.workflows.byId(id);
  if (workflow?.boxOfficeId !== identity.boxOfficeId || workflow.status === 'DELETED') {
    throw new AppError('NOT_FOUND', 'There is no such workflow', { field: ['input', 'id'] });
  }
  return workflow;
};

const announce = async (ctx: Context, kind: string, workflow: Workflow): Promise<Workflow> => {
  await ctx.outbox.nudge();
  workflowChanged(ctx, kind, workflow);
  return workflow;
};

const insert = async (ctx: Context, identity: Identity, spec: WorkflowSpec, kind: string): Promise<Workflow> => {
  await demandEntitlement(ctx, identity);
  await demandConnection(ctx, identity, spec.connectionId);
  const now = ctx.clock();
  const workflow = await ctx.workflows.insert({
    boxOfficeId: identity.boxOfficeId,
    version: 1,
    status: 'ACTIVE',
    spec,
    activeSince: now,
    changedAt: now,
    changedBy: identity.subject,
    createdAt: now,
  });
  return announce(ctx, kind, workflow);
};

/** Creates a workflow, active at once. Throws what `checkSpec` throws, ENTITLEMENT_REQUIRED, CONNECTION_REQUIRED. */
export const createWorkflow = async (ctx: Context, identity: Identity, spec: WorkflowSpec): Promise<Workflow> => {
  requireRole(identity, 'manager');
  return insert(ctx, identity, checkSpec(spec), 'created');
};

/** Creates a copy under a new name. */
export const duplicateWorkflow = async (
  ctx: Context,
  identity: Identity,
  input: { id: string; name?: string | null },
): Promise<Workflow> => {
  requireRole(identity, 'manager');
  const { spec } = await ownWorkflow(ctx, identity, input.id);
  const name = input.name ?? `${spec.name.slice(0, 90)} (copy)`;
  return insert(ctx, identity, checkSpec({ ...spec, name }), 'duplicated');
};

interface Change {
  readonly id: string;
  readonly expectedVersion?: number | null;
}

const conflict = () =>
  new AppError('VERSION_CONFLICT', 'Somebody changed this workflow meanwhile; read it again', {
    field: ['input', 'expectedVersion'],
  });

const change = async (
  ctx: Context,
  identity: Identity,
  { id, expectedVersion }: Change,
  kind: string,
  next: (current: Workflow, now: Date) => Promise<Pick<WorkflowVersion, 'status' | 'spec' | 'activeSince'> | undefined>,
): Promise<Workflow> => {
  requireRole(identity, 'manager');
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const current = await ownWorkflow(ctx, identity, id);
    if (expectedVersion != null && expectedVersion !== current.version) throw conflict();
    const now = ctx.clock();
    const changed = await next(current, now);
    if (!changed) return current;
    const saved = await ctx.workflows.replace(current, {
      ...changed,
      version: current.version + 1,
      changedAt: now,
      changedBy: identity.subject,
    });
    if (saved) return announce(ctx, kind, saved);
  }
  throw conflict();
};

/** Changes what is given and leaves the rest. */
export const updateWorkflow = (
  ctx: Context,
  identity: Identity,
  input: Change & { spec: Partial<WorkflowSpec> },
): Promise<Workflow> =>
  change(ctx, identity, input, 'updated', async (current) => {
    const spec = checkSpec({ ...current.spec, ...input.spec });
    await demandEntitlement(ctx, identity);
    if (spec.connectionId !== current.spec.connectionId) await demandConnection(ctx, identity, spec.connectionId);
    return { ...current, spec };
  });

/** Pausing and deleting need no entitlement: nobody is kept from stopping. */
export const pauseWorkflow = (ctx: Context, identity: Identity, input: Change): Promise<Workflow> =>
  change(ctx, identity, input, 'paused', async (current) =>
    current.status === 'PAUSED' ? undefined : { ...current, status: 'PAUSED' },
  );

export const resumeWorkflow = (ctx: Context, identity: Identity, input: Change): Promise<Workflow> =>
  change(ctx, identity, input, 'resumed', async (current, now) => {
    if (current.status === 'ACTIVE') return undefined;
    await demandEntitlement(ctx, identity);
    await demandConnection(ctx, identity, current.spec.connectionId);
    return { ...current, status: 'ACTIVE', activeSince: now };
  });

export const deleteWorkflow = (ctx: Context, identity: Identity, input: Change): Promise<Workflow> =>
  change(ctx, identity, input, 'deleted', async (current) => ({ ...current, status: 'DELETED' }));
