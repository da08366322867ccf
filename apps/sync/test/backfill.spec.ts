import type { WorkflowFact } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsDuring, createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
let tagId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
  tagId = world.tagIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
interface Seen {
  readonly id: string;
  readonly status: string;
  readonly progress: { made: number; synced: number; skipped: number; failed: number; pending: number };
}
interface Payload {
  readonly backfill?: Seen | null;
  readonly plan?: {
    orders: number;
    buyers: number;
    callsNeeded: number;
    decisions: { code: string; count: number }[];
  } | null;
  readonly userErrors: { code: string; field: string[] | null }[];
}
const fields = 'backfill { id status progress { made synced skipped failed pending } } userErrors { code field }';

const mutate = async (office: Office, name: string, input: object, role?: 'viewer'): Promise<Payload> => {
  const type = name === 'planBackfill' || name === 'startBackfill' ? 'BackfillInput' : 'ChangeBackfillInput';
  const selected =
    name === 'planBackfill'
      ? 'plan { orders buyers callsNeeded decisions { code count } } userErrors { code field }'
      : fields;
  const { data, errors } = await world.ask<{ result: Payload }>(
    office.boxOfficeId,
    `mutation ($input: ${type}!) { result: ${name}(input: $input) { ${selected} } }`,
    { input },
    role,
  );
  return (
    data?.result ?? { userErrors: errors?.map(({ extensions }) => ({ code: extensions.code, field: null })) ?? [] }
  );
};
const backfills = async (office: Office, workflowId: string): Promise<Seen[]> =>
  (
    await world.ask<{ _entities: { backfills: Seen[] }[] }>(
      office.boxOfficeId,
      `query ($of: [_Any!]!) { _entities(representations: $of) {
        ... on Workflow { backfills { id status progress { made synced skipped failed pending } } } } }`,
      { of: [{ __typename: 'Workflow', id: workflowId }] },
    )
  ).data?._entities[0]?.backfills ?? [];
const done = (office: Office, workflowId: string): Promise<Seen> =>
  eventually(async () => {
    const [backfill] = await backfills(office, workflowId);
    if (backfill?.status !== 'DONE') throw new Error(`still ${JSON.stringify(backfill)}`);
    return backfill;
  });

/** A time after the arrival of all orders so far, by sync's clock. */
const soon = (): string => new Date(Date.now() + world.moment.aheadMs + 1_000).toISOString();

/** Orders that came before the workflow. The deliveries of a first workflow show that sync has the orders. */
const withOrders = async (
  given: Partial<WorkflowFact>,
  orders: (office: Office) => Parameters<World['produce']>[0],
) => {
  const office = await createOffice(world);
  await office.workflow({ filter: { eventIds: ['ev_none'], eventSeriesIds: [], ticketTypeIds: [] } });
  const events = orders(office);
  await world.produce(events);
  await office.settled(events.length);
  const workflow = await office.workflow({
    lists: { fixed: [listId], perEvent: false },
    activeSince: soon(),
    ...given,
  });
  await eventually(async () => {
    const { plan } = await mutate(office, 'planBackfill', { workflowId: workflow.workflowId, mode: 'IMPORT' });
    if (!plan) throw new Error('the workflow is not known yet');
  });
  return { office, workflow };
};
const three = (office: Office) => [
  office.order('yes'),
  office.order('no', { marketing_opt_in: 'false' }),
  office.order('never', { marketing_opt_in: null }),
];

describe('a plan of a backfill', () => {
  it('counts orders by decision and the calls needed, and neither writes nor calls', async () => {
    const { office, workflow } = await withOrders({}, three);
    const calls = await callsDuring(world, async () => {
      const { plan } = await mutate(office, 'planBackfill', { workflowId: workflow.workflowId, mode: 'ONE_BY_ONE' });
      expect(plan).toMatchObject({ orders: 3, buyers: 1 });
      expect(plan?.callsNeeded).toBeGreaterThanOrEqual(1);
      expect(new Map(plan?.decisions.map(({ code, count }) => [code, count]))).toEqual(
        new Map([
          ['GO', 1],
          ['NOT_OPTED_IN', 1],
          ['NOT_ASKED', 1],
        ]),
      );
    });
    expect(calls).toEqual({});
    expect(await backfills(office, workflow.workflowId)).toEqual([]);
    expect(await office.deliveries()).toHaveLength(3);
  });
});

describe('a backfill', () => {
  it.each([
    ['IMPORT', 'implicit'],
    ['ONE_BY_ONE', 'explicit'],
  ] as const)(
    '%s puts buyers who opted in on the list with %s permission, and nobody else',
    async (mode, permission) => {
      const { office, workflow } = await withOrders(
        { tags: { fixed: [tagId], event: false, ticketTypes: false } },
        three,
      );
      expect((await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode })).userErrors).toEqual([]);
      const { progress } = await done(office, workflow.workflowId);
      expect(progress).toEqual({ made: 3, synced: 1, skipped: 2, failed: 0, pending: 0 });
      const contacts = await office.contacts();
      expect(contacts).toMatchObject([
        { email_address: { permission_to_send: permission }, list_memberships: [listId], taggings: [tagId] },
      ]);
    },
  );

  it('UPDATE_EXISTING creates no contact and puts no contact on a list', async () => {
    const { office, workflow } = await withOrders(
      { tags: { fixed: [tagId], event: false, ticketTypes: false } },
      (of) => [of.order('new'), of.order('known')],
    );
    await world.sandbox.seed('riverside', { email: office.emailOf('known') });
    await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode: 'UPDATE_EXISTING' });
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ synced: 1, skipped: 1 });
    expect(await office.contacts()).toMatchObject([{ list_memberships: [], taggings: [tagId] }]);
  });

  it('leaves unsubscribed contacts alone', async () => {
    const { office, workflow } = await withOrders({}, (of) => [of.order('gone'), of.order('stays')]);
    await world.sandbox.seed('riverside', { email: office.emailOf('gone'), permission_to_send: 'unsubscribed' });
    await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode: 'IMPORT' });
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ synced: 1, skipped: 1 });
    expect(await office.contact('gone')).toMatchObject({
      email_address: { permission_to_send: 'unsubscribed' },
      list_memberships: [],
    });
  });

  it.each([
    ['drop-after-write', 'has begun all the same'],
    ['drop-before', 'never began'],
  ] as const)('looks for an import whose answer was lost before it sends one again (%s: it %s)', async (kind, _why) => {
    const buyers = 501;
    const { office, workflow } = await withOrders({}, (of) =>
      Array.from({ length: buyers }, (_, index) => of.order(`i${index}`)),
    );
    await world.sandbox.fault({ kind, path: 'contacts_file_import', times: 1 });
    const before = (await world.sandbox.journal()).length;
    await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode: 'IMPORT' });
    const calls = async () =>
      (await world.sandbox.journal())
        .slice(before)
        .map(({ method, path }) => `${method} ${path.split(/[?]/)[0]?.split('/').slice(2, 4).join('/')}`);
    await eventually(async () => expect(await calls()).toContain('GET activities'));
    // sync sends no second import as long as the first may still appear.
    expect((await calls()).filter((call) => call === 'POST activities/contacts_file_import').length).toBeLessThan(2);
    world.moment.aheadMs += 61_000;
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ synced: buyers, failed: 0 });
    expect(await office.contacts()).toHaveLength(buyers);
    for (const { list_memberships } of await office.contacts()) expect(list_memberships).toEqual([listId]);
  });

  it('repeats nothing that is synced: a second backfill makes no deliveries', async () => {
    const { office, workflow } = await withOrders({}, three);
    await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode: 'IMPORT' });
    await done(office, workflow.workflowId);
    const calls = await callsDuring(world, async () => {
      await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode: 'IMPORT' });
      expect((await done(office, workflow.workflowId)).progress.made).toBe(0);
    });
    expect(calls).toEqual({});
  });

  it('waits while it is paused, continues when it is resumed, and ends when it is cancelled', async () => {
    const { office, workflow } = await withOrders({}, (of) =>
      Array.from({ length: 5 }, (_, index) => of.order(`b${index}`)),
    );
    world.broken.add(office.connectionId);
    const { backfill } = await mutate(office, 'startBackfill', { workflowId: workflow.workflowId, mode: 'ONE_BY_ONE' });
    const backfillId = backfill?.id;
    await eventually(async () => expect((await backfills(office, workflow.workflowId))[0]?.progress.pending).toBe(5));
    expect((await mutate(office, 'pauseBackfill', { backfillId })).backfill?.status).toBe('PAUSED');
    expect((await mutate(office, 'pauseBackfill', { backfillId })).backfill?.status).toBe('PAUSED');
    world.broken.delete(office.connectionId);
    await office.publishConnection();
    await office.workflow({
      lists: { fixed: [listId], perEvent: false },
      activeSince: soon(),
    });
    expect(await office.contacts()).toEqual([]);
    expect((await mutate(office, 'cancelBackfill', { backfillId })).backfill?.status).toBe('CANCELLED');
    await eventually(async () =>
      expect((await backfills(office, workflow.workflowId))[0]?.progress).toMatchObject({ skipped: 5, pending: 0 }),
    );
    expect(await office.contacts()).toEqual([]);
    expect((await mutate(office, 'resumeBackfill', { backfillId })).userErrors).toMatchObject([
      { code: 'BACKFILL_ENDED' },
    ]);
  });

  it('with one call per contact shows progress as it goes, stops soon after a pause, and repeats nothing', async () => {
    const buyers = 130;
    const { office, workflow } = await withOrders({}, (of) =>
      Array.from({ length: buyers }, (_, index) => of.order(`o${index}`)),
    );
    // The latency makes calls of 40 contacts at a time slow enough to pause the backfill in between.
    await world.sandbox.fault({ kind: 'latency', path: '/v3/contacts$', method: 'POST', ms: 150, times: null });
    const progress = async () => (await backfills(office, workflow.workflowId))[0]!.progress;
    const calls = await callsDuring(world, async () => {
      const { backfill } = await mutate(office, 'startBackfill', {
        workflowId: workflow.workflowId,
        mode: 'ONE_BY_ONE',
      });
      await eventually(async () => expect((await progress()).synced).toBeGreaterThan(0));
      expect((await progress()).synced).toBeLessThan(buyers);
      await mutate(office, 'pauseBackfill', { backfillId: backfill?.id });
      const paused = await eventually(async () => {
        const waiting = (await office.deliveries()).filter(({ reason }) => reason?.code === 'BACKFILL_PAUSED');
        const { synced } = await progress();
        // Calls that were under way at the pause have ended.
        expect([waiting.length, (await office.contacts()).length]).toEqual([buyers - synced, synced]);
        return synced;
      });
      expect(paused).toBeLessThan(buyers);

      await world.sandbox.clearFaults();
      await mutate(office, 'resumeBackfill', { backfillId: backfill?.id });
      expect((await done(office, workflow.workflowId)).progress).toMatchObject({ synced: buyers });
    });
    expect(calls).toEqual({ 'POST /contacts': buyers });
    expect(await office.contacts()).toHaveLength(buyers);
  }, 120_000);

  it('is refused for another box office, for a viewer, and while another one runs', async () => {
    const { office, workflow } = await withOrders({}, three);
    const input = { workflowId: workflow.workflowId, mode: 'IMPORT' };
    expect((await mutate(office, 'startBackfill', input, 'viewer')).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    const foreign = await createOffice(world);
    expect((await mutate(foreign, 'startBackfill', input)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    world.broken.add(office.connectionId);
    const { backfill } = await mutate(office, 'startBackfill', input);
    expect((await mutate(office, 'startBackfill', input)).userErrors).toMatchObject([{ code: 'BACKFILL_RUNNING' }]);
    expect((await mutate(foreign, 'cancelBackfill', { backfillId: backfill?.id })).userErrors).toMatchObject([
      { code: 'BACKFILL_NOT_FOUND' },
    ]);
  });
});
