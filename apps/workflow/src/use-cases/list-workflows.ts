import { AppError } from '@boxlist/contracts';
import {
  keysetPage,
  type CountedPage,
  type Identity,
  type Page,
  type PageArgs,
  type PageRange,
} from '@boxlist/service-kit';
import type { Context } from '../context';
import type { Workflow, WorkflowStatus, WorkflowVersion } from '../domain/workflow';
import type { WorkflowPosition } from '../store/workflows';

export type WorkflowPage = CountedPage<Workflow>;

const notACursor = (field: string): AppError =>
  new AppError('BAD_INPUT', `The cursor in ${field} does not belong to this list`, { field: [field] });

/** Throws BAD_INPUT unless the positions from the cursors have the form of this list's positions. */
const checkRange = <P>(range: PageRange<P>, isPosition: (value: unknown) => boolean): PageRange<P> => {
  for (const field of ['after', 'before'] as const)
    if (range[field] !== undefined && !isPosition(range[field])) throw notACursor(field);
  return range;
};

const isWorkflowPosition = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'number' &&
  !Number.isNaN(new Date(value[0]).getTime()) &&
  typeof value[1] === 'string';

/**
 * A page of the box office's workflows, newest first. Deleted ones appear only if `status` asks for them. Throws
 * BAD_INPUT.
 */
export const listWorkflows = async (
  ctx: Context,
  { boxOfficeId }: Identity,
  status: WorkflowStatus | undefined,
  args: PageArgs,
): Promise<WorkflowPage> => {
  const page = await keysetPage<Workflow, WorkflowPosition>({
    args,
    positionOf: ({ createdAt, id }) => [createdAt.getTime(), id],
    fetch: (range) => ctx.workflows.page(boxOfficeId, status, checkRange(range, isWorkflowPosition)),
  });
  return { ...page, totalCount: () => ctx.workflows.count(boxOfficeId, status) };
};

/** A page of a workflow's states, newest first, including the current one. Throws BAD_INPUT. */
export const listVersions = (ctx: Context, workflow: Workflow, args: PageArgs): Promise<Page<WorkflowVersion>> =>
  keysetPage<WorkflowVersion, number>({
    args,
    positionOf: ({ version }) => version,
    fetch: async (range) => ctx.versions.page(workflow, checkRange(range, Number.isSafeInteger)),
  });
