import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually, startStack, type GraphClient, type Stack } from '@boxlist/testkit';
import { activate, connect, createWorkflow, resources } from '../src/organiser';

let stack: Stack;
let graph: GraphClient;
const boxOfficeId = 'bo_audited';

beforeAll(async () => {
  stack = await startStack();
  graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
}, 180_000);
afterAll(() => stack?.stop(), 60_000);

interface Entry {
  readonly action: string;
  readonly requestId: string;
  readonly actor: { readonly subject: string; readonly role: string };
  readonly object: { readonly id: string };
}

const logQuery =
  '{ boxOffice { auditLog(first: 50) { nodes { action requestId actor { subject role } object { id } } } } }';

const logOf = async (client: GraphClient): Promise<Entry[]> =>
  (await client.query<{ boxOffice: { auditLog: { nodes: Entry[] } } }>(logQuery)).boxOffice.auditLog.nodes;

it('an owner reads who did what, through a crash between the act and its publication', async () => {
  await activate(graph);
  const connectionId = await connect(graph, 'riverside');
  const { lists } = await resources(graph);
  const details = [{ key: 'listId', value: lists[0]!.id }];
  await stack.kill('audit');
  const workflowId = await createWorkflow(graph, { templateId: 'add-to-list', connectionId, name: 'News', details });
  await stack.kill('workflow');
  await graph.query('mutation { exportBuyer(input: { email: "ada@example.com" }) { userErrors { code } } }');
  await graph.query(
    'mutation { eraseBuyer(input: { email: "ada@example.com", deleteContact: false }) { userErrors { code } } }',
  );
  await Promise.all([stack.start('workflow'), stack.start('audit')]);
  const entries = await eventually(
    async () => {
      const seen = await logOf(graph);
      expect(seen).toHaveLength(5);
      return seen;
    },
    { timeoutMs: 60_000 },
  );
  expect(entries.map(({ action }) => action)).toEqual([
    'BUYER_ERASED',
    'BUYER_EXPORTED',
    'WORKFLOW_CREATED',
    'CONNECTION_SIGNED_IN',
    'APP_ACTIVATED',
  ]);
  expect(entries.map(({ object }) => object.id)).toEqual(expect.arrayContaining([workflowId, connectionId]));
  expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(5);
  expect(new Set(entries.map(({ actor }) => JSON.stringify(actor))).size).toBe(1);
  expect(entries[0]?.actor.role).toBe('owner');

  const manager = await stack.graphAs({ boxOfficeId, role: 'manager' });
  expect((await manager.raw(logQuery)).errors?.[0]?.extensions?.code).toBe('FORBIDDEN');
  expect(await logOf(await stack.graphAs({ boxOfficeId: 'bo_elsewhere', role: 'owner' }))).toEqual([]);

  const { boxOffice } = await graph.query<{ boxOffice: { auditLogExport: { lines: string; next: null } } }>(
    '{ boxOffice { auditLogExport { lines next } } }',
  );
  const lines = boxOffice.auditLogExport.lines.trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as Entry).action)).toEqual(entries.map(({ action }) => action));
  expect(boxOffice.auditLogExport.lines).not.toContain('@');
}, 180_000);
