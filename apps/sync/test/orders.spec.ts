import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);

const targets = () => ({
  lists: { fixed: [listId], perEvent: false },
  tags: { fixed: [tagId], event: false, ticketTypes: false },
});
const first = '2026-07-01T10:00:00Z';
const later = '2026-07-02T10:00:00Z';

describe('an order that is cancelled after it was synced', () => {
  it('changes nothing by default', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('a', { time: first })]);
    await office.settled(1);
    await world.produce([office.order('a', { time: later, status: 'cancelled' }), office.order('marker')]);
    const seen = await office.settled(2);
    expect(seen.map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
    expect(await office.contact('a')).toMatchObject({ list_memberships: [listId], taggings: [tagId] });
  });

  it.each([
    ['REMOVE_TAGS', 1, 0],
    ['REMOVE_FROM_LISTS', 0, 1],
    ['REMOVE_TAGS_AND_LISTS', 0, 0],
  ] as const)('undoes what the workflow added: %s', async (onCancelledOrder, lists, tags) => {
    const office = await createOffice(world);
    await office.workflow({ ...targets(), onCancelledOrder });
    await world.produce([office.order('a', { time: first })]);
    await office.settled(1);
    await world.produce([office.order('a', { time: later, status: 'cancelled' })]);
    await office.until(1, ({ reason }) => reason?.code === 'TAKEN_BACK');
    const contact = await office.contact('a');
    expect([contact?.list_memberships.length, contact?.taggings.length]).toEqual([lists, tags]);
    expect(contact?.email_address.permission_to_send).toBe('explicit');
  });

  it('keeps what another order of the same buyer added too, until that one is cancelled as well', async () => {
    const office = await createOffice(world);
    await office.workflow({ ...targets(), onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' });
    const second = `or_second_${office.boxOfficeId}`;
    await world.produce([office.order('a', { time: first }), office.order('a', { id: second, time: first })]);
    await office.settled(2);
    await world.produce([office.order('a', { time: later, status: 'cancelled' })]);
    await office.until(2, ({ order, reason }) => order.id === second || reason?.code === 'TAKEN_BACK');
    expect(await office.contact('a')).toMatchObject({ list_memberships: [listId], taggings: [tagId] });
    await world.produce([office.order('a', { id: second, time: later, status: 'cancelled' })]);
    await office.until(2, ({ reason }) => reason?.code === 'TAKEN_BACK');
    expect(await office.contact('a')).toMatchObject({ list_memberships: [], taggings: [] });
  });

  it('is synced again when it is completed again', async () => {
    const office = await createOffice(world);
    await office.workflow({ ...targets(), onCancelledOrder: 'REMOVE_TAGS_AND_LISTS' });
    await world.produce([office.order('a', { time: first })]);
    await office.settled(1);
    await world.produce([office.order('a', { time: later, status: 'cancelled' })]);
    await office.until(1, ({ reason }) => reason?.code === 'TAKEN_BACK');
    await world.produce([office.order('a', { time: '2026-07-03T10:00:00Z' })]);
    await office.until(1, ({ reason }) => reason?.code === 'SYNCED');
    expect(await office.contact('a')).toMatchObject({ list_memberships: [listId], taggings: [tagId] });
  });

  it('before it was synced is skipped', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('a', { status: 'cancelled' })]);
    expect(await office.settled(1)).toMatchObject([{ status: 'SKIPPED', reason: { code: 'ORDER_CANCELLED' } }]);
  });
});

describe('orders of a paused workflow', () => {
  it('are skipped, or wait until it is resumed, as the workflow says', async () => {
    const office = await createOffice(world);
    const skipping = await office.workflow({ ...targets(), status: 'PAUSED' });
    const waiting = await office.workflow({ ...targets(), status: 'PAUSED', whenPaused: 'WAIT' });
    await world.produce([office.order('a')]);
    const seen = await office.until(2, ({ reason }) => reason !== null);
    const codes = new Map(seen.map(({ workflow, reason }) => [workflow.id, reason?.code]));
    expect(codes.get(skipping.workflowId)).toBe('WORKFLOW_PAUSED');
    expect(codes.get(waiting.workflowId)).toBe('WORKFLOW_RESUME');
    expect(await office.contacts()).toEqual([]);

    await world.publishWorkflow({ ...waiting, status: 'ACTIVE', version: 2, activeSince: new Date().toISOString() });
    await office.settled(2);
    expect(await office.contact('a')).toMatchObject({ list_memberships: [listId] });
  });
});

describe('an order whose e-mail address changes', () => {
  it('makes the new address the contact, and leaves the old one alone', async () => {
    const office = await createOffice(world);
    await office.workflow(targets());
    await world.produce([office.order('old', { time: first })]);
    await office.settled(1);
    await world.produce([office.order('old', { time: later, buyer: { email: office.emailOf('new') } })]);
    await eventually(async () => {
      const emails = (await office.contacts()).map((contact) => contact.email_address.address).sort();
      expect(emails).toEqual([office.emailOf('new'), office.emailOf('old')]);
    });
    await office.settled(1);
  });
});

describe('the filter of a workflow', () => {
  it('accepts orders of its events, series and ticket types, and no others', async () => {
    const office = await createOffice(world);
    await office.workflow({
      ...targets(),
      filter: { eventIds: ['ev_1'], eventSeriesIds: [], ticketTypeIds: ['tt_1'] },
    });
    const elsewhere = { event_summary: { id: 'ev_2', name: 'Other', start_date: { date: '2027-01-01' } } };
    const standing = { line_items: [{ type: 'ticket', item_id: 'tt_2', description: 'Standing' }] };
    await world.produce([office.order('in'), office.order('event', elsewhere), office.order('type', standing)]);
    const seen = await office.settled(3);
    expect(seen.map(({ reason }) => reason?.code).sort()).toEqual(['FILTERED_OUT', 'FILTERED_OUT', 'SYNCED']);
    expect(await office.contacts()).toHaveLength(1);
  });
});
