import { AppError, idPrefixes } from '@boxlist/contracts';
import { keysetPage, ownBoxOffice, withUserErrors, type Identity, type PageArgs } from '@boxlist/service-kit';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import type { Context } from './context';
import { templateById, templates } from './domain/templates';
import type { Workflow, WorkflowSpec, WorkflowStatus, WorkflowVersion } from './domain/workflow';
import type { WorkflowPosition } from './store/workflows';
import * as use from './use-cases/change-workflow';

export interface GraphContext {
  readonly ctx: Context;
  readonly identity: Identity;
}
interface Input<T> {
  readonly input: T;
}
type SpecInput = { readonly [K in keyof WorkflowSpec]?: WorkflowSpec[K] | null } & {
  readonly expectedVersion?: number | null;
};

const emptyFilter = { eventIds: [], eventSeriesIds: [], ticketTypeIds: [] };
const defaults: Omit<WorkflowSpec, 'name' | 'templateId' | 'connectionId'> = {
  details: [],
  filter: emptyFilter,
  listIds: [],
  tagIds: [],
  fieldMapping: [],
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  onCancelledOrder: 'KEEP',
};
const specNames = ['name', 'templateId', 'connectionId', ...Object.keys(defaults)];

/** The arguments that are present, with nulls taken as absent. */
const given = (input: SpecInput): Partial<WorkflowSpec> => {
  const present = Object.fromEntries(
    Object.entries(input).filter(([name, value]) => specNames.includes(name) && value != null),
  ) as Partial<WorkflowSpec>;
  return {
    ...present,
    ...(present.filter ? { filter: { ...emptyFilter, ...present.filter } } : {}),
    ...(present.fieldMapping
      ? { fieldMapping: present.fieldMapping.map((each) => ({ ...each, question: each.question ?? null })) }
      : {}),
  };
};

const mine = ({ identity }: GraphContext) => ({ __typename: 'BoxOffice', id: identity.boxOfficeId });
const own = (workflow: Workflow | undefined, { identity }: GraphContext) =>
  workflow?.boxOfficeId === identity.boxOfficeId ? workflow : null;
const templateOf = ({ spec }: WorkflowVersion) => templateById(spec.templateId);

const isPosition = (value: unknown): value is WorkflowPosition =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

const workflowPage = async ({ ctx, identity }: GraphContext, args: PageArgs & { status?: WorkflowStatus | null }) => {
  const status = args.status ?? undefined;
  const page = await keysetPage<Workflow, WorkflowPosition>({
    args,
    positionOf: ({ createdAt, id }) => [createdAt.getTime(), id],
    fetch: ({ direction, after, before, limit }) => {
      const beyond = direction === 'forward' ? after : before;
      if (beyond !== undefined && !isPosition(beyond))
        throw new AppError('BAD_INPUT', 'That is not a cursor of this list', { field: ['after'] });
      return ctx.workflows.page(identity.boxOfficeId, status, beyond, direction, limit);
    },
  });
  return { ...page, totalCount: () => ctx.workflows.count(identity.boxOfficeId, status) };
};

/** Which type an id names, by its prefix; each owner checks the tenant. */
const nodeTypes: Record<string, string> = {
  [idPrefixes.connection]: 'Connection',
  [idPrefixes.delivery]: 'Delivery',
  [idPrefixes.subscription]: 'Subscription',
};

const node = async (id: string, graph: GraphContext) => {
  if (id.startsWith(idPrefixes.workflow)) {
    const workflow = own(await graph.ctx.workflows.byId(id), graph);
    return workflow && { __typename: 'Workflow', ...workflow };
  }
  const type = Object.entries(nodeTypes).find(([prefix]) => id.startsWith(prefix))?.[1];
  return type ? { __typename: type, id } : null;
};

const answer = (run: () => Promise<Workflow>) =>
  withUserErrors({ workflow: null }, async () => ({ workflow: await run() }));

export const resolvers = {
  DateTime: GraphQLDateTimeISO,
  Node: { __resolveType: ({ __typename }: { __typename?: string }) => __typename ?? 'Workflow' },
  Query: {
    boxOffice: (_: unknown, __: unknown, graph: GraphContext) => mine(graph),
    node: (_: unknown, { id }: { id: string }, graph: GraphContext) => node(id, graph),
  },
  BoxOffice: {
    __resolveReference: ({ id }: { id: string }, graph: GraphContext) => (
      ownBoxOffice(graph.identity, id),
      mine(graph)
    ),
    workflowTemplates: () => templates,
    workflows: (_: unknown, args: PageArgs & { status?: WorkflowStatus | null }, graph: GraphContext) =>
      workflowPage(graph, args),
  },
  Workflow: {
    __resolveReference: async ({ id }: { id: string }, graph: GraphContext) =>
      own(await graph.ctx.workflows.byId(id), graph),
    name: ({ spec }: Workflow) => spec.name,
    template: templateOf,
    connection: ({ spec }: Workflow) => ({ __typename: 'Connection', id: spec.connectionId }),
    details: ({ spec }: Workflow) => spec.details,
    filter: ({ spec }: Workflow) => spec.filter,
    listIds: ({ spec }: Workflow) => spec.listIds,
    tagIds: ({ spec }: Workflow) => spec.tagIds,
    fieldMapping: ({ spec }: Workflow) => spec.fieldMapping,
    whenNotOptedIn: ({ spec }: Workflow) => spec.whenNotOptedIn,
    whenUnsubscribed: ({ spec }: Workflow) => spec.whenUnsubscribed,
    onCancelledOrder: ({ spec }: Workflow) => spec.onCancelledOrder,
    updatedAt: ({ changedAt }: Workflow) => changedAt,
    versions: async ({ id }: Workflow, args: PageArgs, { ctx }: GraphContext) => {
      const all = await ctx.workflows.versions(id);
      return keysetPage<WorkflowVersion, number>({
        args,
        positionOf: ({ version }) => version,
        fetch: async ({ direction, after, before, limit }) =>
          (direction === 'forward' ? all : [...all].reverse())
            .filter(
              ({ version }) => (after === undefined || version < after) && (before === undefined || version > before),
            )
            .slice(0, limit),
      });
    },
  },
  WorkflowVersion: {
    name: ({ spec }: WorkflowVersion) => spec.name,
    details: ({ spec }: WorkflowVersion) => spec.details,
    template: templateOf,
  },
  Mutation: {
    createWorkflow: (
      _: unknown,
      { input }: Input<SpecInput & Pick<WorkflowSpec, 'name' | 'templateId' | 'connectionId'>>,
      { ctx, identity }: GraphContext,
    ) =>
      answer(() =>
        use.createWorkflow(ctx, identity, {
          ...defaults,
          name: input.name,
          templateId: input.templateId,
          connectionId: input.connectionId,
          ...given(input),
        }),
      ),
    updateWorkflow: (
      _: unknown,
      { input }: Input<SpecInput & { id: string; expectedVersion: number }>,
      { ctx, identity }: GraphContext,
    ) =>
      answer(() =>
        use.updateWorkflow(ctx, identity, { id: input.id, expectedVersion: input.expectedVersion, spec: given(input) }),
      ),
    pauseWorkflow: (
      _: unknown,
      { input }: Input<{ id: string; expectedVersion?: number | null }>,
      { ctx, identity }: GraphContext,
    ) => answer(() => use.pauseWorkflow(ctx, identity, input)),
    resumeWorkflow: (
      _: unknown,
      { input }: Input<{ id: string; expectedVersion?: number | null }>,
      { ctx, identity }: GraphContext,
    ) => answer(() => use.resumeWorkflow(ctx, identity, input)),
    deleteWorkflow: (
      _: unknown,
      { input }: Input<{ id: string; expectedVersion?: number | null }>,
      { ctx, identity }: GraphContext,
    ) => answer(() => use.deleteWorkflow(ctx, identity, input)),
    duplicateWorkflow: (
      _: unknown,
      { input }: Input<{ id: string; name?: string | null }>,
      { ctx, identity }: GraphContext,
    ) => answer(() => use.duplicateWorkflow(ctx, identity, input)),
  },
};
