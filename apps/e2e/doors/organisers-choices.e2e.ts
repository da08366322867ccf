import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type GraphClient, type Stack } from '@boxlist/testkit';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { activate, connect, createWorkflow, resources } from '../src/organiser';
import { startScannedStack } from '../src/scanned-stack';

let stack: Stack;
let graph: GraphClient;
let connectionId: string;

beforeAll(async () => {
  stack = await startScannedStack({ callsPerSecond: 50 });
  graph = await stack.graphAs({ boxOfficeId: 'bo_choices', role: 'manager' });
  await activate(await stack.graphAs({ boxOfficeId: 'bo_choices', role: 'owner' }));
  connectionId = await connect(graph, 'harbour');
}, 180_000);
afterAll(() => stack?.stop(), 150_000);

/** The log of all processes so far. */
const logged = (): string =>
  readdirSync(join(stack.dataDir, 'logs'))
    .map((file) => readFileSync(join(stack.dataDir, 'logs', file), 'utf8'))
    .join('');

describe('the choices of an organiser', () => {
  it('for a connection and a workflow are shown by one query', async () => {
    const { lists } = await resources(graph);
    await createWorkflow(graph, {
      connectionId,
      templateId: 'add-to-list',
      name: 'News',
      details: [{ key: 'listId', value: lists[0]!.id }],
      onCancelledOrder: 'REMOVE_FROM_LISTS',
      whenPaused: 'WAIT',
    });
    await graph.query(
      `mutation ($id: ID!) {
        updateConnectionSettings(input: { connectionId: $id, optInRoute: CONFIRM }) { userErrors { code } }
      }`,
      { id: connectionId },
    );
    const { boxOffice } = await graph.query<{ boxOffice: object }>(
      `{ boxOffice { workflows { nodes {
        onCancelledOrder whenPaused connection { settings { optInRoute whenQuotaIsScarce } } } } } }`,
    );
    expect(boxOffice).toEqual({
      workflows: {
        nodes: [
          {
            onCancelledOrder: 'REMOVE_FROM_LISTS',
            whenPaused: 'WAIT',
            connection: { settings: { optInRoute: 'CONFIRM', whenQuotaIsScarce: 'WAIT' } },
          },
        ],
      },
    });
  });
});

describe('an API key of Ticket Tailor', () => {
  const apiKey = 'sk_1000_1000_bmV2ZXJ0b2xkdHdpY2U';
  const set = `mutation ($input: SetTicketTailorApiKeyInput!) { setTicketTailorApiKey(input: $input) {
    boxOffice { ticketTailorApiKey { lastFour } connections { id } workflows { totalCount } } userErrors { code } } }`;

  it("is stored, and shown by its last four characters with other services' data of the box office", async () => {
    const { setTicketTailorApiKey } = await graph.query<{ setTicketTailorApiKey: object }>(set, { input: { apiKey } });
    expect(setTicketTailorApiKey).toMatchObject({
      boxOffice: { ticketTailorApiKey: { lastFour: apiKey.slice(-4) }, connections: [{ id: connectionId }] },
      userErrors: [],
    });
  });

  it.each<[string, string, object]>([
    ['as a list', set, { input: { apiKey: [apiKey] } }],
    ['under another name', set, { input: { apiKey: 'x', key: apiKey } }],
    ['inside of a text that does not parse', `mutation { setTicketTailorApiKey(input: { apiKey: "${apiKey}" `, {}],
    ['with something around it', set, { input: { apiKey: `key: ${apiKey}` } }],
    ['by a viewer', set, { input: { apiKey } }],
  ])("given %s is refused, and is in no process's log", async (how, query, variables) => {
    const role = how === 'by a viewer' ? 'viewer' : 'manager';
    const answer = await (await stack.graphAs({ boxOfficeId: 'bo_choices', role })).raw(query, variables);
    const payload = (answer.data as { setTicketTailorApiKey: { userErrors: object[] } } | undefined)
      ?.setTicketTailorApiKey;
    expect((answer.errors ?? payload?.userErrors)?.length).toBe(1);
    expect(logged()).toContain('ticket-tailor-key.changed');
    expect(logged()).not.toContain(apiKey);
  });
});
