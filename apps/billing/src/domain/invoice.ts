import { monthOf, nextMonth, type Subscription } from './subscription';

/** A line of an invoice, in minor units of the add-on's currency. */
export interface InvoiceLine {
  readonly description: string;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly amountMinor: number;
}

const dayMs = 86_400_000;
const startOfDay = (date: Date): Date => new Date(Math.floor(date.getTime() / dayMs) * dayMs);
const latest = (...dates: (Date | null)[]): Date =>
  new Date(Math.max(...dates.filter((date) => date !== null).map((date) => date.getTime())));
const earliest = (...dates: (Date | null)[]): Date =>
  new Date(Math.min(...dates.filter((date) => date !== null).map((date) => date.getTime())));

type Billed = Pick<Subscription, 'activatedAt' | 'trialEndsAt' | 'cancelAt' | 'paidUntil'>;

/**
 * What a subscription owes for the calendar month (UTC) of `month`: the whole price, or the part of its days in which it is used and not on trial and not paid
 * before. Days begin at 00:00 UTC and the first day counts whole; half a minor unit rounds up. Undefined when nothing is owed.
 */
export const lineFor = (
  subscription: Billed,
  month: Date,
  monthlyMinor: number,
  name: string,
): InvoiceLine | undefined => {
  const begin = monthOf(month);
  const end = nextMonth(month);
  const from = latest(
    begin,
    startOfDay(subscription.activatedAt),
    subscription.trialEndsAt && startOfDay(subscription.trialEndsAt),
    subscription.paidUntil,
  );
  const until = earliest(end, subscription.cancelAt);
  const days = Math.ceil((until.getTime() - from.getTime()) / dayMs);
  if (days <= 0) return undefined;
  const ofMonth = (end.getTime() - begin.getTime()) / dayMs;
  return {
    description: days === ofMonth ? name : `${name} (${days} of ${ofMonth} days)`,
    periodStart: from,
    periodEnd: until,
    amountMinor: Math.round((monthlyMinor * days) / ofMonth),
  };
};
