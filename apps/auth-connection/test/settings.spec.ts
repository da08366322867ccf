import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 30_000);

interface Seen {
  readonly id: string;
  readonly version: number;
  readonly settings: { readonly optInRoute: string; readonly whenQuotaIsScarce: string };
}
type Organiser = ReturnType<typeof createOrganiser>;
const settingsOf = async (organiser: Organiser): Promise<Seen | undefined> =>
  (
    await organiser.ask<{ boxOffice: { connections: Seen[] } }>(
      '{ boxOffice { connections { id version settings { optInRoute whenQuotaIsScarce } } } }',
    )
  ).data?.boxOffice.connections[0];
const choose = (organiser: Organiser, input: object, role?: 'viewer') =>
  organiser.mutate<{ connection: Seen | null }>(
    'updateConnectionSettings',
    'UpdateConnectionSettingsInput',
    'connection { id version settings { optInRoute whenQuotaIsScarce } }',
    input,
    role,
  );

describe("an organiser's choices for a connection", () => {
  it('are to create at once and to wait, until chosen otherwise one by one, and are told to others', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const before = await settingsOf(organiser);
    expect(before?.settings).toEqual({ optInRoute: 'DIRECT', whenQuotaIsScarce: 'WAIT' });

    const once = await choose(organiser, { connectionId, version: before?.version, optInRoute: 'CONFIRM' });
    const twice = await choose(organiser, {
      connectionId,
      version: once.connection?.version,
      whenQuotaIsScarce: 'IMPORT',
    });

    const chosen = { optInRoute: 'CONFIRM', whenQuotaIsScarce: 'IMPORT' };
    expect(twice.connection?.settings).toEqual(chosen);
    expect(await world.toldAs(connectionId, (fact) => fact.version === twice.connection?.version)).toMatchObject(
      chosen,
    );
  });

  it('stay through a new sign-in to the same account', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    await choose(organiser, { connectionId, version: (await settingsOf(organiser))?.version, optInRoute: 'CONFIRM' });
    await organiser.signIn('riverside', { connectionId });
    expect((await settingsOf(organiser))?.settings.optInRoute).toBe('CONFIRM');
  });

  it('are refused when the connection has changed since it was seen, and nothing is written', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    const { userErrors } = await choose(organiser, { connectionId, version: 99, optInRoute: 'CONFIRM' });
    expect(userErrors).toEqual([{ code: 'VERSION_CONFLICT', field: ['input', 'version'] }]);
    expect((await settingsOf(organiser))?.settings.optInRoute).toBe('DIRECT');
  });

  it('are not for viewers, nor for other box offices', async () => {
    const organiser = createOrganiser(world);
    const connectionId = await organiser.connected();
    expect((await choose(organiser, { connectionId, version: 1 }, 'viewer')).code).toBe('FORBIDDEN');
    const { userErrors } = await choose(createOrganiser(world), { connectionId, version: 1 });
    expect(userErrors).toMatchObject([{ code: 'CONNECTION_NOT_FOUND' }]);
  });
});
