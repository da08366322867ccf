import { topics } from '@boxlist/contracts';
import { createEventBus } from '@boxlist/event-bus';
import {
  anOrderEvent,
  canMeasureAtRest,
  connectAccount,
  eventually,
  measureAtRest,
  startStack,
  type GraphClient,
  type Stack,
} from '@boxlist/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import { line, quantile, type Line } from './table';

const boxOfficeId = 'bo_bench';
const account = 'riverside';
const orders = 8;
/** After this time without work all parts of a process are idle again. */
const restMs = 13_000;

/**
 * Measures what the six apps use while they are idle, and how long an order takes that comes in that state. Linux only.
 */
export const benchIdle = async (): Promise<Line[]> => {
  if (!canMeasureAtRest) {
    console.log(`Skipped idle: Boxlist can measure it on Linux only, not on ${process.platform}`);
    return [];
  }
  const profiles = process.env.BENCH_PROFILE;
  const stack = await startStack({
    onProgress: (text) => console.log(text),
    env: profiles ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` } : {},
  });
  try {
    await connectOffice(await stack.graphAs({ boxOfficeId, role: 'owner' }));
    const { apps, cpuPercent } = await measureAtRest(stack);
    const waits = await orderWaits(stack);
    const stoppedMs = await stopMs(stack);
    return [
      ...Object.entries(apps).flatMap(([name, use]) => [
        line('idle', `${name}: CPU`, use.cpuPercent, '% of a core'),
        line('idle', `${name}: wake-ups`, use.wakeUpsPerSecond, 'per second', { atMost: 50 }),
      ]),
      line('idle', 'the six apps together: CPU', cpuPercent, '% of a core', { atMost: 2 }),
      line('idle', `from an order to its contact, in idle processes, p50 of ${orders}`, quantile(waits, 0.5), 'ms'),
      line('idle', `from an order to its contact, in idle processes, p99 of ${orders}`, quantile(waits, 0.99), 'ms'),
      line('idle', 'sync: from SIGTERM to exit', stoppedMs, 'ms'),
    ];
  } finally {
    await stack.stop();
  }
};

/** Prepares a box office with the active add-on, a connection, and a workflow for a list. */
const connectOffice = async (graph: GraphClient): Promise<void> => {
  await graph.query(`mutation { activateApp(input: { appId: "app_constant-contact" }) { userErrors { code } } }`);
  const connectionId = await connectAccount(graph, account);
  const { boxOffice } = await graph.query<{
    boxOffice: { connections: { contactLists: { nodes: { id: string }[] } }[] };
  }>(`{ boxOffice { connections { contactLists(first: 1) { nodes { id } } } } }`);
  const listId = boxOffice.connections[0]?.contactLists.nodes[0]?.id;
  if (!listId) throw new Error('the demo account has no list');
  const { createWorkflow } = await graph.query<{ createWorkflow: { userErrors: { message: string }[] } }>(
    `mutation ($input: CreateWorkflowInput!) { createWorkflow(input: $input) { userErrors { message } } }`,
    {
      input: { templateId: 'add-to-list', connectionId, name: 'Bench', details: [{ key: 'listId', value: listId }] },
    },
  );
  if (createWorkflow.userErrors.length > 0) throw new Error(createWorkflow.userErrors[0]?.message);
};

/**
 * Returns the times from Kafka's acknowledgement of an order to its contact at the sandbox, in ms. Each order finds
 * idle processes.
 */
const orderWaits = async (stack: Stack): Promise<number[]> => {
  const bus = createEventBus({
    brokers: stack.brokers.split(','),
    clientId: 'bench',
    topicPrefix: stack.settings.KAFKA_TOPIC_PREFIX ?? '',
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const waits: number[] = [];
  try {
    for (let index = 0; index < orders; index += 1) {
      await delay(restMs);
      const email = `idle.${index}@example.com`;
      const event = anOrderEvent({ boxOfficeId, order: { buyer_details: { email } } });
      await bus.publish(topics.orders.name, [{ key: `${boxOfficeId}:${event.data.id}`, value: JSON.stringify(event) }]);
      const begun = performance.now();
      await eventually(
        async () => {
          const contacts = await stack.sandbox.contacts(account);
          if (!contacts.some(({ email_address }) => email_address.address === email)) throw new Error('no contact yet');
        },
        { everyMs: 5, timeoutMs: 60_000 },
      );
      waits.push(performance.now() - begun);
    }
  } finally {
    await bus.close();
  }
  return waits;
};

const stopMs = async (stack: Stack): Promise<number> => {
  const begun = performance.now();
  await stack.terminate('sync');
  return performance.now() - begun;
};
