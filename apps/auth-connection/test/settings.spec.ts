import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Role } from '@boxlist/service-kit';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);

interface Seen {
  readonly id: string;
  readonly version: number;
  readonly settings: {
    readonly optInRoute: string;
    readonly whenQuotaIsScarce: string;
    readonly upgradesImported: boolean;
    readonly canUpgradeImported: boolean;
  };
}
type Organiser = ReturnType<typeof createOrganiser>;
const seen = async (organiser: Organiser): Promise<Seen | undefined> =>
  (
    await organiser.ask<{ boxOffice: { connections: Seen[] } }>(
      '{ boxOffice { connections { id version settings { optInRoute whenQuotaIsScarce upgradesImported ' +
        'canUpgradeImported } } } }',
    )
  ).data?.boxOffice.connections[0];
const choose = (organiser: Organiser, input: object, role?: Role) =>
  organiser.mutate<{ connection: Seen | null }>(
    'updateConnectionSettings',
    'UpdateConnectionSettingsInput',
    'connection { id version settings { optInRoute whenQuotaIsScarce upgradesImported canUpgradeImported } }',
    input,
    role,
  );
const standard = { optInRoute: 'DIRECT', whenQuotaIsScarce: 'WAIT', upgradesImported: false };
const shown = { ...standard, canUpgradeImported: false };

describe('the settings of a connection', () => {
  it('are DIRECT and WAIT by default, can be changed one by one, and are published', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    expect((await seen(organiser))?.settings).toEqual(shown);
    expect(await world.published(connectionId, 'CONNECTED')).toMatchObject(standard);
    const steps = [
      [{ whenQuotaIsScarce: 'IMPORT' }, { optInRoute: 'DIRECT', whenQuotaIsScarce: 'IMPORT' }],
      [{ whenQuotaIsScarce: 'WAIT', optInRoute: null }, standard],
      [{ optInRoute: 'CONFIRM' }, { optInRoute: 'CONFIRM', whenQuotaIsScarce: 'WAIT' }],
    ] as const;
    for (const [change, expected] of steps) {
      const version = (await seen(organiser))?.version ?? 0;
      const { connection } = await choose(organiser, { connectionId, version, ...change });
      expect(connection).toMatchObject({ version: version + 1, settings: expected });
      expect(await world.publishedAs(connectionId, (fact) => fact.version === version + 1)).toMatchObject(expected);
    }
  });

  it('can be changed by owners too, and without a version', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { connection } = await choose(organiser, { connectionId, optInRoute: 'CONFIRM' }, 'owner');
    expect(connection?.settings.optInRoute).toBe('CONFIRM');
  });

  it('do not change if they are chosen again', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { version } = (await seen(organiser))!;
    const { connection, userErrors } = await choose(organiser, { connectionId, version, ...standard });
    expect([connection?.version, userErrors]).toEqual([version, []]);
  });

  it('are changed by only one of many callers with the same version', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { version } = (await seen(organiser))!;
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => choose(organiser, { connectionId, version, whenQuotaIsScarce: 'IMPORT' })),
    );
    expect(answers.filter(({ connection }) => connection)).toHaveLength(1);
    for (const { connection, userErrors } of answers)
      expect(userErrors).toEqual(connection ? [] : [{ code: 'VERSION_CONFLICT', field: ['input', 'version'] }]);
    expect((await seen(organiser))?.version).toBe(version + 1);
  });

  it('are changed by all of many callers, one after the other, without a version', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => choose(organiser, { connectionId, whenQuotaIsScarce: 'IMPORT' })),
    );
    for (const { connection, userErrors } of answers)
      expect([connection?.settings.whenQuotaIsScarce, userErrors]).toEqual(['IMPORT', []]);
  });

  it.each([
    ['the import in an account that confirms', { optInRoute: 'CONFIRM' }, { whenQuotaIsScarce: 'IMPORT' }],
    ['a confirmation where new buyers are imported', { whenQuotaIsScarce: 'IMPORT' }, { optInRoute: 'CONFIRM' }],
  ])('do not contradict each other: %s is refused, and nothing is written', async (_, first, then) => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { connection } = await choose(organiser, { connectionId, ...first });
    const { userErrors } = await choose(organiser, { connectionId, ...then });
    expect(userErrors).toEqual([{ code: 'BAD_INPUT', field: ['input', Object.keys(then)[0]] }]);
    expect(await seen(organiser)).toEqual(connection);
  });

  it('stay when the connection breaks, and after a new sign-in to the same account', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    await choose(organiser, { connectionId, optInRoute: 'CONFIRM' });
    await world.sandbox.revokeRefreshTokens();
    world.moment.aheadMs = 86_400_000;
    await organiser.ask('{ boxOffice { connections { contactLists { totalCount } } } }');
    world.moment.aheadMs = 0;
    expect(await world.published(connectionId, 'NEEDS_RECONNECT')).toMatchObject({ optInRoute: 'CONFIRM' });
    await organiser.signIn('riverside', { connectionId });
    const { version, settings } = (await seen(organiser))!;
    expect(settings.optInRoute).toBe('CONFIRM');
    expect(await world.publishedAs(connectionId, (fact) => fact.version === version)).toMatchObject({
      status: 'CONNECTED',
      optInRoute: 'CONFIRM',
    });
  });

  it('end with a disconnect: an ended connection accepts none, and a new one has the defaults', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    await choose(organiser, { connectionId, optInRoute: 'CONFIRM' });
    await organiser.disconnect(connectionId);
    const { userErrors } = await choose(organiser, { connectionId, optInRoute: 'CONFIRM' });
    expect(userErrors).toEqual([{ code: 'CONNECTION_REQUIRED', field: ['input', 'connectionId'] }]);
    await organiser.connected();
    expect((await seen(organiser))?.settings).toEqual(shown);
    expect(await world.published(connectionId, 'CONNECTED')).toMatchObject(standard);
  });

  it('are not changed if the connection changed since the caller read it', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { userErrors } = await choose(organiser, { connectionId, version: 99, optInRoute: 'CONFIRM' });
    expect(userErrors).toEqual([{ code: 'VERSION_CONFLICT', field: ['input', 'version'] }]);
    expect((await seen(organiser))?.settings).toEqual(shown);
  });

  it('cannot be changed by viewers or by other box offices', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    expect((await choose(organiser, { connectionId, optInRoute: 'CONFIRM' }, 'viewer')).code).toBe('FORBIDDEN');
    const { userErrors } = await choose(createOrganiser(world), { connectionId, optInRoute: 'CONFIRM' });
    expect(userErrors).toEqual([{ code: 'CONNECTION_NOT_FOUND', field: ['input', 'connectionId'] }]);
    expect((await seen(organiser))?.settings).toEqual(shown);
  });

  it('allow no upgrade of imported contacts if the operator has not confirmed that it keeps opt-outs', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { userErrors } = await choose(organiser, { connectionId, upgradesImported: true });
    expect(userErrors).toEqual([{ code: 'UPGRADE_NOT_OFFERED', field: ['input', 'upgradesImported'] }]);
    expect((await choose(organiser, { connectionId, upgradesImported: false })).userErrors).toEqual([]);
    expect((await seen(organiser))?.settings).toEqual(shown);
  });

  it('allow and publish an upgrade if the operator has confirmed that', async () => {
    const careful = world;
    const trusting = (world = await createWorld({ CONSTANT_CONTACT_SIGN_UP_KEEPS_OPT_OUTS: 'true' }));
    try {
      const organiser = createOrganiser(trusting);
      const connectionId = await organiser.connected();
      expect((await seen(organiser))?.settings).toMatchObject({ upgradesImported: false, canUpgradeImported: true });
      const { connection } = await choose(organiser, {
        connectionId,
        whenQuotaIsScarce: 'IMPORT',
        upgradesImported: true,
      });
      expect(connection?.settings).toMatchObject({ whenQuotaIsScarce: 'IMPORT', upgradesImported: true });
      const { version } = connection!;
      expect(await trusting.publishedAs(connectionId, (fact) => fact.version === version)).toMatchObject({
        upgradesImported: true,
      });
    } finally {
      world = careful;
      await trusting.close();
    }
  }, 60_000);
});
