import { connectAccount as connect, eventually, type GraphClient } from '@boxlist/testkit';

export { connect };

/** One delivery as a frontend reads it. */
export interface SeenDelivery {
  readonly id: string;
  readonly status: 'PENDING' | 'WAITING' | 'SYNCED' | 'SKIPPED' | 'FAILED';
  readonly reason: { readonly code: string; readonly message: string } | null;
  readonly order: { readonly id: string };
  readonly workflow: { readonly id: string };
  readonly contactId: string | null;
}

interface Payload {
  readonly userErrors: { readonly code: string; readonly message: string; readonly field: string[] | null }[];
}

const must = <P extends Payload>(payload: P): P => {
  if (payload.userErrors.length > 0) throw new Error(`refused: ${JSON.stringify(payload.userErrors)}`);
  return payload;
};

/** Activates the add-on, as the organiser's click does. */
export const activate = async (graph: GraphClient): Promise<string> => {
  const { activateApp } = await graph.query<{ activateApp: Payload & { subscription: { status: string } } }>(
    `mutation { activateApp(input: { appId: "app_constant-contact" }) {
      subscription { status } userErrors { code message field } } }`,
  );
  return must(activateApp).subscription.status;
};

/** The first 50 lists and tags of the connected account. */
export const resources = async (graph: GraphClient) => {
  const { boxOffice } = await graph.query<{
    boxOffice: { connections: { contactLists: { nodes: Named[] }; tags: { nodes: Named[] } }[] };
  }>(
    `{ boxOffice { connections {
      contactLists(first: 50) { nodes { id name } } tags(first: 50) { nodes { id name } } } } }`,
  );
  const [connection] = boxOffice.connections;
  if (!connection) throw new Error('no connection');
  return { lists: connection.contactLists.nodes, tags: connection.tags.nodes };
};

interface Named {
  readonly id: string;
  readonly name: string;
}

interface WorkflowInput {
  readonly templateId: string;
  readonly connectionId: string;
  readonly name: string;
  readonly details?: { key: string; value: string }[];
  readonly onCancelledOrder?: string;
  readonly whenPaused?: string;
}

/**
 * Creates a workflow and returns its id. Retries while the answer says that a service is unavailable, for example after
 * a restart.
 */
export const createWorkflow = (graph: GraphClient, input: WorkflowInput): Promise<string> =>
  eventually(async () => {
    const { data, errors = [] } = await graph.raw(
      `mutation ($input: CreateWorkflowInput!) {
        createWorkflow(input: $input) { workflow { id } userErrors { code message field } }
      }`,
      { input: { details: [], ...input } },
    );
    const unavailable = errors.filter(({ extensions }) => extensions?.code === 'UNAVAILABLE');
    if (unavailable.length > 0) throw new Error(unavailable[0]?.message);
    const { createWorkflow } = data as { createWorkflow: Payload & { workflow: { id: string } } };
    return must(createWorkflow).workflow.id;
  });

/** All deliveries of the box office, newest first. */
export const deliveries = async (graph: GraphClient, filter: Record<string, unknown> = {}): Promise<SeenDelivery[]> => {
  const all: SeenDelivery[] = [];
  let after: string | null = null;
  do {
    const page: DeliveryPage = await graph.query<DeliveryPage>(
      `query ($filter: DeliveryFilter, $after: String) {
        boxOffice { deliveries(filter: $filter, first: 100, after: $after) {
          nodes { id status reason { code message } order { id } workflow { id } contactId }
          pageInfo { hasNextPage endCursor } } } }`,
      { filter, after },
    );
    all.push(...page.boxOffice.deliveries.nodes);
    const { hasNextPage, endCursor } = page.boxOffice.deliveries.pageInfo;
    after = hasNextPage ? endCursor : null;
  } while (after);
  return all;
};

interface DeliveryPage {
  readonly boxOffice: {
    readonly deliveries: { nodes: SeenDelivery[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
  };
}

/** Waits until there are `count` deliveries and each has its outcome. */
export const settled = (graph: GraphClient, count: number, timeoutMs = 60_000): Promise<SeenDelivery[]> =>
  eventually(
    async () => {
      const seen = await deliveries(graph);
      const open = seen.filter(({ status }) => status === 'PENDING' || status === 'WAITING').length;
      if (seen.length !== count || open > 0)
        throw new Error(`${seen.length} of ${count} deliveries, ${open} still open`);
      return seen;
    },
    { timeoutMs },
  );

/** Connects a box office and creates one workflow that puts buyers on the first list. */
export const ready = async (graph: GraphClient, account: string) => {
  await activate(graph);
  const connectionId = await connect(graph, account);
  const { lists, tags } = await resources(graph);
  const list = lists[0];
  const tag = tags[0];
  if (!list || !tag) throw new Error('the demo account has no list or no tag');
  const workflowId = await createWorkflow(graph, {
    templateId: 'add-to-list',
    connectionId,
    name: 'Everyone who opted in',
    details: [{ key: 'listId', value: list.id }],
  });
  return { connectionId, list, tag, workflowId };
};
