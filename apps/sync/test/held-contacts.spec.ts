import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createOffice, createWorld, type World } from './world';

let world: World;
let listId: string;
beforeAll(async () => {
  world = await createWorld();
  listId = world.listIds[0]!;
}, 120_000);
// No import ends while the sandbox's clock stands still.
beforeEach(() => world.sandbox.clock(new Date().toISOString()));
const endImports = () => world.sandbox.clock(null);
afterAll(() => world?.close(), 30_000);

const first = '2026-07-01T10:00:00Z';
const later = '2026-07-02T10:00:00Z';
const imports = async (office: Awaited<ReturnType<typeof createOffice>>): Promise<number> =>
  (await world.sandbox.journal()).filter(
    ({ path, body }) => path.includes('json_import') && JSON.stringify(body).includes(office.emailOf('ada')),
  ).length;

describe('a contact whose import is under way', () => {
  const started = async (onCancelledOrder: 'KEEP' | 'REMOVE_FROM_LISTS') => {
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('ada'), permission_to_send: 'explicit' });
    await office.workflow({ lists: { fixed: [listId], perEvent: false }, onCancelledOrder });
    await world.produce([office.order('ada', { time: first, buyer: { first_name: 'Ada' } })]);
    await office.until(1, ({ reason }) => reason?.code === 'ACTIVITY_RUNNING');
    expect(await imports(office)).toBe(1);
    return office;
  };

  it("is not written for a newer order before the import ends, and the newer order's values are final", async () => {
    const office = await started('KEEP');
    const newer = `or_newer_${office.boxOfficeId}`;
    await world.produce([office.order('ada', { id: newer, time: later, buyer: { first_name: 'Augusta' } })]);
    await office.until(2, ({ reason }) => reason?.code === 'ACTIVITY_RUNNING');
    expect(await imports(office)).toBe(1);
    expect((await office.contact('ada'))?.list_memberships).toEqual([]);
    await endImports();
    const seen = await office.settled(2);
    expect(seen.map(({ status }) => status)).toEqual(['SYNCED', 'SYNCED']);
    expect(await office.contact('ada')).toMatchObject({ first_name: 'Augusta', list_memberships: [listId] });
  });

  it('loses what the import adds if the order is cancelled meanwhile', async () => {
    const office = await started('REMOVE_FROM_LISTS');
    await world.produce([office.order('ada', { time: later, status: 'cancelled' })]);
    await world.sandbox.seed('riverside', { email: office.emailOf('bob'), permission_to_send: 'explicit' });
    await world.produce([office.order('bob')]);
    await office.until(2, ({ reason }) => reason?.code === 'ACTIVITY_RUNNING');
    await endImports();
    const seen = await office.settled(2);
    expect(seen.map(({ reason }) => reason?.code).sort()).toEqual(['SYNCED', 'TAKEN_BACK']);
    expect((await office.contact('ada'))?.list_memberships).toEqual([]);
  });
});
