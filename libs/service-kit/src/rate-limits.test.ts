import { describe, expect, it } from '@jest/globals';
import { clientOf, createRateLimits } from './rate-limits';

describe('the client of an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::'],
    ['2001:db8:1:2::1', '2001:db8:1:2::'],
    ['2001:db8:1:3::1', '2001:db8:1:3::'],
    ['::1', '::'],
    ['fe80::1%eth0', 'fe80::'],
    ['not an address', 'unknown'],
  ])('of %s is %s', (ip, client) => {
    expect(clientOf(ip)).toBe(client);
  });
});

describe('a limit without a database', () => {
  it('admits exactly its number in a minute, and says when the next begins', async () => {
    let now = 1_000_000;
    const limit = createRateLimits({ secret: 's', clock: () => now }).limit('test', 40, 'address');
    const admitted = async (): Promise<number> => {
      let count = 0;
      for (let index = 0; index < 100; index += 1) {
        try {
          await limit.take('a');
          count += 1;
        } catch (error) {
          expect(error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 60_000 });
        }
      }
      return count;
    };
    expect(await admitted()).toBe(40);
    now += 59_999;
    await expect(async () => limit.take('a')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 1_000 });
    await expect(Promise.resolve(limit.take('b'))).resolves.toBeUndefined();
    now += 1;
    expect(await admitted()).toBe(40);
  });

  it('counts a costly request as many', async () => {
    const limit = createRateLimits({ secret: 's' }).limit('test', 40, 'address');
    await limit.take('a', 39);
    await expect(async () => limit.take('a', 2)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await limit.take('a', 1);
    await expect(async () => limit.take('b', 41)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('of 0 admits everything', () => {
    const limit = createRateLimits({ secret: 's' }).limit('test', 0, 'address');
    for (let index = 0; index < 1_000; index += 1) expect(limit.take('a')).toBeUndefined();
  });
});
