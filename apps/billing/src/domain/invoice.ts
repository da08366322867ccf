import { idPrefixes, type BoxOfficeId } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import type { Month } from './calendar';
import { sum, type Money } from './money';
import { nextCharge, type Charge, type Subscription } from './subscription';

/** What a box office pays for a calendar month. */
export interface Invoice {
  readonly id: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly month: Month;
  readonly status: 'UPCOMING' | 'ISSUED';
  readonly number: string | null;
  readonly issuedAt: Date | null;
  readonly periodStart: Date;
  readonly periodEnd: Date;
  readonly total: Money;
  readonly lines: readonly Charge[];
}

/**
 * Derived from box office and month, which together have one invoice. So an upcoming invoice keeps its id when it is
 * issued.
 */
const invoiceId = (boxOfficeId: BoxOfficeId, month: Month): string =>
  idPrefixes.invoice + createHash('sha256').update(`${boxOfficeId}:${month}`).digest('base64url').slice(0, 26);

/** The invoice of one charge, not yet issued. */
export const invoiceFor = (boxOfficeId: BoxOfficeId, charge: Charge): Invoice => ({
  id: invoiceId(boxOfficeId, charge.month),
  boxOfficeId,
  month: charge.month,
  status: 'UPCOMING',
  number: null,
  issuedAt: null,
  periodStart: charge.periodStart,
  periodEnd: charge.periodEnd,
  total: sum([charge.amount], charge.amount.currency),
  lines: [charge],
});

/** The next invoice if nothing is cancelled. Undefined if nothing will be charged. */
export const upcomingInvoice = (subscription: Subscription | undefined): Invoice | undefined => {
  const charge = subscription && nextCharge(subscription);
  return charge && invoiceFor(subscription.boxOfficeId, charge);
};

export const issued = (invoice: Invoice, number: string, issuedAt: Date): Invoice => ({
  ...invoice,
  status: 'ISSUED',
  number,
  issuedAt,
});

export const invoiceNumber = (year: number, position: number): string => `${year}-${String(position).padStart(6, '0')}`;
