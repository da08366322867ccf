import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quotaStateOf } from './quota-state';
import {
  declare,
  emptyLedger,
  exhausted,
  givenBack,
  isRefused,
  leftToday,
  msToNextUtcDay,
  nextFreeAt,
  refusedForMs,
  serve,
  throttled,
  type CallClass,
  type Demand,
  type Ledger,
  type Limits,
} from './ledger';

const noon = Date.parse('2026-11-23T12:00:00Z');
const limits: Limits = { perSecond: 4, perDay: 10_000 };
const bounds = { minMs: 10_000, maxMs: 30 * 60_000 };
const want = (boxOfficeId: string, count: number, kind: CallClass = 'live', since = noon): Demand => ({
  class: kind,
  boxOfficeId,
  count,
  since,
});

/** Lets processes with fixed demands fetch permits for some time; gives each permit with its moment. */
const run = (
  holders: Readonly<Record<string, readonly Demand[]>>,
  {
    forMs,
    everyMs = 50,
    from = emptyLedger,
    at = limits,
    since = noon,
  }: { forMs: number; everyMs?: number; from?: Ledger; at?: Limits; since?: number },
) => {
  let ledger = from;
  const given: { at: number; holder: string; boxOfficeId: string; class: CallClass }[] = [];
  const left = new Map(
    Object.entries(holders).map(([holder, demands]) => [holder, demands.map((each) => ({ ...each }))]),
  );
  for (let now = since; now < since + forMs; now += everyMs) {
    for (const [holder, demands] of left) {
      const served = serve(
        declare(
          ledger,
          holder,
          demands.filter(({ count, since }) => count > 0 && since <= now),
          {},
          now,
        ),
        holder,
        now,
        at,
      );
      ledger = served.ledger;
      for (const permit of served.permits) {
        given.push({ at: now, holder, ...permit });
        const demand = demands.find((each) => each.class === permit.class && each.boxOfficeId === permit.boxOfficeId);
        if (demand) demand.count -= 1;
      }
    }
  }
  return { given, ledger };
};

describe('the ledger', () => {
  it('never gives more calls than the limit in any sliding second, whoever asks whenever', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -500, max: 2_000 }), fc.constantFrom('a', 'b'), fc.nat(6)), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 10 }),
        (steps, perSecond) => {
          let ledger = emptyLedger;
          let now = noon;
          const calls: number[] = [];
          for (const [step, holder, count] of steps) {
            // Clocks of different processes may step back a little.
            now += step;
            const served = serve(declare(ledger, holder, [want('bo_1', count)], {}, now), holder, now, {
              perSecond,
              perDay: 10_000,
            });
            ledger = served.ledger;
            calls.push(...served.permits.map(() => now));
          }
          for (const at of calls)
            expect(calls.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(perSecond);
        },
      ),
    );
  });

  it('gives the first calls of a quiet second at once', () => {
    expect(run({ a: [want('bo_1', 9)] }, { forMs: 50 }).given).toHaveLength(4);
  });

  it('uses all that the limit allows while somebody waits', () => {
    expect(run({ a: [want('bo_1', 1_000)] }, { forMs: 60_000 }).given.length).toBeGreaterThan(60 * 4 * 0.9);
  });

  it('stops at the limit of the day and begins anew with the next', () => {
    const used: Ledger = { ...emptyLedger, day: '2026-11-23', used: 9_999 };
    expect(run({ a: [want('bo_1', 9, 'interactive')] }, { forMs: 5_000, from: used }).given).toHaveLength(1);
    const midnight = noon + msToNextUtcDay(noon);
    expect(leftToday(used, noon, limits)).toBe(1);
    expect(leftToday(used, midnight, limits)).toBe(10_000);
  });

  it('believes Constant Contact when it says that the day is used up', () => {
    const from = exhausted(emptyLedger, noon, limits);
    expect(run({ a: [want('bo_1', 9)] }, { forMs: 5_000, from }).given).toEqual([]);
    expect(leftToday(from, noon, { ...limits, perDay: limits.perDay + 1 })).toBe(limits.perDay + 1);
  });

  it('pauses when Constant Contact throttles, longer each time in a row', () => {
    const once = throttled(emptyLedger, noon);
    const twice = throttled(once, nextFreeAt(once, limits));
    expect(nextFreeAt(once, limits) - noon).toBeGreaterThan(1_000);
    expect(nextFreeAt(twice, limits) - nextFreeAt(once, limits)).toBeGreaterThan(2_000);
  });
});

describe('the round of those who wait', () => {
  it('lets one with 1 waiting not wait for one with 100,000', () => {
    const { given } = run(
      { a: [want('bo_large', 100_000)], b: [want('bo_small', 1, 'live', noon + 3_000)] },
      { forMs: 10_000 },
    );
    const small = given.find(({ boxOfficeId }) => boxOfficeId === 'bo_small');
    expect((small?.at ?? Infinity) - (noon + 3_000)).toBeLessThan(1_200);
  });

  it('gives every box office the same share, over any number of processes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 12 }), (processes, offices) => {
        const holders: Record<string, Demand[]> = {};
        for (let index = 0; index < offices; index += 1)
          (holders[`p${index % processes}`] ??= []).push(want(`bo_${index}`, 10_000));
        const { given } = run(holders, { forMs: 30_000 });
        const shares = Array.from(
          { length: offices },
          (_, index) => given.filter(({ boxOfficeId }) => boxOfficeId === `bo_${index}`).length,
        );
        // The first second goes to whoever asked first: nobody else had asked yet.
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(limits.perSecond);
      }),
      { numRuns: 20 },
    );
  });

  it('gives one that was away no more than its share when it comes back', () => {
    const first = run({ a: [want('bo_1', 10_000)] }, { forMs: 30_000 });
    const { given } = run({ a: [want('bo_1', 100)], b: [want('bo_2', 100)] }, { forMs: 5_000, from: first.ledger });
    const ofTwo = given.filter(({ boxOfficeId }) => boxOfficeId === 'bo_2').length;
    expect(ofTwo).toBeLessThanOrEqual(given.length / 2 + 1);
  });

  it('serves live buyers before retries before backfills, and starves none', () => {
    const { given } = run(
      { a: [want('bo_1', 100_000, 'backfill'), want('bo_2', 100_000, 'live'), want('bo_3', 100_000, 'retry')] },
      { forMs: 120_000 },
    );
    const of = (kind: CallClass): number => given.filter((each) => each.class === kind).length;
    expect(of('live')).toBeGreaterThan(given.length * 0.9);
    expect(of('retry')).toBeGreaterThan(3);
    expect(of('backfill')).toBeGreaterThan(3);
  });

  it('goes on without a process that died with its turn', () => {
    const dead = declare(emptyLedger, 'dead', [want('bo_dead', 5)], {}, noon);
    const { given } = run({ a: [want('bo_1', 100, 'live', noon + 1)] }, { forMs: 20_000, from: dead });
    expect(given.length).toBeGreaterThan(20 * 4 * 0.5);
  });
});

describe("today's calls", () => {
  const paced = (perHour: number, used: number): Ledger => ({
    ...declare(emptyLedger, 'a', [], { bo_1: perHour }, noon),
    day: '2026-11-23',
    used,
  });

  it('are kept from backfills as far as live buyers will need them', () => {
    const { given } = run({ a: [want('bo_1', 5, 'backfill')] }, { forMs: 1_000, from: paced(700, 2_000) });
    expect(given).toEqual([]);
    expect(run({ a: [want('bo_1', 5, 'backfill')] }, { forMs: 1_000, from: paced(100, 2_000) }).given).not.toEqual([]);
  });

  it('let every order go at once while they are ample, and gather them ever longer as they shrink', () => {
    expect(quotaStateOf(paced(100, 2_000), noon, limits, bounds)).toEqual({ windowMs: 0, scarce: false });
    const windows = [5_000, 8_000, 9_000, 9_800].map(
      (used) => quotaStateOf(paced(1_000, used), noon, limits, bounds).windowMs,
    );
    expect(windows).toEqual([...windows].sort((a, b) => a - b));
    expect(windows[0]).toBeGreaterThan(0);
    expect(windows.at(-1)).toBeLessThanOrEqual(bounds.maxMs);
  });

  it('let a box office with few orders send them at once, however many come to the others', () => {
    const ledger = {
      ...declare(emptyLedger, 'a', [], { bo_many: 1_000, bo_one: 1 }, noon),
      day: '2026-11-23',
      used: 8_000,
    };
    const windowOf = (boxOfficeId?: string): number => quotaStateOf(ledger, noon, limits, bounds, boxOfficeId).windowMs;
    expect(windowOf()).toBeGreaterThan(0);
    expect(windowOf('bo_many')).toBe(windowOf());
    expect([windowOf('bo_one'), windowOf('bo_none')]).toEqual([0, 0]);
    expect(quotaStateOf(ledger, noon, limits, bounds, 'bo_one').scarce).toBe(true);
  });
});

describe('what the day leaves over', () => {
  const midnight = Date.parse('2026-11-24T00:00:00Z');
  const usedUpTo = (left: number): Ledger => ({ ...emptyLedger, day: '2026-11-23', used: limits.perDay - left });
  const many = 1_000;

  it('is for upgrades, and nothing before: not while the calls that are left could all be used until midnight', () => {
    const upgrades = { a: [want('bo_1', many, 'upgrade')] };
    expect(run(upgrades, { forMs: 60_000, from: usedUpTo(8_000) }).given).toEqual([]);
    const { given, ledger } = run(upgrades, { forMs: 90_000, from: usedUpTo(300), since: midnight - 90_000 });
    for (const [index, { at }] of given.entries())
      expect((300 - 100 - index) / limits.perSecond).toBeGreaterThanOrEqual((midnight - at) / 1_100);
    // 1 % is kept for people.
    expect(leftToday(ledger, midnight - 1, limits)).toBe(100);
  });

  it('is no call that somebody else could have used, whenever they come', () => {
    fc.assert(
      fc.property(fc.integer({ min: 150, max: 600 }), fc.integer({ min: 0, max: 60_000 }), (left, afterMs) => {
        const begun = { forMs: 60_000, from: usedUpTo(left), since: midnight - 60_000 };
        const live = want('bo_1', many, 'live', begun.since + afterMs);
        const alone = run({ a: [live] }, begun).given;
        const beside = run({ a: [live], b: [want('bo_2', many, 'upgrade')] }, begun).given;
        const served = beside.filter((each) => each.class === 'live').length;
        // The second in which they come may have been given already.
        expect(served).toBeGreaterThanOrEqual(alone.length - limits.perSecond);
      }),
      { numRuns: 30 },
    );
  });

  it('is waited for where it is near, and else comes later', () => {
    const now = midnight - 60_000;
    const refused = (left: number) => isRefused(usedUpTo(left), 'upgrade', now, limits);
    expect([refused(400), refused(305), refused(250)]).toEqual([false, false, true]);
    expect(refusedForMs(usedUpTo(250), 'upgrade', now, limits)).toBe(60_000 - 150 * 275);
  });
});

describe('a permit whose call was not made', () => {
  const given = (at: number): Ledger =>
    serve(declare(emptyLedger, 'a', [want('x', 1, 'live', at)], {}, at), 'a', at, limits).ledger;

  it('is of the day again, and not of the second', () => {
    const back = givenBack(given(noon), 'live', noon);
    expect(leftToday(back, noon, limits)).toBe(limits.perDay);
    expect(back.recent).toEqual([noon]);
  });

  it('does not give a call to the day that has begun since it was asked for', () => {
    const midnight = Date.parse('2026-11-24T00:00:00Z');
    const back = givenBack(given(midnight), 'live', midnight - 5);
    expect(leftToday(back, midnight, limits)).toBe(limits.perDay - 1);
  });
});
