import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { longestInteractiveWaitMs } from './interactive-calls';
import { msToNextUtcDay } from './calls-of-the-day';
import { declare, demandsOf, refusalForPage, serve } from './ledger';
import { emptyLedger, type CallClass, type Ledger, type Limits, type Permit } from './ledger-state';

const noon = Date.parse('2026-11-23T12:00:00Z');
const midnight = noon + msToNextUtcDay(noon);
const limits: Limits = { perSecond: 4, perDay: 10_000, interactive: { perDay: 2_000, perDayOfBoxOffice: 300 } };
const tickMs = 25;
/** A second as the ledger keeps it, with the delays of permits and one tick. */
const secondMs = 1_100 + tickMs;

interface Waiter extends Permit {
  readonly since: number;
}
interface Answer extends Waiter {
  readonly at: number;
  readonly refused?: string;
}
/** Callers that ask again whenever they have fewer than `atOnce` calls waiting, from `from` on. */
interface Caller extends Permit {
  readonly holder: string;
  readonly atOnce: number;
  readonly from?: number;
  readonly calls?: number;
}

/** How long a caller whose call was refused leaves it, in ms. */
const restMs = 1_000;

/** Lets processes take permits for their callers as the store does, and returns every permit and refusal. */
const play = (callers: readonly Caller[], forMs: number, at: Limits = limits): Answer[] => {
  let ledger: Ledger = emptyLedger;
  const answers: Answer[] = [];
  const states = callers.map((caller) => ({
    caller,
    asked: 0,
    askAt: noon + (caller.from ?? 0),
    waiting: [] as Waiter[],
  }));
  const holders = [...new Set(callers.map(({ holder }) => holder))];
  for (let now = noon, tick = 0; now < noon + forMs; now += tickMs, tick += 1) {
    for (const state of states.filter(({ askAt }) => askAt <= now)) {
      const { caller, waiting } = state;
      for (; waiting.length < caller.atOnce && state.asked < (caller.calls ?? Infinity); state.asked += 1)
        waiting.push({ class: caller.class, boxOfficeId: caller.boxOfficeId, since: now });
    }
    // The processes look in another sequence each time.
    for (const holder of holders.map((_, index) => holders[(index + tick) % holders.length]!)) {
      const own = states.filter(({ caller }) => caller.holder === holder);
      const demands = demandsOf(own.flatMap(({ waiting }) => waiting));
      const served = serve(declare(ledger, holder, demands, {}, now), holder, now, at);
      ledger = served.ledger;
      for (const permit of served.permits) {
        const { waiting } = own.find(
          ({ caller }) => caller.class === permit.class && caller.boxOfficeId === permit.boxOfficeId,
        )!;
        answers.push({ ...waiting.shift()!, at: now });
      }
      for (const state of own.filter(({ caller }) => caller.class === 'interactive')) {
        const kept: Waiter[] = [];
        for (const call of state.waiting) {
          const refusal = refusalForPage(ledger, call, kept.length, now, at);
          if (refusal) {
            answers.push({ ...call, at: now, refused: refusal.why });
            state.askAt = now + restMs;
          } else kept.push(call);
        }
        state.waiting = kept;
      }
    }
  }
  return answers;
};

const granted = (answers: readonly Answer[]): Answer[] => answers.filter(({ refused }) => !refused);
const longestWait = (answers: readonly Answer[]): number => Math.max(0, ...answers.map(({ at, since }) => at - since));
const ofOffice = (answers: readonly Answer[], wanted: string): Answer[] =>
  answers.filter(({ boxOfficeId }) => boxOfficeId === wanted);

/** Tenants that ask for as many pages at once as they like, through any of the processes. */
const floods = fc.array(fc.record({ atOnce: fc.integer({ min: 1, max: 64 }), process: fc.nat(2) }), {
  minLength: 1,
  maxLength: 6,
});
const flooding = (tenants: readonly { atOnce: number; process: number }[]): Caller[] =>
  tenants.map(({ atOnce, process }, index) => ({
    class: 'interactive',
    boxOfficeId: `bo_flood_${index}`,
    holder: `p${process}`,
    atOnce,
  }));
const orderKinds = fc.constantFrom<CallClass>('live', 'retry', 'poll');

describe('beside tenants that flood interactive calls', () => {
  it('orders that wait have at least three of any four calls in a row', () => {
    fc.assert(
      fc.property(floods, fc.nat(2), orderKinds, (tenants, process, kind) => {
        const orders: Caller = { class: kind, boxOfficeId: 'bo_orders', holder: `p${process}`, atOnce: 5 };
        // A process that looks before the orders are declared knows nothing of them.
        const given = granted(play([...flooding(tenants), orders], 15_000)).filter(({ at }) => at > noon);
        const interactive = given.map((each) => (each.class === 'interactive' ? 1 : 0));
        for (let start = 0; start + 4 <= interactive.length; start += 1)
          expect(interactive.slice(start, start + 4).reduce<number>((sum, each) => sum + each, 0)).toBeLessThanOrEqual(
            1,
          );
        expect(given.length).toBeGreaterThan(15 * 4 * 0.8);
      }),
      { numRuns: 10 },
    );
  });

  it('a live call that comes alone is made at once', () => {
    fc.assert(
      fc.property(floods, fc.nat(2), fc.integer({ min: 0, max: 8_000 }), (tenants, process, from) => {
        const orders: Caller = {
          class: 'live',
          boxOfficeId: 'bo_orders',
          holder: `p${process}`,
          atOnce: 1,
          from,
          calls: 1,
        };
        const answers = ofOffice(play([...flooding(tenants), orders], 12_000), 'bo_orders');
        expect(answers).toHaveLength(1);
        expect(longestWait(answers)).toBeLessThanOrEqual(2 * tickMs);
      }),
      { numRuns: 15 },
    );
  });

  it('another tenant has its turn, and no page of it is refused', () => {
    fc.assert(
      fc.property(
        floods,
        fc.nat(2),
        fc.boolean(),
        fc.integer({ min: 0, max: 8_000 }),
        (tenants, process, busy, from) => {
          const page: Caller = {
            class: 'interactive',
            boxOfficeId: 'bo_page',
            holder: `p${process}`,
            atOnce: 1,
            from,
            calls: 3,
          };
          const orders: Caller = { class: 'live', boxOfficeId: 'bo_orders', holder: 'p0', atOnce: 5 };
          const rounds = (tenants.length + 1) * secondMs;
          const answers = ofOffice(
            play([...flooding(tenants), page, ...(busy ? [orders] : [])], from + 3 * rounds + secondMs),
            'bo_page',
          );
          expect(answers.map(({ refused }) => refused)).toEqual([undefined, undefined, undefined]);
          // While orders wait there is one interactive call a second, else there are three.
          expect(longestWait(answers)).toBeLessThanOrEqual(busy ? rounds : rounds / 3 + secondMs);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('each has no more than its rate, and those who would wait long are refused at once', () => {
    fc.assert(
      fc.property(floods, (tenants) => {
        const answers = play(flooding(tenants), 20_000);
        for (const [index] of tenants.entries())
          expect(granted(ofOffice(answers, `bo_flood_${index}`)).length).toBeLessThanOrEqual(8 + 20);
        const refused = answers.filter((each) => each.refused);
        expect(new Set(refused.map((each) => each.refused))).toEqual(new Set(refused.length > 0 ? ['BUSY'] : []));
        expect(longestWait(answers)).toBeLessThanOrEqual(longestInteractiveWaitMs + tickMs);
      }),
      { numRuns: 10 },
    );
  });

  it('64 calls at once are refused as far as they cannot be made soon', () => {
    const many: Caller = { class: 'interactive', boxOfficeId: 'bo_1', holder: 'p0', atOnce: 64, calls: 64 };
    const answers = play([many], 12_000);
    expect(answers).toHaveLength(64);
    expect(granted(answers).length).toBeLessThanOrEqual(8 + longestInteractiveWaitMs / 1_000);
    const atOnce = answers.filter(({ refused, at }) => refused && at < noon + tickMs);
    expect(atOnce.length).toBeGreaterThan(40);
  });
});

describe('the limits of interactive calls of a day', () => {
  const small: Limits = { ...limits, interactive: { perDay: 12, perDayOfBoxOffice: 5 } };

  it('hold in any interleaving of processes and box offices, and across midnight', () => {
    const step = fc.tuple(
      // Clocks of different processes may run back a little.
      fc.integer({ min: -800, max: 4_000 }),
      fc.constantFrom('p0', 'p1', 'p2'),
      fc.constantFrom('bo_1', 'bo_2', 'bo_3', 'bo_4'),
      fc.constantFrom<CallClass>('interactive', 'interactive', 'live'),
      fc.nat(9),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: -60_000, max: 5_000 }), (steps, begin) => {
        let ledger = emptyLedger;
        let now = midnight + begin;
        const calls = new Map<string, number>();
        let live = 0;
        for (const [ms, holder, boxOfficeId, kind, count] of steps) {
          now += ms;
          const demand = { class: kind, boxOfficeId, count, since: now };
          const served = serve(declare(ledger, holder, [demand], {}, now), holder, now, small);
          ledger = served.ledger;
          for (const permit of served.permits.filter((each) => each.class === 'interactive'))
            for (const key of [ledger.day, `${ledger.day} ${permit.boxOfficeId}`])
              calls.set(key, (calls.get(key) ?? 0) + 1);
          live += served.permits.filter((each) => each.class === 'live').length;
        }
        for (const [key, count] of calls) expect(count).toBeLessThanOrEqual(key.includes(' ') ? 5 : 12);
        // The limits are not the orders'.
        if (steps.filter(([ms, , , kind, count]) => kind === 'live' && count > 0 && ms > 1_200).length > 0)
          expect(live).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });

  it('are named when they refuse a call, with the time of the next one', () => {
    const page = (boxOfficeId: string, calls: number, from = 0): Caller => ({
      class: 'interactive',
      boxOfficeId,
      holder: 'p0',
      atOnce: 1,
      calls,
      from,
    });
    const one = play([page('bo_1', 7)], 6_000, small);
    expect(one.map(({ refused }) => refused ?? 'given')).toEqual([
      ...Array.from({ length: 5 }, () => 'given'),
      'DAY_OF_BOX_OFFICE',
      'DAY_OF_BOX_OFFICE',
    ]);
    const all = play([page('bo_1', 5), page('bo_2', 5), page('bo_3', 5, 8_000)], 12_000, small);
    expect(ofOffice(all, 'bo_3').map(({ refused }) => refused ?? 'given')).toEqual([
      'given',
      'given',
      'DAY',
      'DAY',
      'DAY',
    ]);
    const asked = { boxOfficeId: 'bo_9', since: noon };
    const spent: Ledger = { ...emptyLedger, interactive: { ...emptyLedger.interactive, day: '2026-11-23', used: 12 } };
    expect(refusalForPage(spent, asked, 0, noon, small)).toEqual({ why: 'DAY', retryAfterMs: 12 * 3_600_000 });
    expect(refusalForPage(spent, { ...asked, since: midnight }, 0, midnight, small)).toBeUndefined();
  });
});
