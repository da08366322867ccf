import { AppError } from '@boxlist/contracts';
import type { Identity } from '@boxlist/service-kit';
import type { Context } from '../context';
import type { Workflow } from '../domain/workflow';

/** The workflow with this id in the caller's box office. Throws NOT_FOUND, even for deleted ones. */
export const ownWorkflow = async (ctx: Context, identity: Identity, id: string): Promise<Workflow> => {
  const workflow = await ctx.workflows.byId(id);
  if (workflow?.boxOfficeId !== identity.boxOfficeId || workflow.status === 'DELETED')
    throw new AppError('NOT_FOUND', 'There is no such workflow', { field: ['input', 'id'] });
  return workflow;
};
