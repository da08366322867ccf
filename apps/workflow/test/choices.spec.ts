import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 60_000);
afterAll(() => world.close());

type Organiser = Awaited<ReturnType<typeof createOrganiser>>;
interface Choices {
  readonly onCancelledOrder: string;
  readonly whenPaused: string;
}
interface Seen extends Choices {
  readonly versions: { readonly nodes: readonly (Choices & { readonly version: number })[] };
}
const seen = async (organiser: Organiser, id: string): Promise<Seen | undefined> =>
  (
    await organiser.ask<{ node: Seen }>(
      `query ($id: ID!) { node(id: $id) { ... on Workflow { onCancelledOrder whenPaused
         versions(first: 10) { nodes { version onCancelledOrder whenPaused } } } } }`,
      { id },
    )
  ).data?.node;

const standard = { onCancelledOrder: 'KEEP', whenPaused: 'SKIP' };

describe('the choices for cancelled orders, and for orders that arrive during a pause', () => {
  it('are KEEP and SKIP by default, and the fact says so', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created({ onCancelledOrder: null, whenPaused: null });
    expect(await seen(organiser, id)).toMatchObject(standard);
    expect(await world.published(id, 1)).toMatchObject(standard);
  });

  it.each(['KEEP', 'REMOVE_TAGS', 'REMOVE_FROM_LISTS', 'REMOVE_TAGS_AND_LISTS'])(
    'can be made at creation: %s',
    async (onCancelledOrder) => {
      const organiser = await createOrganiser(world);
      const { id } = await organiser.created({ onCancelledOrder, whenPaused: 'WAIT' });
      const chosen = { onCancelledOrder, whenPaused: 'WAIT' };
      expect(await seen(organiser, id)).toMatchObject(chosen);
      expect(await world.published(id, 1)).toMatchObject(chosen);
    },
  );

  it('can be changed one by one, and each state of the workflow keeps its own', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    await organiser.update({ id, expectedVersion: 1, onCancelledOrder: 'REMOVE_TAGS' });
    await organiser.update({ id, expectedVersion: 2, whenPaused: 'WAIT' });
    await organiser.update({ id, expectedVersion: 3, name: 'Letters', onCancelledOrder: null, whenPaused: null });
    const both = { onCancelledOrder: 'REMOVE_TAGS', whenPaused: 'WAIT' };
    expect(await seen(organiser, id)).toEqual({
      ...both,
      versions: {
        nodes: [
          { version: 4, ...both },
          { version: 3, ...both },
          { version: 2, onCancelledOrder: 'REMOVE_TAGS', whenPaused: 'SKIP' },
          { version: 1, ...standard },
        ],
      },
    });
    expect(await world.published(id, 3)).toMatchObject(both);
  });

  it('are copied with a workflow', async () => {
    const organiser = await createOrganiser(world);
    const chosen = { onCancelledOrder: 'REMOVE_FROM_LISTS', whenPaused: 'WAIT' };
    const { id } = await organiser.created(chosen);
    const copy = (await organiser.duplicate({ id })).payload?.workflow?.id ?? '';
    expect(await seen(organiser, copy)).toMatchObject(chosen);
    expect(await world.published(copy, 1)).toMatchObject(chosen);
  });

  it.each([{ onCancelledOrder: 'UNSUBSCRIBE' }, { whenPaused: 'FORGET' }])(
    'have no other values: %j is refused, and nothing is created',
    async (input) => {
      const organiser = await createOrganiser(world);
      const { errors } = await organiser.create(input);
      expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
      expect(await organiser.total()).toBe(0);
    },
  );

  it('have their defaults in workflows from before the choice existed', async () => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created();
    await world.mongo
      .collection<{ _id: string }>('workflows')
      .updateOne({ _id: id }, { $unset: { 'spec.whenPaused': 1 } });
    expect(await seen(organiser, id)).toMatchObject(standard);
    await organiser.pause({ id });
    await organiser.resume({ id });
    expect(await world.published(id, 3)).toMatchObject({ ...standard, status: 'ACTIVE' });
    expect((await seen(organiser, id))?.versions.nodes).toHaveLength(3);
  });
});

describe('a resume', () => {
  it.each([
    ['takes orders from now on after a pause that skips', 'SKIP', false],
    ['takes the orders of the pause too after a pause that waits', 'WAIT', true],
  ])('%s', async (_, whenPaused, staysSince) => {
    const organiser = await createOrganiser(world);
    const { id } = await organiser.created({ whenPaused });
    await organiser.pause({ id });
    await organiser.resume({ id });
    const [first, third] = [await world.published(id, 1), await world.published(id, 3)];
    expect(third.status).toBe('ACTIVE');
    expect(third.activeSince === first.activeSince).toBe(staysSince);
  });
});
