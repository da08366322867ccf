import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, type GraphClient, type Stack } from '@boxlist/testkit';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ready } from '../src/organiser';
import { startScannedStack } from '../src/scanned-stack';

let stack: Stack;
let graph: GraphClient;
const apiKey = 'sk_1000_1000_b2xkZXJ0aGFuYm94bGlzdA';

beforeAll(async () => {
  stack = await startScannedStack({ callsPerSecond: 50 });
  graph = await stack.graphAs({ boxOfficeId: 'bo_older', role: 'owner' });
}, 180_000);
afterAll(() => stack?.stop(), 150_000);

/** The log of all processes so far. */
const logged = (): string =>
  readdirSync(join(stack.dataDir, 'logs'))
    .map((file) => readFileSync(join(stack.dataDir, 'logs', file), 'utf8'))
    .join('');

interface Backfill {
  readonly id: string;
  readonly status: string;
  readonly pausedFor: string | null;
  readonly progress: { readonly synced: number; readonly skipped: number };
}

describe('orders from before Boxlist', () => {
  it('come from Ticket Tailor once the API key is set, and no log contains the key', async () => {
    const { workflowId } = await ready(graph, 'riverside');
    await stack.ticketTailor.boxOffice('older', apiKey);
    await stack.ticketTailor.seedOrders('older', {
      count: 120,
      createdFrom: 1_700_000_000,
      email: 'older#@example.com',
    });
    await stack.ticketTailor.seedOrders('older', {
      orders: [
        {
          id: 'or_no',
          created_at: 1_690_000_000,
          status: 'completed',
          marketing_opt_in: 'false',
          buyer_details: { email: 'no@example.com' },
        },
      ],
    });
    const backfill = async (): Promise<Backfill | undefined> =>
      (
        await graph.query<{ boxOffice: { workflows: { nodes: { backfills: Backfill[] }[] } } }>(
          `{ boxOffice { workflows(first: 1) { nodes {
            backfills { id status pausedFor progress { synced skipped } } } } } }`,
        )
      ).boxOffice.workflows.nodes[0]?.backfills[0];
    await eventually(async () => {
      const { startBackfill } = await graph.query<{ startBackfill: { userErrors: object[] } }>(
        `mutation ($input: BackfillInput!) { startBackfill(input: $input) { userErrors { code } } }`,
        { input: { workflowId, mode: 'IMPORT', source: 'TICKET_TAILOR' } },
      );
      expect(startBackfill.userErrors).toEqual([]);
    });
    const paused = await eventually(async () => {
      const seen = await backfill();
      expect(seen).toMatchObject({ status: 'PAUSED', pausedFor: 'TICKET_TAILOR_KEY_MISSING' });
      return seen;
    });
    await graph.query(
      `mutation ($input: SetTicketTailorApiKeyInput!) { setTicketTailorApiKey(input: $input) { userErrors { code } } }`,
      { input: { apiKey } },
    );
    await graph.query(
      `mutation ($input: ChangeBackfillInput!) { resumeBackfill(input: $input) { userErrors { code } } }`,
      { input: { backfillId: paused?.id } },
    );
    await eventually(
      async () =>
        expect(await backfill()).toMatchObject({
          status: 'DONE',
          pausedFor: null,
          progress: { synced: 120, skipped: 1 },
        }),
      { timeoutMs: 90_000 },
    );
    const emails = (await stack.sandbox.contacts('riverside')).map(({ email_address: { address } }) => address);
    expect(emails.filter((email) => email.startsWith('older'))).toHaveLength(120);
    expect(emails).not.toContain('no@example.com');
    expect(logged()).toContain('backfill.held');
    for (const secret of [apiKey, Buffer.from(`${apiKey}:`).toString('base64'), 'older7@example.com'])
      expect(logged()).not.toContain(secret);
  }, 180_000);
});
