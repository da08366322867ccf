/**
 * Two processes that used one rotating refresh token at the same time would end the connection: Constant Contact
 * accepts it once.
 */
import { expect, it } from '@jest/globals';
import { refreshTogether, startRefreshers } from '../src/refresh-together';

/** REFRESH_ROUNDS=200 is the whole proof. CI has less time. */
const rounds = Number(process.env.REFRESH_ROUNDS ?? 40);

it(`50 processes use the refresh token exactly once in each of ${rounds} rounds`, async () => {
  const refreshers = await startRefreshers(50);
  try {
    expect(await refreshTogether(refreshers, rounds)).toEqual([]);
  } finally {
    await refreshers.stack.stop();
  }
}, 1_800_000);
