import { idPrefixes, isId } from '@boxlist/contracts';
import { inputScalars, ownBoxOffice, withUserErrors, type CompleteResolvers } from '@boxlist/service-kit';
import type { GraphContext } from './context';
import { templateById, templates } from './domain/templates';
import type { Workflow, WorkflowSpec, WorkflowVersion } from './domain/workflow';
import type {
  ChangeWorkflowInput,
  CreateWorkflowInput,
  FieldMappingInput,
  Resolvers,
  ResolversParentTypes,
  UpdateWorkflowInput,
  WorkflowFilterInput,
} from './generated/resolver-types';
import * as change from './use-cases/change-workflow';
import * as create from './use-cases/create-workflow';
import { listVersions, listWorkflows } from './use-cases/list-workflows';

const ownById = async (id: string, { ctx, identity }: GraphContext): Promise<Workflow | null> => {
  if (!isId('workflow', id)) return null;
  const workflow = await ctx.workflows.byId(id);
  return workflow?.boxOfficeId === identity.boxOfficeId ? workflow : null;
};

/** The type of another service's object, by the prefix of its id. The service that owns it checks the tenant. */
const foreignTypes = {
  connection: 'Connection',
  delivery: 'Delivery',
  backfill: 'Backfill',
  notice: 'Notice',
  subscription: 'AppSubscription',
} as const;

const node = async (id: string, graph: GraphContext) => {
  if (id.startsWith(idPrefixes.workflow)) {
    const workflow = await ownById(id, graph);
    return workflow && ({ __typename: 'Workflow', ...workflow } as const);
  }
  for (const kind of ['connection', 'delivery', 'backfill', 'notice', 'subscription'] as const)
    if (isId(kind, id)) return { __typename: foreignTypes[kind], id };
  return null;
};

/** Removes nulls, which mean the same as absence. */
const withoutNulls = <T extends object>(fields: T) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };

const toFilter = ({ eventIds, eventSeriesIds, ticketTypeIds }: WorkflowFilterInput): WorkflowSpec['filter'] => ({
  eventIds: [...(eventIds ?? [])],
  eventSeriesIds: [...(eventSeriesIds ?? [])],
  ticketTypeIds: [...(ticketTypeIds ?? [])],
});

const toMapping = ({ source, question, customFieldId }: FieldMappingInput): WorkflowSpec['fieldMapping'][number] => ({
  source,
  question: question ?? null,
  customFieldId,
});

const toSpec = (input: Omit<CreateWorkflowInput, 'templateId'> | UpdateWorkflowInput): Partial<WorkflowSpec> => {
  const { name, connectionId, details, filter, listIds, tagIds, fieldMapping } = input;
  const { whenNotOptedIn, whenUnsubscribed, onCancelledOrder, whenPaused } = input;
  return withoutNulls({
    name,
    connectionId,
    details,
    filter: filter && toFilter(filter),
    listIds,
    tagIds,
    fieldMapping: fieldMapping?.map(toMapping),
    whenNotOptedIn,
    whenUnsubscribed,
    onCancelledOrder,
    whenPaused,
  });
};

const answer = (run: () => Promise<Workflow>) =>
  withUserErrors({ workflow: null }, async () => ({ workflow: await run() }));

const changeBy =
  (useCase: typeof change.pauseWorkflow) =>
  (_: unknown, { input: { id, expectedVersion } }: { input: ChangeWorkflowInput }, { ctx, identity }: GraphContext) =>
    answer(() => useCase(ctx, identity, { id, expectedVersion }));

/** The fields of the organiser's decisions, which a workflow and each of its versions show. */
const specFields = {
  name: ({ spec }: WorkflowVersion) => spec.name,
  template: ({ spec }: WorkflowVersion) => templateById(spec.templateId),
  connection: ({ spec }: WorkflowVersion) => ({ id: spec.connectionId }),
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

export const resolvers: CompleteResolvers<Resolvers, ResolversParentTypes> = {
  DateTime: inputScalars.DateTime,
  Node: { __resolveType: ({ __typename }) => __typename },
  Query: {
    boxOffice: (_, __, { identity }) => ({ id: identity.boxOfficeId }),
    node: (_, { id }, graph) => node(id, graph),
  },
  BoxOffice: {
    __resolveReference: ({ id }, { identity }) => ({ id: ownBoxOffice(identity, id) }),
    workflowTemplates: () => templates,
    workflows: (_, { status, first, after, last, before }, { ctx, identity }) =>
      listWorkflows(ctx, identity, status ?? undefined, { first, after, last, before }),
  },
  Workflow: {
    ...specFields,
    __resolveReference: ({ id }, graph) => ownById(id, graph),
    updatedAt: ({ changedAt }) => changedAt,
    versions: (workflow, { first, after, last, before }, { ctx }) =>
      listVersions(ctx, workflow, { first, after, last, before }),
  },
  WorkflowVersion: specFields,
  Mutation: {
    createWorkflow: (_, { input }, { ctx, identity }) => {
      const { name, templateId, connectionId } = input;
      return answer(() => create.createWorkflow(ctx, identity, { ...toSpec(input), name, templateId, connectionId }));
    },
    duplicateWorkflow: (_, { input: { id, name } }, { ctx, identity }) =>
      answer(() => create.duplicateWorkflow(ctx, identity, { id, name })),
    updateWorkflow: (_, { input }, { ctx, identity }) => {
      const { id, expectedVersion } = input;
      return answer(() => change.updateWorkflow(ctx, identity, { id, expectedVersion, spec: toSpec(input) }));
    },
    pauseWorkflow: changeBy(change.pauseWorkflow),
    resumeWorkflow: changeBy(change.resumeWorkflow),
    deleteWorkflow: changeBy(change.deleteWorkflow),
  },
};
