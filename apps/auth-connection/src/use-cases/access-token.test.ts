import { describe, expect, it, jest } from '@jest/globals';
import type { Context } from '../context';
import { createInFlight } from '../in-flight';
import { accessToken } from './access-token';

const ended = { access: 'a1', refresh: 'r1', expiresAt: new Date(0) };

/** A context with one connection whose token has expired. The first `failures` calls of `saveTokens` fail. */
const contextWith = (failures: number) => {
  const saveTokens = jest.fn<Context['connections']['saveTokens']>(async () => {
    if (saveTokens.mock.calls.length <= failures) throw new Error('connection pool was cleared');
    return true;
  });
  const refresh = jest.fn(async () => ({ accessToken: 'a2', refreshToken: 'r2', expiresInSeconds: 86_400 }));
  const ctx = {
    connections: {
      withTokens: async () => ({ connection: { status: 'CONNECTED' }, tokens: ended }),
      claimRefresh: async () => ({ fence: 7, wasInterrupted: false }),
      saveTokens,
    },
    oauth: { refresh },
    secrets: { seal: async (text: string) => `sealed ${text}`, open: async (text: string) => text },
    inFlight: createInFlight(),
    clock: () => new Date(),
    log: { info: () => undefined, warn: () => undefined },
  };
  return { ctx: ctx as unknown as Context, saveTokens, refresh };
};

describe('rotated tokens', () => {
  it('are requested once and saved repeatedly until the database accepts them', async () => {
    const { ctx, saveTokens, refresh } = contextWith(3);
    expect(await accessToken(ctx, 'conn_1')).toMatchObject({ accessToken: 'a2' });
    expect(refresh).toHaveBeenCalledTimes(1);
    expect(saveTokens).toHaveBeenCalledTimes(4);
    expect(saveTokens).toHaveBeenLastCalledWith(
      'conn_1',
      expect.objectContaining({ access: 'sealed a2', refresh: 'sealed r2' }),
      { fence: 7, wasInterrupted: false },
    );
  });
});
