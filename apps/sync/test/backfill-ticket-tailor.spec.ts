import type { WorkflowFact } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createPauses } from './pauses';
import { callsDuring, createOffice, createWorld, type World } from './world';

// The first process runs no background work: each test starts the processes that work on backfills.
let world: World;
let worker: Awaited<ReturnType<World['startAnother']>> | undefined;
let listId: string;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'intake' });
  listId = world.listIds[0]!;
}, 120_000);
afterAll(async () => {
  await worker?.close();
  await world?.close();
}, 120_000);
beforeEach(async () => {
  await world.ticketTailor.clearFaults();
  worker ??= await world.startAnother({ SYNC_WORK: 'dispatch' });
}, 120_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
interface Seen {
  readonly id: string;
  readonly status: string;
  readonly source: string;
  readonly pausedFor: string | null;
  readonly waitsUntil: string | null;
  readonly progress: { made: number; synced: number; skipped: number; failed: number; unreadable: number };
}
interface Payload {
  readonly backfill?: Seen | null;
  readonly plan?: {
    orders: number;
    buyers: number;
    isPartial: boolean;
    decisions: { code: string; count: number }[];
  } | null;
  readonly userErrors: { code: string }[];
}
const fields = 'id status source pausedFor waitsUntil progress { made synced skipped failed unreadable }';

const mutate = async (office: Office, name: string, input: object): Promise<Payload> => {
  const isNew = name === 'planBackfill' || name === 'startBackfill';
  const selected =
    name === 'planBackfill' ? 'plan { orders buyers isPartial decisions { code count } }' : `backfill { ${fields} }`;
  const { data, errors } = await world.ask<{ result: Payload }>(
    office.boxOfficeId,
    `mutation ($input: ${isNew ? 'BackfillInput' : 'ChangeBackfillInput'}!) {
      result: ${name}(input: $input) { ${selected} userErrors { code } }
    }`,
    { input },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.result;
};
const backfillOf = async (office: Office, workflowId: string): Promise<Seen | undefined> =>
  (
    await world.ask<{ _entities: { backfills: Seen[] }[] }>(
      office.boxOfficeId,
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Workflow { backfills { ${fields} } } } }`,
      { of: [{ __typename: 'Workflow', id: workflowId }] },
    )
  ).data?._entities[0]?.backfills[0];
const stands = (office: Office, workflowId: string, isSo: (backfill: Seen) => boolean): Promise<Seen> =>
  eventually(async () => {
    const backfill = await backfillOf(office, workflowId);
    if (!backfill || !isSo(backfill)) throw new Error(`still ${JSON.stringify(backfill)}`);
    return backfill;
  });
const done = (office: Office, workflowId: string): Promise<Seen> =>
  stands(office, workflowId, ({ status }) => status === 'DONE');

const begin = 1_700_000_000;
const keyOf = (office: Office): string => `sk_test_${office.boxOfficeId}`;
const seed = (office: Office, orders: object) => world.ticketTailor.seedOrders(office.boxOfficeId, orders);
const many = (office: Office, count: number, more: object = {}) =>
  seed(office, {
    count,
    createdFrom: begin,
    id: `or_${office.boxOfficeId.slice(-8)}_#`,
    email: office.emailOf('b#'),
    ...more,
  });
/** A box office with an API key at Ticket Tailor, and a workflow that puts buyers on a list. */
const withWorkflow = async (given: Partial<WorkflowFact> = {}) => {
  const office = await createOffice(world);
  await world.ticketTailor.boxOffice(office.boxOfficeId, keyOf(office));
  world.ticketTailorKeys.set(office.boxOfficeId, keyOf(office));
  const workflow = await office.workflow({ lists: { fixed: [listId], perEvent: false }, ...given });
  const { workflowId } = workflow;
  await eventually(async () => {
    if (!(await mutate(office, 'planBackfill', { workflowId, mode: 'IMPORT' })).plan)
      throw new Error('the workflow is not known yet');
  });
  return { office, workflow, input: { workflowId, mode: 'IMPORT', source: 'TICKET_TAILOR' } };
};
const placesRead = async (office: Office): Promise<string[]> =>
  (await world.ticketTailor.journal(office.boxOfficeId)).map(
    ({ path, status }) => `${status} ${new URLSearchParams(path.split('?')[1]).get('starting_after') ?? 'first'}`,
  );

/** Starts and finishes a backfill of another box office, so that a process had time to work on the first one too. */
const anotherIsDone = async (): Promise<void> => {
  const { office, workflow, input } = await withWorkflow();
  await many(office, 1);
  await mutate(office, 'startBackfill', input);
  await done(office, workflow.workflowId);
};

describe('a plan of a backfill from Ticket Tailor', () => {
  it('counts orders by decision, writes nothing, and is partial if it could not read all pages', async () => {
    const { office, input } = await withWorkflow();
    await many(office, 150);
    await many(office, 3, { first: 900, order: { marketing_opt_in: null } });
    const calls = await callsDuring(world, async () => {
      // On a slow machine the time limit of a plan may pass before the last page.
      const plan = await eventually(async () => {
        const answer = await mutate(office, 'planBackfill', input);
        expect(answer.plan).toMatchObject({ orders: 153, buyers: 150, isPartial: false });
        return answer.plan;
      });
      expect(new Map(plan?.decisions.map(({ code, count }) => [code, count]))).toEqual(
        new Map([
          ['GO', 150],
          ['NOT_ASKED', 3],
        ]),
      );
      await world.ticketTailor.fault({ kind: 'status', after: 1, boxOffice: office.boxOfficeId });
      expect((await mutate(office, 'planBackfill', input)).plan).toMatchObject({ orders: 100, isPartial: true });
    });
    expect(calls).toEqual({});
    expect(await office.deliveries()).toEqual([]);
    expect(await world.mongo.collection('orders').countDocuments({ boxOfficeId: office.boxOfficeId })).toBe(0);
  });

  it('reports a missing or refused API key', async () => {
    const { office, input } = await withWorkflow();
    world.ticketTailorKeys.delete(office.boxOfficeId);
    expect((await mutate(office, 'planBackfill', input)).userErrors).toEqual([{ code: 'TICKET_TAILOR_KEY_MISSING' }]);
    world.ticketTailorKeys.set(office.boxOfficeId, 'sk_test_another');
    expect((await mutate(office, 'planBackfill', input)).userErrors).toEqual([
      { code: 'UNAUTHORIZED_AT_TICKET_TAILOR' },
    ]);
  });
});

describe('a backfill from Ticket Tailor', () => {
  it('puts buyers who opted in on the list, nobody else, and runs no other workflow', async () => {
    const { office, workflow, input } = await withWorkflow();
    const other = await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    await many(office, 120);
    await many(office, 2, { first: 900, order: { marketing_opt_in: 'false' } });
    await seed(office, { orders: [{ id: 'or_odd', created_at: begin, status: 'something new' }] });
    expect((await mutate(office, 'startBackfill', input)).backfill?.source).toBe('TICKET_TAILOR');
    expect((await done(office, workflow.workflowId)).progress).toEqual({
      made: 122,
      synced: 120,
      skipped: 2,
      failed: 0,
      unreadable: 1,
    });
    expect(await office.contacts()).toHaveLength(120);
    // The fact of this workflow comes after the orders. The marker order comes after both and shows that sync knows
    // both.
    const later = await office.workflow({ lists: { fixed: [listId], perEvent: false } });
    const marker = office.order('marker');
    await world.produce([marker]);
    const ofOthers = await eventually(async () => {
      const theirs = (await office.deliveries()).filter(({ workflow: of }) => of.id !== workflow.workflowId);
      if (new Set(theirs.map(({ workflow: of }) => of.id)).size < 2) throw new Error('the marker has not come');
      return theirs;
    });
    expect(new Set(ofOthers.map(({ order }) => order.id))).toEqual(new Set([marker.data.id]));
    expect(new Set(ofOthers.map(({ workflow: of }) => of.id))).toEqual(new Set([other.workflowId, later.workflowId]));
    const kept = JSON.stringify(
      await world.mongo.collection('orders').find({ boxOfficeId: office.boxOfficeId }).toArray(),
    );
    expect(kept).not.toMatch(/barcode|issued_tickets/);
  });

  it('reads only orders of the requested period', async () => {
    const { office, workflow, input } = await withWorkflow();
    await many(office, 5, { everySeconds: 60 });
    const time = (seconds: number): string => new Date((begin + seconds) * 1000).toISOString();
    await mutate(office, 'startBackfill', { ...input, from: time(60), to: time(180) });
    expect((await done(office, workflow.workflowId)).progress.made).toBe(2);
  });

  it('never overwrites values of an event, and does nothing for an order that sync has already seen', async () => {
    const { office, workflow, input } = await withWorkflow();
    const seen = office.order('seen', { marketing_opt_in: 'false' });
    await world.produce([seen]);
    await office.settled(1);
    await seed(office, {
      orders: [
        {
          ...seen.data,
          created_at: begin,
          marketing_opt_in: 'true',
          buyer_details: { email: office.emailOf('older'), postal_code: null },
        },
      ],
    });
    await many(office, 1);
    await mutate(office, 'startBackfill', input);
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ made: 1, synced: 1 });
    expect((await office.contacts()).map(({ email_address: { address } }) => address)).toEqual([office.emailOf('b0')]);
    expect(
      await world.mongo.collection<{ _id: string }>('orders').findOne({ _id: `${office.boxOfficeId}:${seen.data.id}` }),
    ).toMatchObject({ email: office.emailOf('seen'), optIn: 'NOT_OPTED_IN' });
  });

  it('continues at its cursor after a lost answer, and reads no page twice', async () => {
    const { office, workflow, input } = await withWorkflow();
    await many(office, 250);
    await world.ticketTailor.fault({ kind: 'drop', after: 1, boxOffice: office.boxOfficeId });
    await mutate(office, 'startBackfill', input);
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ made: 250, synced: 250 });
    const id = `or_${office.boxOfficeId.slice(-8)}`;
    expect(await placesRead(office)).toEqual(['200 first', `0 ${id}_150`, `200 ${id}_150`, `200 ${id}_50`]);
  });

  it('waits as long as Ticket Tailor asks, shows until when, and continues', async () => {
    const { office, workflow, input } = await withWorkflow();
    await many(office, 150);
    await world.ticketTailor.fault({
      kind: 'throttled',
      after: 1,
      retryAfterSeconds: 1_800,
      boxOffice: office.boxOfficeId,
    });
    await mutate(office, 'startBackfill', input);
    const waiting = await stands(office, workflow.workflowId, ({ waitsUntil }) => waitsUntil !== null);
    expect(waiting).toMatchObject({ status: 'RUNNING', pausedFor: null, progress: { made: 100 } });
    await anotherIsDone();
    expect((await placesRead(office)).map((place) => place.slice(0, 3))).toEqual(['200', '429']);
    world.moment.aheadMs += 1_801_000;
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ made: 150, synced: 150 });
    expect((await placesRead(office)).map((place) => place.slice(0, 3))).toEqual(['200', '429', '200']);
  });

  it('pauses with the reason while the API key is refused or missing, and continues on resume', async () => {
    const { office, workflow, input } = await withWorkflow();
    await many(office, 3);
    world.ticketTailorKeys.set(office.boxOfficeId, 'sk_test_another');
    const { backfill } = await mutate(office, 'startBackfill', input);
    const paused = (pausedFor: string) =>
      stands(office, workflow.workflowId, (seen) => seen.status === 'PAUSED' && seen.pausedFor === pausedFor);
    await paused('UNAUTHORIZED_AT_TICKET_TAILOR');
    world.ticketTailorKeys.delete(office.boxOfficeId);
    const resume = () => mutate(office, 'resumeBackfill', { backfillId: backfill?.id });
    expect((await resume()).backfill).toMatchObject({ status: 'RUNNING', pausedFor: null });
    await paused('TICKET_TAILOR_KEY_MISSING');
    world.ticketTailorKeys.set(office.boxOfficeId, keyOf(office));
    await resume();
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ made: 3, synced: 3 });
    const kept = await world.mongo.collection('backfills').find({ boxOfficeId: office.boxOfficeId }).toArray();
    expect(JSON.stringify(kept)).not.toContain('sk_test');
  });

  it('reads nothing while it is paused, and ends when it is cancelled', async () => {
    const { office, workflow, input } = await withWorkflow();
    await many(office, 250);
    await world.ticketTailor.fault({
      kind: 'throttled',
      after: 1,
      retryAfterSeconds: 600,
      boxOffice: office.boxOfficeId,
    });
    const { backfill } = await mutate(office, 'startBackfill', input);
    await stands(office, workflow.workflowId, ({ waitsUntil }) => waitsUntil !== null);
    const paused = await mutate(office, 'pauseBackfill', { backfillId: backfill?.id });
    expect(paused.backfill).toMatchObject({ status: 'PAUSED', pausedFor: null, waitsUntil: null });
    world.moment.aheadMs += 601_000;
    await anotherIsDone();
    expect((await placesRead(office)).map((place) => place.slice(0, 3))).toEqual(['200', '429']);
    await mutate(office, 'cancelBackfill', { backfillId: backfill?.id });
    await stands(
      office,
      workflow.workflowId,
      ({ status, progress }) => status === 'CANCELLED' && progress.made === 100,
    );
    expect(await placesRead(office)).toHaveLength(2);
  });

  it('continues in another process when one stalls before it saves its cursor; its late write is lost', async () => {
    await worker?.close();
    worker = undefined;
    const pauses = createPauses();
    const stuck = await world.startAnother({ SYNC_WORK: 'dispatch' }, pauses);
    try {
      const { office, workflow, input } = await withWorkflow();
      await many(office, 250);
      const { reached, open } = pauses.before('backfills.change');
      await mutate(office, 'startBackfill', input);
      await reached();
      expect(await placesRead(office)).toEqual(['200 first']);
      worker = await world.startAnother({ SYNC_WORK: 'dispatch' });
      const ended = await done(office, workflow.workflowId);
      expect(ended.progress).toMatchObject({ made: 250, synced: 250, skipped: 0, failed: 0 });
      open();
      await stuck.close();
      expect(await backfillOf(office, workflow.workflowId)).toEqual(ended);
      const id = `or_${office.boxOfficeId.slice(-8)}`;
      expect(await placesRead(office)).toEqual(['200 first', '200 first', `200 ${id}_150`, `200 ${id}_50`]);
      expect(await office.deliveries()).toHaveLength(250);
      expect(await office.contacts()).toHaveLength(250);
    } finally {
      pauses.openAll();
    }
  }, 120_000);

  it('brings back no erased buyer', async () => {
    const { office, workflow, input } = await withWorkflow();
    await many(office, 2);
    await world.ask(
      office.boxOfficeId,
      'mutation ($input: EraseBuyerInput!) { eraseBuyer(input: $input) { userErrors { code } } }',
      { input: { email: office.emailOf('b0'), deleteContact: false } },
      'owner',
    );
    await mutate(office, 'startBackfill', input);
    expect((await done(office, workflow.workflowId)).progress).toMatchObject({ made: 2, synced: 1, skipped: 1 });
    const kept = await world.mongo.collection('orders').find({ boxOfficeId: office.boxOfficeId }).toArray();
    expect(JSON.stringify(kept)).not.toContain(office.emailOf('b0'));
    expect((await office.contacts()).map(({ email_address: { address } }) => address)).toEqual([office.emailOf('b1')]);
  });
});
