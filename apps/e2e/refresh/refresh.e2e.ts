import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectAccount } from '@boxlist/testkit';
import { killBetweenRotationAndSave, refreshTogether, startRefreshers } from '../src/refresh-together';

describe('processes that renew one access token', () => {
  let refreshers: Awaited<ReturnType<typeof startRefreshers>>;
  beforeAll(async () => {
    refreshers = await startRefreshers(4);
  }, 300_000);
  afterAll(() => refreshers?.stack.stop(), 60_000);

  it('use the refresh token exactly once in each round, and all get the new token', async () => {
    expect(await refreshTogether(refreshers, 20)).toEqual([]);
  });

  it('and one is killed before it saved the new token: the organiser is told, and a sign-in repairs it', async () => {
    expect(await killBetweenRotationAndSave(refreshers)).toMatchObject({
      status: 409,
      code: 'CONNECTION_NEEDS_RECONNECT',
    });
    const { boxOffice } = await refreshers.graph.query<{ boxOffice: { connections: object[] } }>(
      '{ boxOffice { connections { status needsReconnectReason } } }',
    );
    expect(boxOffice.connections).toEqual([
      {
        status: 'NEEDS_RECONNECT',
        needsReconnectReason: expect.stringMatching(/interrupted .* lost the new access.* sign in again/),
      },
    ]);
    const id = await connectAccount(refreshers.graph, 'riverside');
    expect(id).toBe(refreshers.connectionId);
    expect((await refreshers.ask(refreshers.processes[1]!.internalUrl, id)).status).toBe(200);
  }, 180_000);
});
