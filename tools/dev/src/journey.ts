import { anOrderEvent, connectAccount, eventually, type GraphClient, type Stack } from '@boxlist/testkit';

export const demoBoxOffice = 'bo_demo';
export const demoAccount = 'riverside';

interface Named {
  readonly id: string;
  readonly name: string;
}
interface Overview {
  readonly apps: { id: string; subscription: { entitled: boolean } | null }[];
  readonly connections: { id: string; status: string; accountName: string | null }[];
  readonly workflows: { nodes: Named[] };
}

const overview = async (graph: GraphClient): Promise<Overview> =>
  (
    await graph.query<{ boxOffice: Overview }>(
      `{
        boxOffice {
          apps { id subscription { entitled } }
          connections { id status accountName }
          workflows(first: 100) { nodes { id name } }
        }
      }`,
    )
  ).boxOffice;

const checked = <T extends { userErrors: { message: string }[] }>(payload: T): T => {
  if (payload.userErrors.length > 0) throw new Error(payload.userErrors.map(({ message }) => message).join('; '));
  return payload;
};

/** Activates the add-on. Throws if the graph refuses. */
const activate = async (graph: GraphClient): Promise<void> => {
  const { activateApp } = await graph.query<{ activateApp: { userErrors: { message: string }[] } }>(
    `mutation { activateApp(input: { appId: "app_constant-contact" }) { userErrors { message } } }`,
  );
  checked(activateApp);
};

const createWorkflow = async (graph: GraphClient, input: object): Promise<void> => {
  const { createWorkflow: created } = await graph.query<{ createWorkflow: { userErrors: { message: string }[] } }>(
    `mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { userErrors { message } } }`,
    { input },
  );
  checked(created);
};

/**
 * Prepares the demo box office: activates the add-on, connects, and creates two workflows. Skips what exists already.
 */
export const prepare = async (graph: GraphClient, say: (line: string) => void): Promise<void> => {
  let now = await overview(graph);
  if (!now.apps.some(({ subscription }) => subscription?.entitled)) {
    await activate(graph);
    say('The organiser activated the Constant Contact add-on');
  }
  if (!now.connections.some(({ status }) => status === 'CONNECTED')) {
    await connectAccount(graph, demoAccount);
    say('… signed in to Constant Contact (OAuth, through the sandbox) and confirmed the account');
  }
  now = await overview(graph);
  const connectionId = now.connections.find(({ status }) => status === 'CONNECTED')?.id;
  const { boxOffice } = await graph.query<{
    boxOffice: { connections: { id: string; contactLists: { nodes: Named[] } }[] };
  }>(`{ boxOffice { connections { id contactLists(first: 50) { nodes { id name } } } } }`);
  const list = boxOffice.connections
    .find(({ id }) => id === connectionId)
    ?.contactLists.nodes.find(({ name }) => name === 'Newsletter');
  const has = (name: string): boolean => now.workflows.nodes.some((workflow) => workflow.name === name);
  if (!has('Newsletter for buyers')) {
    await createWorkflow(graph, {
      templateId: 'add-to-list',
      connectionId,
      name: 'Newsletter for buyers',
      details: [{ key: 'listId', value: list?.id ?? '' }],
    });
    say('… created the workflow "Newsletter for buyers" (adds buyers to a list)');
  }
  if (!has('Event tags')) {
    await createWorkflow(graph, { templateId: 'event-tag', connectionId, name: 'Event tags' });
    say('… created the workflow "Event tags" (tags buyers with their event)');
  }
};

/** Five orders; `run` makes their ids differ from those of earlier runs. */
export const fiveOrders = (run: string) => {
  const order = (id: string, email: string, optIn: string | null, first_name: string) =>
    anOrderEvent({
      boxOfficeId: demoBoxOffice,
      order: { id: `or_${run}_${id}`, marketing_opt_in: optIn, buyer_details: { email, first_name } },
    });
  return [
    order('1_opted_in', `ada.${run}@example.com`, 'true', 'Ada'),
    order('2_not_opted_in', `ben.${run}@example.com`, 'false', 'Ben'),
    order('3_not_asked', `cleo.${run}@example.com`, null, 'Cleo'),
    order('4_unsubscribed', `unsubscribed.${demoAccount}@example.com`, 'true', 'Dora'),
    order('5_same_buyer_again', `ada.${run}@example.com`, 'true', 'Ada'),
  ];
};

interface Answer {
  readonly order: { readonly id: string };
  readonly workflow: { readonly name: string };
  readonly status: string;
  readonly reason: { readonly code: string; readonly message: string } | null;
}

/** Waits until each of these orders has its outcomes, and returns them. */
export const answersFor = (graph: GraphClient, orderIds: readonly string[], workflows: number): Promise<Answer[]> =>
  eventually(
    async () => {
      const { boxOffice } = await graph.query<{ boxOffice: { deliveries: { nodes: Answer[] } } }>(
        `{
          boxOffice {
            deliveries(first: 100) { nodes { order { id } workflow { name } status reason { code message } } }
          }
        }`,
      );
      const ours = boxOffice.deliveries.nodes.filter(({ order }) => orderIds.includes(order.id));
      const open = ours.filter(({ status }) => status === 'PENDING' || status === 'WAITING').length;
      if (ours.length < orderIds.length * workflows || open > 0)
        throw new Error(`${ours.length} of ${orderIds.length * workflows} deliveries, ${open} open`);
      return ours.sort(
        (a, b) => a.order.id.localeCompare(b.order.id) || a.workflow.name.localeCompare(b.workflow.name),
      );
    },
    { timeoutMs: 60_000, everyMs: 200 },
  );

/** The sandbox's contacts with these addresses. */
export const contactsOf = async (stack: Stack, emails: readonly string[]) =>
  (await stack.sandbox.contacts(demoAccount)).filter(({ email_address }) => emails.includes(email_address.address));
