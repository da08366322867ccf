import { AppError } from '@boxlist/contracts';
import { requireRole, type Actor } from '@boxlist/service-kit';
import type { Context } from '../context';
import { workflowAudit } from '../domain/audit';
import { checkSpec, specDefaults, type Workflow, type WorkflowSpec } from '../domain/workflow';
import { workflowChanged } from '../report';
import { demandConnection, demandEntitlement } from './demand';
import { ownWorkflow } from './own-workflow';

/** The decisions that a new workflow needs. The others have defaults. */
type NewSpec = Partial<WorkflowSpec> & Pick<WorkflowSpec, 'name' | 'templateId' | 'connectionId'>;

const insert = async (
  ctx: Context,
  actor: Actor,
  spec: WorkflowSpec,
  kind: 'created' | 'duplicated',
  details: Readonly<Record<string, string>> = {},
): Promise<Workflow> => {
  await demandEntitlement(ctx, actor);
  await demandConnection(ctx, actor, spec.connectionId);
  const now = ctx.clock();
  const workflow = await ctx.workflows.insert(
    {
      boxOfficeId: actor.boxOfficeId,
      version: 1,
      status: 'ACTIVE',
      spec,
      activeSince: now,
      changedAt: now,
      changedBy: actor.subject,
      createdAt: now,
    },
    ctx.limits.workflows,
    (saved) => workflowAudit(actor, kind, saved, details),
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
export const createWorkflow = async (ctx: Context, actor: Actor, given: NewSpec): Promise<Workflow> => {
  requireRole(actor, 'manager');
  return insert(ctx, actor, checkSpec({ ...specDefaults, ...given }, ctx.limits), 'created');
};

/**
 * Creates an active copy, under `name` or the old name with "(copy)". Throws NOT_FOUND, and the errors of
 * `createWorkflow`.
 */
export const duplicateWorkflow = async (
  ctx: Context,
  actor: Actor,
  input: { readonly id: string; readonly name?: string | null },
): Promise<Workflow> => {
  requireRole(actor, 'manager');
  const { spec } = await ownWorkflow(ctx, actor, input.id);
  const name = input.name ?? `${spec.name.slice(0, 90)} (copy)`;
  return insert(ctx, actor, checkSpec({ ...spec, name }, ctx.limits), 'duplicated', { from: input.id });
};
