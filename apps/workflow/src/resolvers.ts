import { AppError, idPrefixes, isId } from '@boxlist/contracts';
import {
  keysetPage,
  ownBoxOffice,
  withUserErrors,
  type Identity,
  type PageArgs,
  type PageRange,
} from '@boxlist/service-kit';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { Context, GraphContext } from './context';
import { templateById, templates } from './domain/templates';
import {
  specDefaults,
  type Workflow,
  type WorkflowSpec,
  type WorkflowStatus,
  type WorkflowVersion,
} from './domain/workflow';
import type { WorkflowPosition } from './store/workflows';
import * as change from './use-cases/change-workflow';
import * as create from './use-cases/create-workflow';

const mine = ({ identity }: GraphContext) => ({ __typename: 'BoxOffice', id: identity.boxOfficeId });

const ownById = async (id: string, { ctx, identity }: GraphContext) => {
  if (!isId('workflow', id)) return null;
  const workflow = await ctx.workflows.byId(id);
  return workflow?.boxOfficeId === identity.boxOfficeId ? { __typename: 'Workflow', ...workflow } : null;
};

/** Which type of another service an id names, by its prefix; its owner checks the tenant. */
const foreignTypes = {
  connection: 'Connection',
  delivery: 'Delivery',
  backfill: 'Backfill',
  subscription: 'AppSubscription',
} as const;

const node = async (id: string, graph: GraphContext) => {
  if (id.startsWith(idPrefixes.workflow)) return ownById(id, graph);
  for (const kind of ['connection', 'delivery', 'backfill', 'subscription'] as const)
    if (isId(kind, id)) return { __typename: foreignTypes[kind], id };
  return null;
};

const notACursor = (field: string): AppError =>
  new AppError('BAD_INPUT', `${field} is not a cursor of this list`, { field: [field] });

/** Throws BAD_INPUT unless the positions that came out of the cursors have the shape of this list's. */
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

const workflowPage = async (args: PageArgs & { status?: WorkflowStatus | null }, { ctx, identity }: GraphContext) => {
  const status = args.status ?? undefined;
  const page = await keysetPage<Workflow, WorkflowPosition>({
    args,
    positionOf: ({ createdAt, id }) => [createdAt.getTime(), id],
    fetch: (range) => ctx.workflows.page(identity.boxOfficeId, status, checkRange(range, isWorkflowPosition)),
  });
  return { ...page, totalCount: () => ctx.workflows.count(identity.boxOfficeId, status) };
};

const versionPage = (workflow: Workflow, args: PageArgs, { ctx }: GraphContext) =>
  keysetPage<WorkflowVersion, number>({
    args,
    positionOf: ({ version }) => version,
    fetch: async (range) => ctx.versions.page(workflow, checkRange(range, Number.isSafeInteger)),
  });

/** A field of the input: null means the same as absence. */
type Given<T> = { readonly [K in keyof T]?: T[K] | null };
type SpecInput = Given<Omit<WorkflowSpec, 'filter' | 'fieldMapping'>> & {
  readonly filter?: Given<WorkflowSpec['filter']> | null;
  readonly fieldMapping?:
    | readonly (Omit<WorkflowSpec['fieldMapping'][number], 'question'> & {
        readonly question?: string | null;
      })[]
    | null;
};
type CreateInput = SpecInput & Pick<WorkflowSpec, 'name' | 'templateId' | 'connectionId'>;
type UpdateInput = Omit<SpecInput, 'templateId'> & { readonly id: string; readonly expectedVersion: number };
interface ChangeInput {
  readonly id: string;
  readonly expectedVersion?: number | null;
}
interface DuplicateInput {
  readonly id: string;
  readonly name?: string | null;
}
interface Args<T> {
  readonly input: T;
}

const withoutNulls = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

const toSpec = ({ filter, fieldMapping, ...rest }: SpecInput): Partial<WorkflowSpec> => ({
  ...withoutNulls(rest),
  ...(filter ? { filter: { ...specDefaults.filter, ...withoutNulls(filter) } } : {}),
  ...(fieldMapping ? { fieldMapping: fieldMapping.map((each) => ({ ...each, question: each.question ?? null })) } : {}),
});

const answer = (run: () => Promise<Workflow>) =>
  withUserErrors({ workflow: null }, async () => ({ workflow: await run() }));

type ChangeCase = (ctx: Context, identity: Identity, input: ChangeInput) => Promise<Workflow>;
const changeBy =
  (useCase: ChangeCase) =>
  (_: unknown, { input }: Args<ChangeInput>, { ctx, identity }: GraphContext) =>
    answer(() => useCase(ctx, identity, input));

/** What a workflow and each of its versions show of what the organiser decided. */
const specFields = {
  name: ({ spec }: WorkflowVersion) => spec.name,
  template: ({ spec }: WorkflowVersion) => templateById(spec.templateId),
  connection: ({ spec }: WorkflowVersion) => ({ __typename: 'Connection', id: spec.connectionId }),
  details: ({ spec }: WorkflowVersion) => spec.details,
  filter: ({ spec }: WorkflowVersion) => spec.filter,
  listIds: ({ spec }: WorkflowVersion) => spec.listIds,
  tagIds: ({ spec }: WorkflowVersion) => spec.tagIds,
  fieldMapping: ({ spec }: WorkflowVersion) => spec.fieldMapping,
  whenNotOptedIn: ({ spec }: WorkflowVersion) => spec.whenNotOptedIn,
  whenUnsubscribed: ({ spec }: WorkflowVersion) => spec.whenUnsubscribed,
  onCancelledOrder: ({ spec }: WorkflowVersion) => spec.onCancelledOrder,
  whenPaused: ({ spec }: WorkflowVersion) => spec.whenPaused,
};

export const resolvers = {
  DateTime: GraphQLDateTimeISO,
  Node: { __resolveType: ({ __typename }: { __typename?: string }) => __typename ?? 'Workflow' },
  Query: {
    boxOffice: (_: unknown, __: unknown, graph: GraphContext) => mine(graph),
    node: (_: unknown, { id }: { id: string }, graph: GraphContext) => node(id, graph),
  },
  BoxOffice: {
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => {
      ownBoxOffice(graph.identity, id);
      return mine(graph);
    },
    workflowTemplates: () => templates,
    workflows: (_: unknown, args: PageArgs & { status?: WorkflowStatus | null }, graph: GraphContext) =>
      workflowPage(args, graph),
  },
  Workflow: {
    ...specFields,
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => ownById(id, graph),
    updatedAt: ({ changedAt }: Workflow) => changedAt,
    versions: versionPage,
  },
  WorkflowVersion: specFields,
  Mutation: {
    createWorkflow: (_: unknown, { input }: Args<CreateInput>, { ctx, identity }: GraphContext) => {
      const { name, templateId, connectionId } = input;
      return answer(() => create.createWorkflow(ctx, identity, { ...toSpec(input), name, templateId, connectionId }));
    },
    duplicateWorkflow: (_: unknown, { input }: Args<DuplicateInput>, { ctx, identity }: GraphContext) =>
      answer(() => create.duplicateWorkflow(ctx, identity, input)),
    updateWorkflow: (_: unknown, { input }: Args<UpdateInput>, { ctx, identity }: GraphContext) => {
      const { id, expectedVersion, ...spec } = input;
      return answer(() => change.updateWorkflow(ctx, identity, { id, expectedVersion, spec: toSpec(spec) }));
    },
    pauseWorkflow: changeBy(change.pauseWorkflow),
    resumeWorkflow: changeBy(change.resumeWorkflow),
    deleteWorkflow: changeBy(change.deleteWorkflow),
  },
};
