import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { callsDuring, createOffice, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
const preview = async (of: Office, input: object) => {
  const { data } = await world.ask<{
    previewWorkflow: {
      preview: {
        callsNeeded: number;
        orders: { order: { id: string }; status: string; reason: { code: string }; tagNames: string[] }[];
      } | null;
      userErrors: { code: string }[];
    };
  }>(
    of.boxOfficeId,
    `mutation ($input: PreviewWorkflowInput!) { previewWorkflow(input: $input) {
       preview { callsNeeded orders { order { id } status reason { code } tagNames } } userErrors { code } } }`,
    { input },
  );
  return data!.previewWorkflow;
};
/** The preview's result for each order, by buyer. */
const saidOf = async (of: Office, workflowId: string): Promise<Record<string, string>> => {
  // Sync has the workflow once it has read the fact.
  const seen = await eventually(async () => {
    const { preview: found, userErrors } = await preview(of, { workflowId });
    if (!found) throw new Error(JSON.stringify(userErrors));
    return found;
  });
  return Object.fromEntries(
    seen.orders.map(({ order, status, reason }) => [order.id.split('_').at(-1)!, `${status} ${reason.code}`]),
  );
};
/** Makes a workflow that covers only orders from now on; earlier orders make no deliveries. */
const fromNow = () => ({ activeSince: new Date().toISOString() });
const tagged = () => ({ tags: { fixed: [world.tagIds[0]!], event: false, ticketTypes: false } });

describe('a preview of a workflow', () => {
  it('predicts the outcome of the latest orders, and neither writes nor calls', async () => {
    const office = await createOffice(world);
    await office.workflow();
    await world.produce([
      office.order('yes'),
      office.order('no', { marketing_opt_in: 'false' }),
      office.order('never', { marketing_opt_in: null }),
    ]);
    await office.settled(3);
    const { workflowId } = await office.workflow({
      ...fromNow(),
      tags: { fixed: [], event: true, ticketTypes: false },
    });
    const calls = await callsDuring(world, async () => {
      expect(await saidOf(office, workflowId)).toEqual({
        yes: 'SYNCED SYNCED',
        no: 'SKIPPED NOT_OPTED_IN',
        never: 'SKIPPED NOT_ASKED',
      });
      const { preview: seen } = await preview(office, { workflowId });
      expect(seen?.callsNeeded).toBe(1);
      expect(seen?.orders.flatMap(({ tagNames }) => tagNames)).toEqual(['tt_Food-Festival-2027-07-27']);
    });
    expect(calls).toEqual({});
    expect(await office.deliveries()).toHaveLength(3);
    expect((await preview(office, { workflowId, last: 201 })).userErrors).toMatchObject([{ code: 'BAD_INPUT' }]);
    expect((await preview(await createOffice(world), { workflowId })).userErrors).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  // If the plan needed to read a contact first, the preview did not yet say that the permission would be missing.
  it('says that the permission will be missing even if the contact must be read first', async () => {
    const office = await createOffice(world);
    const long = `${'x'.repeat(60 - office.emailOf('').length)}${office.emailOf('')}`;
    const tagging = await office.workflow({ ...fromNow(), ...tagged() });
    for (const email of [office.emailOf('short'), long])
      await world.sandbox.seed('riverside', { email, permission_to_send: 'not_set' });
    await world.produce([office.order('short'), office.order('long', { buyer: { email: long } })]);
    const seen = await office.settled(2);
    expect(new Set(seen.map(({ reason }) => reason?.code))).toEqual(new Set(['SYNCED_WITHOUT_PERMISSION']));

    const listing = await office.workflow({
      ...fromNow(),
      ...tagged(),
      lists: { fixed: [world.listIds[0]!], perEvent: false },
    });
    expect(await saidOf(office, tagging.workflowId)).toEqual({
      short: 'SYNCED SYNCED_WITHOUT_PERMISSION',
      long: 'SYNCED SYNCED_WITHOUT_PERMISSION',
    });
    expect(await saidOf(office, listing.workflowId)).toEqual({
      short: 'SYNCED SYNCED',
      long: 'SYNCED SYNCED_WITHOUT_PERMISSION',
    });
  });
});
