import { leastRoles, roles } from '@boxlist/contracts';
import { anOrderEvent, eventually, startStack, type GraphClient, type Stack } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { probes, valuesOf, type Victim } from '../src/foreign-probes';
import { activate, connect, createWorkflow, resources, settled } from '../src/organiser';
import {
  mutations,
  operationOf,
  placesOf,
  plainArguments,
  publicSchema,
  reachedFields,
  withValueAt,
  type Reached,
} from '../src/schema-walk';

const schema = publicSchema();
const everyField = [...reachedFields(schema), ...mutations(schema)];

let stack: Stack;
let victim: Victim;
let owner: GraphClient;
let attacker: GraphClient;
/** The attacker's own things, so that only the probed value is foreign. */
let own: { readonly connectionId: string; readonly workflowId: string };

const office = async (boxOfficeId: string, account: string, mark: string) => {
  const graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
  await activate(graph);
  const connectionId = await connect(graph, account);
  const { lists, tags } = await resources(graph);
  const details = [{ key: 'listId', value: lists[0]!.id }];
  const workflowId = await createWorkflow(graph, { connectionId, templateId: 'add-to-list', name: mark, details });
  return { graph, connectionId, workflowId, listId: lists[0]!.id, tagId: tags[0]!.id };
};

/** What the victim's box office holds, without what changes by itself. */
const holdings = async (): Promise<unknown> => {
  const { boxOffice } = await owner.query<{ boxOffice: object }>(
    `{ boxOffice {
      connections { id status accountName settings { optInRoute whenQuotaIsScarce } version }
      workflows(first: 50) { nodes { id name status version backfills { id status } } }
      deliveries(first: 50) { nodes { id status contactId } } retries { id status }
      deadLetters(first: 50, statuses: [OPEN, REPLAYED, TAKEN, CAME_BACK, DISCARDED]) { nodes { id status } }
      ticketTailorApiKey { lastFour } apps { subscription { id status } } } }`,
  );
  return boxOffice;
};

beforeAll(async () => {
  stack = await startStack({ callsPerSecond: 50 });
  const boxOfficeId = 'bo_victim';
  const { graph, ...theirs } = await office(boxOfficeId, 'harbour', 'canary-name-of-victim');
  owner = graph;
  const given = { marketing_opt_in: true };
  await stack.produce([
    anOrderEvent({ boxOfficeId, order: { ...given, id: 'or_victim', buyer_details: { email: 'canary@example.com' } } }),
    anOrderEvent({ boxOfficeId, order: { id: 'or_broken', status: 'no such status' } }),
  ]);
  const [delivery] = await settled(owner, 1);
  await owner.query(
    'mutation { setTicketTailorApiKey(input: { apiKey: "sk_1_canary_0123456789" }) { userErrors { code } } }',
  );
  const { retryDeliveries } = await owner.query<{ retryDeliveries: { retry: { id: string } } }>(
    'mutation { retryDeliveries(input: { filter: {} }) { retry { id } } }',
  );
  const { startBackfill } = await owner.query<{ startBackfill: { backfill: { id: string } } }>(
    'mutation ($id: ID!) { startBackfill(input: { workflowId: $id, mode: UPDATE_EXISTING }) { backfill { id } } }',
    { id: theirs.workflowId },
  );
  const seen = await eventually(async () => {
    const { boxOffice } = await owner.query<{
      boxOffice: {
        deadLetters: { edges: { cursor: string; node: { id: string } }[] };
        deliveries: { pageInfo: { endCursor: string } };
        workflows: { pageInfo: { endCursor: string }; nodes: { backfills: { status: string }[] }[] };
        retries: { status: string }[];
        apps: { subscription: { id: string } }[];
      };
    }>(
      `{ boxOffice { deadLetters(first: 1) { edges { cursor node { id } } }
        deliveries(first: 1) { pageInfo { endCursor } }
        workflows(first: 1) { pageInfo { endCursor } nodes { backfills { status } } }
        retries { status } apps { subscription { id } } } }`,
    );
    expect(boxOffice.deadLetters.edges).toHaveLength(1);
    expect(boxOffice.workflows.nodes[0]?.backfills).toMatchObject([{ status: 'DONE' }]);
    expect(boxOffice.retries).toMatchObject([{ status: 'DONE' }]);
    return boxOffice;
  });
  victim = {
    ...theirs,
    boxOfficeId,
    deliveryId: delivery!.id,
    retryId: retryDeliveries.retry.id,
    backfillId: startBackfill.backfill.id,
    deadLetterId: seen.deadLetters.edges[0]!.node.id,
    subscriptionId: seen.apps[0]!.subscription.id,
    orderId: 'or_victim',
    eventId: 'ev_1',
    email: 'canary@example.com',
    cursors: [seen.deadLetters.edges[0]!.cursor, seen.deliveries.pageInfo.endCursor, seen.workflows.pageInfo.endCursor],
  };
  ({ graph: attacker, ...own } = await office('bo_attacker', 'riverside', 'name-of-attacker'));
}, 240_000);
afterAll(() => stack?.stop(), 60_000);

/** Arguments that pass, with the attacker's own ids where ids are required. */
const ownArguments = (reached: Reached): Record<string, unknown> =>
  placesOf(reached).reduce<Record<string, unknown>>((args, place) => {
    const kind = probes[`${reached.name}(${place})`];
    const value = kind === 'connectionId' || kind === 'workflowId' ? own[kind] : undefined;
    return value ? withValueAt(reached, args, place, value) : args;
  }, plainArguments(reached.field));

it('a probe exists for every place at which a caller names something, and for none that is gone', () => {
  const places = everyField.flatMap((reached) => placesOf(reached).map((place) => `${reached.name}(${place})`));
  expect(Object.keys(probes).sort()).toEqual(places.sort());
});

describe("another box office's ids, cursors and addresses", () => {
  it('lead to nothing of it, in any field and any argument, and change nothing there', async () => {
    const before = await holdings();
    const secrets = [victim.workflowId, victim.connectionId, victim.deliveryId, victim.backfillId, victim.deadLetterId];
    const canaries = ['canary-name-of-victim', 'canary@example.com', 'Harbour', ...secrets, victim.subscriptionId];
    const leaks: string[] = [];
    let count = 0;
    for (const reached of everyField) {
      for (const place of placesOf(reached)) {
        for (const value of valuesOf(victim, probes[`${reached.name}(${place})`]!)) {
          const { query, variables } = operationOf(reached, withValueAt(reached, ownArguments(reached), place, value));
          const { status, data, errors } = await attacker.raw(query, variables);
          count += 1;
          const text = JSON.stringify({ data, errors });
          const found = canaries.filter((canary) => canary !== value && text.includes(canary));
          // Without `data` the operation was refused before it ran, so it would prove nothing.
          if (found.length > 0 || status >= 500 || data === undefined)
            leaks.push(`${reached.name}(${place}): ${status} ${found.join()} ${JSON.stringify(errors)}`);
        }
      }
    }
    expect(leaks).toEqual([]);
    expect(count).toBeGreaterThan(80);
    expect(await holdings()).toEqual(before);
  }, 300_000);
});

describe('a role', () => {
  const isForbidden = ({ errors = [] }: Awaited<ReturnType<GraphClient['raw']>>): boolean =>
    errors.some(({ extensions }) => extensions?.code === 'FORBIDDEN');

  it('is named in the table for fields that exist alone', () => {
    const names = new Set(everyField.map(({ name }) => name));
    expect(Object.keys(leastRoles).filter((name) => !names.has(name))).toEqual([]);
    expect(mutations(schema).filter(({ name }) => !leastRoles[name])).toEqual([]);
  });

  it.each(roles)(
    'of a %s may use exactly what the table says: every mutation and every field',
    async (role) => {
      const graph = await stack.graphAs({ boxOfficeId: 'bo_roles', role });
      const wrong: string[] = [];
      for (const reached of everyField) {
        if (reached.way.length > 1) continue;
        const { query, variables } = operationOf(reached, ownArguments(reached), 0);
        const answer = await graph.raw(query, variables);
        const least = leastRoles[reached.name] ?? 'viewer';
        const allowed = roles.indexOf(role) >= roles.indexOf(least);
        if (isForbidden(answer) === allowed || answer.status >= 500 || answer.data === undefined)
          wrong.push(`${reached.name}: ${answer.status} ${JSON.stringify(answer.errors)}`);
      }
      expect(wrong).toEqual([]);
    },
    240_000,
  );
});
