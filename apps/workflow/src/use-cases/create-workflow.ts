import { AppError } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import { checkSpec, specDefaults, type Workflow, type WorkflowSpec } from '../domain/workflow';
import { workflowChanged } from '../report';
import { demandConnection, demandEntitlement } from './demand';
import { ownWorkflow } from './own-workflow';

/** The decisions that a new workflow needs. The others have defaults. */
type NewSpec = Partial<WorkflowSpec> & Pick<WorkflowSpec, 'name' | 'templateId' | 'connectionId'>;

const insert = async (
  ctx: Context,
  identity: Identity,
  spec: WorkflowSpec,
  kind: 'created' | 'duplicated',
): Promise<Workflow> => {
  await demandEntitlement(ctx, identity);
  await demandConnection(ctx, identity, spec.connectionId);
  const now = ctx.clock();
  const workflow = await ctx.workflows.insert(
    {
      boxOfficeId: identity.boxOfficeId,
      version: 1,
      status: 'ACTIVE',
      spec,
      activeSince: now,
      changedAt: now,
      changedBy: identity.subject,
      createdAt: now,
    },
    ctx.limits.workflows,
  );
  if (!workflow)
    throw new AppError(
      'LIMIT_REACHED',
      `This box office already has ${ctx.limits.workflows} workflows and cannot have more. Delete one first.`,
    );
  await ctx.outbox.notify();
  workflowChanged(ctx, kind, workflow);
  return workflow;
};

/**
 * Creates an active workflow. Throws the errors of `checkSpec`, ENTITLEMENT_REQUIRED, CONNECTION_REQUIRED,
 * CONNECTION_NEEDS_RECONNECT, LIMIT_REACHED.
 */
export const createWorkflow = async (ctx: Context, identity: Identity, given: NewSpec): Promise<Workflow> => {
  requireRole(identity, 'manager');
  return insert(ctx, identity, checkSpec({ ...specDefaults, ...given }, ctx.limits), 'created');
};

/**
 * Creates an active copy, under `name` or the old name with "(copy)". Throws NOT_FOUND, and the errors of
 * `createWorkflow`.
 */
export const duplicateWorkflow = async (
  ctx: Context,
  identity: Identity,
  input: { readonly id: string; readonly name?: string | null },
): Promise<Workflow> => {
  requireRole(identity, 'manager');
  const { spec } = await ownWorkflow(ctx, identity, input.id);
  const name = input.name ?? `${spec.name.slice(0, 90)} (copy)`;
  return insert(ctx, identity, checkSpec({ ...spec, name }, ctx.limits), 'duplicated');
};
