import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { callsDuring, createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
beforeAll(async () => {
  world = await createWorld({ CONSTANT_CONTACT_CALLS_PER_DAY: '500' });
  listId = world.listIds[0]!;
}, 120_000);
afterAll(() => world?.close(), 30_000);

const onList = () => ({ lists: { fixed: [listId], perEvent: false } });
const health = async (boxOfficeId: Parameters<World['ask']>[0], of = world) => {
  const { data } = await of.ask<{
    boxOffice: { syncHealth: { pending: number; waiting: number; quota: { leftToday: number; resetsAt: string } } };
  }>(boxOfficeId, '{ boxOffice { syncHealth { pending waiting quota { leftToday resetsAt } } } }');
  return data!.boxOffice.syncHealth;
};

describe('deliveries of a connection that needs a new sign-in', () => {
  it('wait without failing, and continue when it works again', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    world.broken.add(office.connectionId);
    await world.produce([office.order('a'), office.order('b')]);
    await office.until(
      2,
      ({ status, reason }) => status === 'WAITING' && reason?.code === 'CONNECTION_NEEDS_RECONNECT',
    );
    expect(await office.contacts()).toEqual([]);
    const { data } = await world.ask<{ boxOffice: { syncHealth: { waitingFor: object[] } } }>(
      office.boxOfficeId,
      '{ boxOffice { syncHealth { waitingFor { reason { code } count } } } }',
    );
    expect(data?.boxOffice.syncHealth.waitingFor).toEqual([
      { reason: { code: 'CONNECTION_NEEDS_RECONNECT' }, count: 2 },
    ]);

    world.broken.delete(office.connectionId);
    await office.publishConnection();
    const seen = await office.settled(2);
    expect(seen.map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
    expect(await office.contacts()).toHaveLength(2);
  });
});

describe('a connection that was disconnected', () => {
  it('leaves nothing that sync knew of its contacts', async () => {
    const office = await createOffice(world);
    await office.workflow({ ...onList(), tags: { fixed: [], event: true, ticketTypes: false } });
    await world.produce([office.order('a')]);
    await office.settled(1);
    const known = async () => ({
      contacts: await world.mongo.collection('contacts').countDocuments({ connectionId: office.connectionId }),
      mirrors: await world.mongo
        .collection<{ _id: string }>('contact_caches')
        .countDocuments({ _id: office.connectionId }),
      names: await world.mongo
        .collection<{ _id: string }>('resources')
        .countDocuments({ _id: { $gte: `${office.connectionId}/`, $lt: `${office.connectionId}0` } }),
    });
    expect(await known()).toMatchObject({ contacts: 1, names: 1 });

    await office.publishConnection({ status: 'DISCONNECTED' });
    await eventually(async () => expect(await known()).toEqual({ contacts: 0, mirrors: 0, names: 0 }));
  });
});

describe('a subscription that has ended', () => {
  it('skips later orders, and makes no calls', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    await world.entitle(office.boxOfficeId, false, 2);
    const calls = await callsDuring(world, async () => {
      await world.produce([office.order('late')]);
      const [seen] = await office.settled(1);
      expect(seen).toMatchObject({ status: 'SKIPPED', reason: { code: 'SUBSCRIPTION_INACTIVE' } });
    });
    expect(calls).toEqual({});
  });
});

describe('facts and orders in any sequence of arrival', () => {
  it('lead to one delivery: an order before its workflow', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    await world.produce([office.order('early')]);
    await office.settled(1);
    const second = await office.workflow(onList());
    const seen = await office.settled(2);
    expect(seen.map(({ workflow }) => workflow.id)).toContain(second.workflowId);
    await world.publishWorkflow({ ...second, version: 2, name: 'Renamed' });
    await world.produce([office.order('marker')]);
    await office.settled(4);
  });

  it('lead to no refusal: an order before the fact that the add-on is active', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    const [seen] = await (async () => {
      await world.produce([office.order('eager')]);
      return office.settled(1);
    })();
    expect(seen).toMatchObject({ status: 'SYNCED' });
  });

  it("keep one box office's orders out of another's workflow", async () => {
    const office = await createOffice(world);
    const foreign = await createOffice(world);
    await office.workflow(onList());
    await foreign.workflow(onList());
    await world.produce([office.order('own')]);
    await office.settled(1);
    expect(await foreign.deliveries()).toEqual([]);
  });
});

describe('an order that changes', () => {
  it('fills fields that a newer event left empty, whichever comes first', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    const newer = office.order('gap', {
      time: '2026-07-02T10:00:00Z',
      buyer: { first_name: null, last_name: 'Newer' },
    });
    const older = office.order('gap', {
      time: '2026-07-01T10:00:00Z',
      buyer: { first_name: 'Older', last_name: 'Older' },
    });
    await world.produce([newer]);
    await office.settled(1);
    await world.produce([older]);
    await eventually(async () => {
      expect(await office.contact('gap')).toMatchObject({ first_name: 'Older', last_name: 'Newer' });
    });
    await office.settled(1);
  });

  it('syncs a buyer who opts in later', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    await world.produce([office.order('late-yes', { marketing_opt_in: 'false', time: '2026-07-01T10:00:00Z' })]);
    expect(await office.settled(1)).toMatchObject([{ status: 'SKIPPED', reason: { code: 'NOT_OPTED_IN' } }]);
    await world.produce([office.order('late-yes', { marketing_opt_in: 'true', time: '2026-07-02T10:00:00Z' })]);
    await office.until(1, ({ status }) => status === 'SYNCED');
    expect(await office.contact('late-yes')).toMatchObject({ list_memberships: [listId] });
  });
});

/** What another process writes that has used up the day's calls. */
const useUp = async (): Promise<void> => {
  const ledgers = world.mongo.collection<{ state: string }>('ledger');
  const ledger = await ledgers.findOne({});
  const state = { ...(JSON.parse(ledger?.state ?? '{}') as object), used: 500 };
  await ledgers.updateOne({}, { $set: { state: JSON.stringify(state) }, $inc: { revision: 1 } });
};

describe("the application's calls of the day", () => {
  it('once used up, hold nothing any more after their limit is raised', async () => {
    const limited = await createWorld({ CONSTANT_CONTACT_CALLS_PER_DAY: '500', SYNC_WORK: 'intake' });
    try {
      const office = await createOffice(limited);
      await office.workflow({ lists: { fixed: [limited.listIds[0]!], perEvent: false } });
      const before = await limited.startAnother({ SYNC_WORK: 'dispatch' });
      await limited.sandbox.seed('riverside', { email: office.emailOf('imported'), permission_to_send: 'explicit' });
      await limited.sandbox.fault({ kind: 'quota-exceeded', method: 'GET', path: '/activities', times: 1 });
      await limited.produce([office.order('imported')]);
      await office.until(1, ({ reason }) => reason?.code === 'ACTIVITY_RUNNING');
      await eventually(async () => expect((await health(office.boxOfficeId, limited)).quota.leftToday).toBe(0));
      await limited.produce([office.order('new')]);
      await office.until(2, ({ reason }) => ['ACTIVITY_RUNNING', 'QUOTA_EXCEEDED'].includes(reason?.code ?? ''));
      await before.close();

      const raised = await limited.startAnother({ SYNC_WORK: 'dispatch', CONSTANT_CONTACT_CALLS_PER_DAY: 1_000 });
      await office.until(2, ({ status, reason }) => status === 'SYNCED' || reason?.code === 'ACTIVITY_RUNNING');
      limited.moment.aheadMs += 10 * 60_000;
      await office.until(2, ({ status }) => status === 'SYNCED');
      await raised.close();
    } finally {
      await limited.close();
    }
  }, 120_000);

  // This must be the last test of the file: it uses up the day's calls.
  it('once used up, hold everything until 00:00 UTC, and then release it', async () => {
    const office = await createOffice(world);
    await office.workflow(onList());
    await useUp();

    await world.produce([office.order('tomorrow')]);
    await office.until(1, ({ status, reason }) => status === 'WAITING' && reason?.code === 'QUOTA_EXCEEDED');
    const { quota, waiting } = await health(office.boxOfficeId);
    expect({ waiting, left: quota.leftToday }).toEqual({ waiting: 1, left: 0 });

    world.moment.aheadMs = Date.parse(quota.resetsAt) - Date.now() + 1_000;
    await office.until(1, ({ status }) => status === 'SYNCED');
  }, 120_000);
});
