import type { BoxOfficeId, EntitlementFact } from '@boxlist/contracts';

export type SubscriptionStatus = EntitlementFact['status'];

/** A box office's use of an add-on. Its status follows from these dates and the present moment. */
export interface Subscription {
  readonly id: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly appId: string;
  readonly activatedAt: Date;
  readonly trialEndsAt: Date | null;
  /** Until when it is used after it was cancelled; null while it goes on. */
  readonly cancelAt: Date | null;
  /** Paid already until this day by an earlier activation: no day is charged twice. */
  readonly paidUntil: Date | null;
  /** The status that was last announced. */
  readonly announced: SubscriptionStatus;
  readonly version: number;
}

export const statusAt = (
  { trialEndsAt, cancelAt }: Pick<Subscription, 'trialEndsAt' | 'cancelAt'>,
  now: Date,
): SubscriptionStatus => {
  if (cancelAt) return cancelAt <= now ? 'CANCELLED' : 'CANCELLING';
  return trialEndsAt && trialEndsAt > now ? 'TRIALING' : 'ACTIVE';
};

export const isEntitled = (status: SubscriptionStatus): boolean => status !== 'CANCELLED';

/** The first moment of the month after; billing months are calendar months in UTC. */
export const nextMonth = (date: Date): Date => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1));
export const monthOf = (date: Date): Date => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));

/** When a cancelled subscription ends: in the trial at its end, else with the month that is paid. */
export const cancellationDate = ({ trialEndsAt }: Pick<Subscription, 'trialEndsAt'>, now: Date): Date =>
  trialEndsAt && trialEndsAt > now ? trialEndsAt : nextMonth(now);
