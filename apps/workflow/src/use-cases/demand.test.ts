import type { EntitlementFact } from '@boxlist/contracts';
import type { Identity } from '@boxlist/service-kit';
import { describe, expect, it } from '@jest/globals';
import type { Context } from '../context';
import { demandEntitlement } from './demand';

const identity = { subject: 'u', boxOfficeId: 'bo_1', role: 'owner' } as Identity;

/** A context whose copy of the facts says `before` until it has caught up, and then `after`. */
const knowing = (before: boolean, after: boolean, caughtUp: boolean) => {
  let waited = 0;
  const fact = (): Pick<EntitlementFact, 'entitled'> => ({ entitled: waited > 0 ? after : before });
  const ctx = {
    facts: { entitlements: { byId: async () => fact() } },
    followers: { entitlements: { caughtUp: async () => ((waited += 1), caughtUp) } },
  } as unknown as Context;
  return { ctx, waits: () => waited };
};

describe('the check of the entitlement', () => {
  it('passes at once if the copy says yes', async () => {
    const { ctx, waits } = knowing(true, true, true);
    await demandEntitlement(ctx, identity);
    expect(waits()).toBe(0);
  });

  it('passes if the copy says yes after it has caught up', async () => {
    const { ctx } = knowing(false, true, true);
    await expect(demandEntitlement(ctx, identity)).resolves.toBeUndefined();
  });

  it('throws if the copy still says no after it has caught up', async () => {
    const { ctx } = knowing(false, false, true);
    await expect(demandEntitlement(ctx, identity)).rejects.toMatchObject({ code: 'ENTITLEMENT_REQUIRED' });
  });

  it('throws SERVICE_UNAVAILABLE if the copy cannot catch up', async () => {
    const { ctx } = knowing(false, false, false);
    await expect(demandEntitlement(ctx, identity)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });
});
