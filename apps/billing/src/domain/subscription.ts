import { AppError, type BoxOfficeId, type EntitlementFact, type SubscriptionId } from '@boxlist/contracts';
import { daysInMonth, daysLeftInMonth, endOfMonth, monthOf, startOfDay, wholeDaysAfter, type Month } from './calendar';
import type { AddOn } from './catalogue';
import { prorated, type Money } from './money';

type SubscriptionStatus = EntitlementFact['status'];

/** The charge for one calendar month, or for the rest of one. */
export interface Charge {
  readonly month: Month;
  readonly description: string;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly days: number;
  readonly daysInMonth: number;
  readonly amount: Money;
}

/** A box office's use of an add-on. There is only one, which stays after cancellation and reactivation. */
export interface Subscription {
  readonly id: SubscriptionId;
  readonly boxOfficeId: BoxOfficeId;
  readonly appId: string;
  readonly appName: string;
  /** The monthly price agreed at the last activation. */
  readonly price: Money;
  readonly activatedAt: Date;
  readonly trialEndsAt: Date | null;
  /**
   * The end of the time that is charged or free so far. The next charge begins here, or a cancellation ends the
   * subscription here.
   */
  readonly periodEnd: Date;
  readonly cancelAt: Date | null;
  /** The status in the last published fact. `statusAt` computes the status at a given time. */
  readonly status: SubscriptionStatus;
  readonly version: number;
  /** Charges that are not yet on an invoice, oldest first. */
  readonly uninvoiced: readonly Charge[];
}

type Dates = Pick<Subscription, 'trialEndsAt' | 'cancelAt'>;

export const statusAt = ({ trialEndsAt, cancelAt }: Dates, now: Date): SubscriptionStatus => {
  if (cancelAt) return now < cancelAt ? 'CANCELLING' : 'CANCELLED';
  return trialEndsAt && now < trialEndsAt ? 'TRIALING' : 'ACTIVE';
};

export const isEntitled = (status: SubscriptionStatus): boolean => status !== 'CANCELLED';

/** The next charge, due at `periodEnd`. Undefined if the subscription ends there instead. */
export const nextCharge = ({ appName, price, periodEnd, cancelAt }: Subscription): Charge | undefined => {
  if (cancelAt) return undefined;
  const days = daysLeftInMonth(periodEnd);
  const whole = daysInMonth(periodEnd);
  return {
    month: monthOf(periodEnd),
    description: days === whole ? appName : `${appName} (${days} of ${whole} days)`,
    periodStart: startOfDay(periodEnd),
    periodEnd: endOfMonth(periodEnd),
    days,
    daysInMonth: whole,
    amount: prorated(price, days, whole),
  };
};

/**
 * Applies everything that is due by now: charges the periods that have begun and updates the status. Returns the same
 * object if nothing is due.
 */
export const settled = (subscription: Subscription, now: Date): Subscription => {
  let next = subscription;
  while (next.periodEnd <= now) {
    const charge = nextCharge(next);
    if (!charge) break;
    next = { ...next, periodEnd: charge.periodEnd, uninvoiced: [...next.uninvoiced, charge] };
  }
  const status = statusAt(next, now);
  return next === subscription && status === subscription.status ? subscription : { ...next, status };
};

/** When `settled` will next change the subscription. Null after its end. */
export const dueAt = ({ status, periodEnd }: Subscription): Date | null => (status === 'CANCELLED' ? null : periodEnd);

/**
 * The subscription after an activation, not yet saved, with its first period charged if that is due. Throws
 * ALREADY_ACTIVE.
 */
export const activated = (
  current: Subscription | undefined,
  fresh: Pick<Subscription, 'id' | 'boxOfficeId'>,
  addOn: AddOn,
  now: Date,
): Subscription => {
  if (!current) return settled(firstTime(fresh, addOn, now), now);
  const base = settled(current, now);
  switch (base.status) {
    case 'TRIALING':
    case 'ACTIVE':
      throw new AppError('ALREADY_ACTIVE', `${addOn.name} is already active`, { field: ['input', 'appId'] });
    case 'CANCELLING':
      return settled({ ...base, cancelAt: null }, now);
    case 'CANCELLED':
      return settled(again(base, addOn, now), now);
  }
};

const firstTime = (fresh: Pick<Subscription, 'id' | 'boxOfficeId'>, addOn: AddOn, now: Date): Subscription => {
  const trialEndsAt = addOn.trialDays > 0 ? wholeDaysAfter(now, addOn.trialDays) : null;
  return {
    ...fresh,
    appId: addOn.id,
    appName: addOn.name,
    price: addOn.monthlyPrice,
    activatedAt: now,
    trialEndsAt,
    periodEnd: trialEndsAt ?? now,
    cancelAt: null,
    status: trialEndsAt ? 'TRIALING' : 'ACTIVE',
    version: 1,
    uninvoiced: [],
  };
};

/**
 * There is only one trial. A cancelled subscription ends when its paid time has run out, so a new charge begins now.
 */
const again = (base: Subscription, addOn: AddOn, now: Date): Subscription => ({
  ...base,
  appName: addOn.name,
  price: addOn.monthlyPrice,
  activatedAt: now,
  trialEndsAt: null,
  periodEnd: now,
  cancelAt: null,
});

/**
 * The subscription after a cancellation: it ends with the paid or free time. Returns it unchanged if it is already
 * cancelling. Throws NOT_ACTIVE.
 */
export const deactivated = (current: Subscription, now: Date): Subscription => {
  const base = settled(current, now);
  switch (base.status) {
    case 'CANCELLED':
      throw new AppError('NOT_ACTIVE', `${base.appName} is not active`, { field: ['input', 'appId'] });
    case 'CANCELLING':
      return base;
    case 'TRIALING':
    case 'ACTIVE':
      return settled({ ...base, cancelAt: base.periodEnd }, now);
  }
};

/** The fact about a subscription for other services. */
export const entitlementFact = ({ boxOfficeId, appId, status, version }: Subscription): EntitlementFact => ({
  boxOfficeId,
  appId,
  status,
  entitled: isEntitled(status),
  version,
});
