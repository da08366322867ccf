import type { BoxOfficeId, SubscriptionId } from '@boxlist/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createCatalogue, type AddOn } from './catalogue';
import { upcomingInvoice } from './invoice';
import { trialDaysOf } from './connectable-app';
import { activationPreview } from './preview';
import {
  activated,
  deactivated,
  dueAt,
  entitlementFact,
  nextCharge,
  settled,
  statusAt,
  type Subscription,
} from './subscription';

const at = (text: string): Date => new Date(text.length > 10 ? text : `${text}T00:00:00Z`);
const addOnWith = (trialDays: number, amountMinor = 1500): AddOn => {
  const [addOn] = createCatalogue({ monthlyPrice: { amountMinor, currency: 'GBP' }, trialDays });
  return addOn!;
};
const owner = { id: 'sub_1' as SubscriptionId, boxOfficeId: 'bo_1' as BoxOfficeId };
const activate = (now: string, trialDays = 0, current?: Subscription): Subscription =>
  activated(current, owner, addOnWith(trialDays), at(now));
const charges = ({ uninvoiced }: Subscription) => uninvoiced.map(({ month, amount }) => [month, amount.amountMinor]);

describe('an activation', () => {
  it('charges the remaining days of the month, then whole months', () => {
    const first = activate('2026-11-20T14:00:00Z');
    expect([first.status, charges(first), first.periodEnd]).toEqual(['ACTIVE', [['2026-11', 550]], at('2026-12-01')]);
    expect(charges(settled(first, at('2027-01-01')))).toEqual([
      ['2026-11', 550],
      ['2026-12', 1500],
      ['2027-01', 1500],
    ]);
  });

  it('charges a whole month on its first day and one day on its last', () => {
    expect(charges(activate('2026-11-01'))).toEqual([['2026-11', 1500]]);
    expect(charges(activate('2026-11-30T23:59:59.999Z'))).toEqual([['2026-11', 50]]);
  });

  it('charges nothing during a trial, then the rest of the month in which the trial ends', () => {
    const trial = activate('2026-11-20T14:00:00Z', 14);
    expect([trial.status, charges(trial), trial.trialEndsAt]).toEqual(['TRIALING', [], at('2026-12-05')]);
    const paid = settled(trial, at('2026-12-05'));
    expect([paid.status, charges(paid)]).toEqual(['ACTIVE', [['2026-12', 1306]]]);
  });

  it.each(['TRIALING', 'ACTIVE'])('is refused while %s', (status) => {
    const current = activate('2026-11-20', status === 'TRIALING' ? 14 : 0);
    expect(current.status).toBe(status);
    expect(() => activate('2026-11-21', 14, current)).toThrow('already active');
  });

  it('undoes a cancellation without a charge', () => {
    const current = activate('2026-11-20');
    const back = activate('2026-11-25', 0, deactivated(current, at('2026-11-22')));
    expect(back).toEqual(current);
  });

  it('restores a cancelled trial with its original end', () => {
    const trial = activate('2026-11-20', 14);
    expect(activate('2026-11-25', 14, deactivated(trial, at('2026-11-22')))).toEqual(trial);
  });

  it('after the end has no second trial and uses the current price', () => {
    const over = settled(deactivated(activate('2026-11-01', 5), at('2026-11-02')), at('2026-11-10'));
    expect([over.status, charges(over)]).toEqual(['CANCELLED', []]);
    const again = activated(over, owner, addOnWith(5, 3000), at('2026-11-16'));
    expect([again.status, again.trialEndsAt, charges(again)]).toEqual(['ACTIVE', null, [['2026-11', 1500]]]);
    expect(trialDaysOf({ subscription: over, addOn: addOnWith(5) })).toBe(0);
  });

  it('charges no paid month again, even if the clock went back', () => {
    const over = settled(deactivated(activate('2026-11-20'), at('2026-11-22')), at('2026-12-01'));
    expect(charges(activate('2026-12-01T00:00:05Z', 0, over))).toEqual([
      ['2026-11', 550],
      ['2026-12', 1500],
    ]);
    expect(charges(activated(over, owner, addOnWith(0), at('2026-11-30')))).toEqual([['2026-11', 550]]);
  });

  it('that comes late first charges the earlier use', () => {
    const cancelled = deactivated(activate('2026-10-15'), at('2026-11-15'));
    expect(charges(cancelled)).toEqual([
      ['2026-10', 823],
      ['2026-11', 1500],
    ]);
    expect(charges(activate('2026-12-31', 0, cancelled)).at(-1)).toEqual(['2026-12', 48]);
  });
});

describe('a cancellation', () => {
  it('keeps the add-on usable to the end of the paid month, and then ends it', () => {
    const cancelling = deactivated(activate('2026-11-20'), at('2026-11-22'));
    expect([cancelling.status, cancelling.cancelAt]).toEqual(['CANCELLING', at('2026-12-01')]);
    expect(entitlementFact(cancelling).entitled).toBe(true);
    const over = settled(cancelling, at('2026-12-01'));
    expect([over.status, charges(over), dueAt(over)]).toEqual(['CANCELLED', [['2026-11', 550]], null]);
    expect(entitlementFact(over).entitled).toBe(false);
  });

  it('during a trial keeps the add-on to the end of the trial and charges nothing', () => {
    const cancelling = deactivated(activate('2026-11-20', 14), at('2026-11-22'));
    expect([cancelling.status, cancelling.cancelAt]).toEqual(['CANCELLING', at('2026-12-04')]);
    expect(charges(settled(cancelling, at('2027-03-01')))).toEqual([]);
  });

  it('changes nothing the second time, and is refused after the end', () => {
    const cancelling = deactivated(activate('2026-11-20'), at('2026-11-22'));
    expect(deactivated(cancelling, at('2026-11-23'))).toBe(cancelling);
    expect(() => deactivated(cancelling, at('2026-12-01'))).toThrow('not active');
  });

  it('leaves no upcoming invoice', () => {
    const active = activate('2026-11-20');
    expect(upcomingInvoice(active)).toMatchObject({ month: '2026-12', status: 'UPCOMING', number: null });
    expect(upcomingInvoice(deactivated(active, at('2026-11-22')))).toBeUndefined();
    expect(upcomingInvoice(undefined)).toBeUndefined();
  });
});

describe('the status', () => {
  it.each([
    [null, null, 'ACTIVE'],
    ['2026-11-20', null, 'ACTIVE'],
    ['2026-11-21', null, 'TRIALING'],
    ['2026-11-21', '2026-11-21', 'CANCELLING'],
    [null, '2026-11-20', 'CANCELLED'],
  ])('with a trial to %s and an end at %s is on 20 November %s', (trial, cancel, expected) => {
    const dates = { trialEndsAt: trial ? at(trial) : null, cancelAt: cancel ? at(cancel) : null };
    expect(statusAt(dates, at('2026-11-20'))).toBe(expected);
  });
});

const moment = fc.date({ min: at('2024-01-01'), max: at('2030-12-31'), noInvalidDate: true });
const clicks = fc.array(fc.record({ step: fc.nat(90 * 24 * 60), act: fc.constantFrom('on', 'off', 'run') }), {
  maxLength: 30,
});
const attempt = (current: Subscription | undefined, run: () => Subscription): Subscription | undefined => {
  try {
    return run();
  } catch {
    return current;
  }
};

describe('the preview', () => {
  it('equals the charge of the activation, for any time, price, trial and history', () => {
    fc.assert(
      fc.property(moment, clicks, fc.nat(100_000), fc.nat(60), (start, steps, price, trialDays) => {
        const addOn = addOnWith(trialDays, price);
        const { subscription, now } = live(start, steps, addOn);
        const before = subscription && settled(subscription, now);
        const preview = activationPreview(subscription, addOn, now);
        const after = attempt(before, () => activated(subscription, owner, addOn, now));
        const charged = after!.uninvoiced.slice(before?.uninvoiced.length ?? 0);
        expect(preview.dueNow.amountMinor).toBe(charged.reduce((total, { amount }) => total + amount.amountMinor, 0));
        expect(preview.firstPeriodEnd).toEqual(after!.periodEnd);
        expect(preview.nextMonthly).toEqual(after!.price);
        if (after!.status === 'TRIALING') expect(preview.lines).toEqual([nextCharge(after!)]);
        else expect(preview.lines).toEqual(charged);
      }),
      { numRuns: 500 },
    );
  });

  it('of a trial names the first charge and its day, and charges nothing now', () => {
    const preview = activationPreview(undefined, addOnWith(14), at('2026-11-20T14:00:00Z'));
    expect(preview).toMatchObject({
      dueNow: { amountMinor: 0, currency: 'GBP' },
      dueAt: at('2026-12-05'),
      firstPeriodEnd: at('2026-12-05'),
      nextMonthly: { amountMinor: 1500 },
      lines: [{ days: 27, daysInMonth: 31, amount: { amountMinor: 1306 } }],
    });
  });
});

const live = (start: Date, steps: readonly { step: number; act: string }[], addOn: AddOn) => {
  let now = start;
  let subscription: Subscription | undefined;
  for (const { step, act } of steps) {
    now = new Date(now.getTime() + step * 60_000);
    const current = subscription;
    subscription = attempt(current, () => {
      if (act === 'on') return activated(current, owner, addOn, now);
      if (!current) throw new Error('nothing yet');
      if (act === 'off') return deactivated(current, now);
      return act === 'run' ? settled(current, now) : current;
    });
  }
  return { subscription, now };
};

describe('whatever the organiser clicks and whenever billing runs', () => {
  it('no month is charged twice, and none for more than its price', () => {
    fc.assert(
      fc.property(moment, clicks, fc.nat(40), (start, steps, trialDays) => {
        const { subscription } = live(start, steps, addOnWith(trialDays));
        const months = (subscription?.uninvoiced ?? []).map(({ month }) => month);
        expect(new Set(months).size).toBe(months.length);
        expect([...months].sort()).toEqual(months);
        for (const { amount, days, daysInMonth } of subscription?.uninvoiced ?? []) {
          expect(amount.amountMinor).toBeLessThanOrEqual(1500);
          expect(days).toBeLessThanOrEqual(daysInMonth);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('many runs have the same result as one run at the end', () => {
    fc.assert(
      fc.property(moment, clicks, fc.nat(40), (start, steps, trialDays) => {
        const addOn = addOnWith(trialDays);
        const waiting = steps.map((each) => (each.act === 'run' ? { ...each, act: 'wait' } : each));
        const often = live(start, steps, addOn);
        const rarely = live(start, waiting, addOn);
        const end = (s: Subscription | undefined, now: Date) => s && settled(s, now);
        expect(end(often.subscription, often.now)).toEqual(end(rarely.subscription, rarely.now));
      }),
      { numRuns: 300 },
    );
  });

  it('settling again changes nothing and returns the same object', () => {
    fc.assert(
      fc.property(moment, clicks, (start, steps) => {
        const { subscription, now } = live(start, steps, addOnWith(3));
        if (!subscription) return;
        const once = settled(subscription, now);
        expect(settled(once, now)).toBe(once);
        const due = dueAt(once);
        if (due) expect(due.getTime()).toBeGreaterThan(now.getTime());
      }),
    );
  });
});
