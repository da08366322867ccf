import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quotaStateOf } from './quota-state';
import { exhausted, isRefused, leftToday, msToNextUtcDay, refusedForMs } from './calls-of-the-day';
import { declare, withPermitReturned, nextFreeAt, serve, throttled } from './ledger';
import { emptyLedger, type CallClass, type Demand, type Ledger, type Limits } from './ledger-state';

const noon = Date.parse('2026-11-23T12:00:00Z');
const interactive = { perDay: 2_000, perDayOfBoxOffice: 300 };
const limits: Limits = { perSecond: 4, perDay: 10_000, interactive };
const bounds = { minMs: 10_000, maxMs: 30 * 60_000 };
const want = (boxOfficeId: string, count: number, kind: CallClass = 'live', since = noon): Demand => ({
  class: kind,
  boxOfficeId,
  count,
  since,
});

/** Lets processes with fixed demands get permits for `forMs`; returns each permit with its time. */
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
  it('never grants more calls than the limit in any sliding second, whoever asks and whenever', () => {
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
            // Clocks of different processes may run back a little.
            now += step;
            const served = serve(declare(ledger, holder, [want('bo_1', count)], {}, now), holder, now, {
              ...limits,
              perSecond,
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

  it('grants the first calls of a quiet second at once', () => {
    expect(run({ a: [want('bo_1', 9)] }, { forMs: 50 }).given).toHaveLength(4);
  });

  it('uses the whole limit while a process waits', () => {
    expect(run({ a: [want('bo_1', 1_000)] }, { forMs: 60_000 }).given.length).toBeGreaterThan(60 * 4 * 0.9);
  });

  it('stops at the limit of the day and starts again on the next day', () => {
    const used: Ledger = { ...emptyLedger, day: '2026-11-23', used: 9_999 };
    expect(run({ a: [want('bo_1', 9, 'interactive')] }, { forMs: 5_000, from: used }).given).toHaveLength(1);
    const midnight = noon + msToNextUtcDay(noon);
    expect(leftToday(used, noon, limits)).toBe(1);
    expect(leftToday(used, midnight, limits)).toBe(10_000);
  });

  it('trusts Constant Contact when it reports the day as used up', () => {
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

describe('turns of box offices', () => {
  it('do not let one with 1 waiting call wait for one with 100,000', () => {
    const { given } = run(
      { a: [want('bo_large', 100_000)], b: [want('bo_small', 1, 'live', noon + 3_000)] },
      { forMs: 10_000 },
    );
    const small = given.find(({ boxOfficeId }) => boxOfficeId === 'bo_small');
    expect((small?.at ?? Infinity) - (noon + 3_000)).toBeLessThan(1_200);
  });

  it('share the calls equally between box offices, over any number of processes', () => {
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
        // The first second goes to the process that asked first, because no other had asked yet.
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(limits.perSecond);
      }),
      { numRuns: 20 },
    );
  });

  it('allow a box office that returns no more than its share', () => {
    const first = run({ a: [want('bo_1', 10_000)] }, { forMs: 30_000 });
    const { given } = run({ a: [want('bo_1', 100)], b: [want('bo_2', 100)] }, { forMs: 5_000, from: first.ledger });
    const ofTwo = given.filter(({ boxOfficeId }) => boxOfficeId === 'bo_2').length;
    expect(ofTwo).toBeLessThanOrEqual(given.length / 2 + 1);
  });

  it('serve live buyers before retries before backfills, and starve none', () => {
    const { given } = run(
      { a: [want('bo_1', 100_000, 'backfill'), want('bo_2', 100_000, 'live'), want('bo_3', 100_000, 'retry')] },
      { forMs: 120_000 },
    );
    const of = (kind: CallClass): number => given.filter((each) => each.class === kind).length;
    expect(of('live')).toBeGreaterThan(given.length * 0.9);
    expect(of('retry')).toBeGreaterThan(3);
    expect(of('backfill')).toBeGreaterThan(3);
  });

  it('continue without a process that crashed during its turn', () => {
    const dead = declare(emptyLedger, 'dead', [want('bo_dead', 5)], {}, noon);
    const { given } = run({ a: [want('bo_1', 100, 'live', noon + 1)] }, { forMs: 20_000, from: dead });
    expect(given.length).toBeGreaterThan(20 * 4 * 0.5);
  });
});

describe("the day's calls", () => {
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

  it('open no batching window while they are ample, and longer windows as they run short', () => {
    expect(quotaStateOf(paced(100, 2_000), noon, limits, bounds)).toEqual({ windowMs: 0, scarce: false });
    const windows = [5_000, 8_000, 9_000, 9_800].map(
      (used) => quotaStateOf(paced(1_000, used), noon, limits, bounds).windowMs,
    );
    expect(windows).toEqual([...windows].sort((a, b) => a - b));
    expect(windows[0]).toBeGreaterThan(0);
    expect(windows.at(-1)).toBeLessThanOrEqual(bounds.maxMs);
  });

  it('open no batching window for a box office with few orders, however many orders others have', () => {
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

describe("the day's left-over calls", () => {
  const midnight = Date.parse('2026-11-24T00:00:00Z');
  const usedUpTo = (left: number): Ledger => ({ ...emptyLedger, day: '2026-11-23', used: limits.perDay - left });
  const many = 1_000;

  it('go to upgrades only once the limit per second leaves calls unused until midnight', () => {
    const upgrades = { a: [want('bo_1', many, 'upgrade')] };
    expect(run(upgrades, { forMs: 60_000, from: usedUpTo(8_000) }).given).toEqual([]);
    const { given, ledger } = run(upgrades, { forMs: 90_000, from: usedUpTo(300), since: midnight - 90_000 });
    for (const [index, { at }] of given.entries())
      expect((300 - 100 - index) / limits.perSecond).toBeGreaterThanOrEqual((midnight - at) / 1_100);
    // 1 % is kept for people.
    expect(leftToday(ledger, midnight - 1, limits)).toBe(100);
  });

  it('exclude every call that another class could have used, at whatever time it comes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 150, max: 600 }), fc.integer({ min: 0, max: 60_000 }), (left, afterMs) => {
        const begun = { forMs: 60_000, from: usedUpTo(left), since: midnight - 60_000 };
        const live = want('bo_1', many, 'live', begun.since + afterMs);
        const alone = run({ a: [live] }, begun).given;
        const beside = run({ a: [live], b: [want('bo_2', many, 'upgrade')] }, begun).given;
        const served = beside.filter((each) => each.class === 'live').length;
        // The permits of the second in which the live buyers come may be used already.
        expect(served).toBeGreaterThanOrEqual(alone.length - limits.perSecond);
      }),
      { numRuns: 30 },
    );
  });

  it('are waited for when they are near, and refused with a time otherwise', () => {
    const now = midnight - 60_000;
    const refused = (left: number) => isRefused(usedUpTo(left), 'upgrade', now, limits);
    expect([refused(400), refused(305), refused(250)]).toEqual([false, false, true]);
    expect(refusedForMs(usedUpTo(250), 'upgrade', now, limits)).toBe(60_000 - 150 * 275);
  });
});

describe('a returned permit', () => {
  const given = (at: number): Ledger =>
    serve(declare(emptyLedger, 'a', [want('x', 1, 'live', at)], {}, at), 'a', at, limits).ledger;

  it('counts for the day again, but not for its second', () => {
    const back = withPermitReturned(given(noon), { class: 'live', boxOfficeId: 'x' }, noon);
    expect(leftToday(back, noon, limits)).toBe(limits.perDay);
    expect(back.recent).toEqual([noon]);
  });

  it('counts for the day of its box office again', () => {
    const asked = declare(emptyLedger, 'a', [want('x', 1, 'interactive')], {}, noon);
    const { ledger } = serve(asked, 'a', noon, limits);
    expect(ledger.interactive).toMatchObject({ used: 1, usedBy: { x: 1 } });
    const back = withPermitReturned(ledger, { class: 'interactive', boxOfficeId: 'x' }, noon);
    expect(back.interactive).toMatchObject({ used: 0, usedBy: { x: 0 } });
  });

  it('does not add a call to a day that started after the request', () => {
    const midnight = Date.parse('2026-11-24T00:00:00Z');
    const back = withPermitReturned(given(midnight), { class: 'live', boxOfficeId: 'x' }, midnight - 5);
    expect(leftToday(back, midnight, limits)).toBe(limits.perDay - 1);
  });
});
