/**
 * Two processes that used one rotating refresh token at the same time would end the connection: Constant Contact
 * accepts it once.
 */
import { expect, it } from '@jest/globals';
import { refreshTogether, startRefreshers } from '../src/refresh-together';

it('50 processes use the refresh token exactly once in each of 200 rounds', async () => {
  const refreshers = await startRefreshers(50);
  try {
    expect(await refreshTogether(refreshers, 200)).toEqual([]);
  } finally {
    await refreshers.stack.stop();
  }
}, 1_800_000);
