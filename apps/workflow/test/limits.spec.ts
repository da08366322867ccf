import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ MAX_WORKFLOWS: '3', MAX_FILTER_IDS: '2' });
}, 60_000);
afterAll(() => world.close());

describe('the most workflows of a box office', () => {
  it('holds for requests that arrive together, and for copies', async () => {
    const organiser = await createOrganiser(world);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => organiser.create({ name: `${index}` })));
    const codes = answers.map(({ payload }) => payload?.userErrors.map(({ code }) => code).join() ?? 'none');
    expect(codes.filter((code) => code === '')).toHaveLength(3);
    expect(codes.filter((code) => code === 'LIMIT_REACHED')).toHaveLength(9);
    expect(await organiser.total()).toBe(3);
    const created = answers.flatMap(({ payload }) => payload?.workflow ?? []);
    const copy = await organiser.duplicate({ id: created[0]?.id });
    expect(copy.payload?.userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
  });

  it('counts paused workflows and no deleted ones, and not those of others', async () => {
    const [organiser, other] = [await createOrganiser(world), await createOrganiser(world)];
    const [first, second] = [await organiser.created(), await organiser.created(), await organiser.created()];
    await organiser.pause({ id: first?.id });
    expect((await organiser.create()).payload?.userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
    await organiser.remove({ id: second?.id });
    await organiser.created();
    expect((await organiser.create()).payload?.userErrors).toMatchObject([{ code: 'LIMIT_REACHED' }]);
    await other.created();
  });
});

it('a filter holds at most as many ids as the operator allows', async () => {
  const organiser = await createOrganiser(world);
  await organiser.created({ filter: { eventIds: ['ev_1', 'ev_2'] } });
  const { payload } = await organiser.create({ filter: { eventIds: ['ev_1', 'ev_2', 'ev_3'] } });
  expect(payload?.userErrors).toMatchObject([{ code: 'BAD_INPUT', field: ['input', 'filter', 'eventIds'] }]);
});
