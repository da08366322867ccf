import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrderEvent, type GraphClient, type Stack } from '@boxlist/testkit';
import { activate, connect, createWorkflow, deliveries, resources, settled } from '../src/organiser';
import { startScannedStack } from '../src/scanned-stack';

let stack: Stack;
let graph: GraphClient;
const boxOfficeId = 'bo_journey';

beforeAll(async () => {
  stack = await startScannedStack();
  graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
}, 180_000);
afterAll(() => stack?.stop(), 150_000);

const order = (id: string, email: string, optIn: boolean | null) =>
  anOrderEvent({ boxOfficeId, order: { id, marketing_opt_in: optIn, buyer_details: { email } } });

describe('the journey of an organiser and the buyers of five orders', () => {
  it('ends with one outcome per order and workflow, and only opted-in buyers on the list', async () => {
    await activate(graph);
    const connectionId = await connect(graph, 'riverside');
    const { lists, tags } = await resources(graph);
    const [list, tag] = [lists[0]!, tags[0]!];
    await createWorkflow(graph, {
      templateId: 'add-to-list',
      connectionId,
      name: 'Newsletter',
      details: [{ key: 'listId', value: list.id }],
    });
    await createWorkflow(graph, {
      templateId: 'tag-all-buyers',
      connectionId,
      name: 'Buyers',
      details: [{ key: 'tagId', value: tag.id }],
    });
    await stack.sandbox.seed('riverside', { email: 'gone@example.com', permission_to_send: 'unsubscribed' });

    await stack.produce([
      order('or_yes', 'Yes@Example.com', true),
      order('or_no', 'no@example.com', false),
      order('or_unasked', 'unasked@example.com', null),
      order('or_gone', 'gone@example.com', true),
      order('or_again', 'yes@example.com', true),
    ]);
    const seen = await settled(graph, 10);

    const answers = Object.fromEntries(
      ['or_yes', 'or_no', 'or_unasked', 'or_gone', 'or_again'].map((id) => [
        id,
        seen
          .filter(({ order }) => order.id === id)
          .map(({ status, reason }) => `${status} ${reason?.code ?? ''}`.trim()),
      ]),
    );
    expect(answers).toEqual({
      or_yes: ['SYNCED SYNCED', 'SYNCED SYNCED'],
      or_no: ['SKIPPED NOT_OPTED_IN', 'SKIPPED NOT_OPTED_IN'],
      or_unasked: ['SKIPPED NOT_ASKED', 'SKIPPED NOT_ASKED'],
      or_gone: ['SKIPPED UNSUBSCRIBED', 'SKIPPED UNSUBSCRIBED'],
      or_again: ['SYNCED SYNCED', 'SYNCED SYNCED'],
    });
    const contacts = await stack.sandbox.contacts('riverside');
    const find = (email: string) => contacts.filter((each) => each.email_address.address === email);
    expect(find('yes@example.com')).toEqual([
      expect.objectContaining({
        email_address: expect.objectContaining({ permission_to_send: 'explicit' }),
        list_memberships: [list.id],
        taggings: [tag.id],
      }),
    ]);
    expect(find('no@example.com')).toEqual([]);
    expect(find('unasked@example.com')).toEqual([]);
    expect(find('gone@example.com')).toEqual([
      expect.objectContaining({ email_address: expect.objectContaining({ permission_to_send: 'unsubscribed' }) }),
    ]);
  }, 120_000);

  it('shows statistics that add up', async () => {
    const { boxOffice } = await graph.query<{
      boxOffice: {
        workflows: { nodes: { stats: Record<'total' | 'synced' | 'skipped' | 'failed' | 'pending', number> }[] };
      };
    }>(`{ boxOffice { workflows(first: 10) { nodes { stats { total synced skipped failed pending } } } } }`);
    for (const { stats } of boxOffice.workflows.nodes) {
      expect(stats).toEqual({ total: 5, synced: 2, skipped: 3, failed: 0, pending: 0 });
    }
  });

  it('is not changed by events that come ten times and out of sequence, which make no calls', async () => {
    const journal = await stack.sandbox.journal();
    const before = await deliveries(graph);
    const repeats = ['or_yes', 'or_no', 'or_again'].flatMap((id) =>
      Array.from({ length: 10 }, () =>
        order(id, id === 'or_no' ? 'no@example.com' : 'yes@example.com', id !== 'or_no'),
      ),
    );
    await stack.produce(repeats.reverse());
    // The marker comes last on every partition that matters: once it has its outcomes, sync has seen the repeats.
    await stack.produce([order('or_marker', 'marker@example.com', false)]);
    const after = await settled(graph, before.length + 2);
    expect(after.filter(({ order: { id } }) => id !== 'or_marker')).toEqual(before);
    const writes = (calls: { method: string; path: string }[]) =>
      calls.filter(({ method, path }) => method !== 'GET' && path.startsWith('/v3/')).length;
    expect(writes(await stack.sandbox.journal())).toBe(writes(journal));
  }, 60_000);

  it('is invisible to another box office, whatever id it asks for', async () => {
    const [mine] = await deliveries(graph);
    const stranger = await stack.graphAs({ boxOfficeId: 'bo_stranger', role: 'owner' });
    expect(await deliveries(stranger)).toEqual([]);
    const answer = await stranger.raw(`query ($id: ID!) { node(id: $id) { ... on Delivery { status contactId } } }`, {
      id: mine!.id,
    });
    expect(JSON.stringify(answer)).not.toMatch(/SYNCED|SKIPPED/);
  });
});
