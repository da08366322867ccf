import type { CcContact } from '@boxlist/constant-contact';
import { createHmac } from 'node:crypto';
import type { Context } from '../context';
import type { Wish } from '../domain/decide-contact';
import { phoneKey } from '../domain/phone';
import type { PhoneMarks } from '../domain/plan-phone';

/** Of a buyer: the same number of two buyers has two marks. */
const markOf = ({ markKey }: Context, emailHash: string, phone: string, country: string | null): string =>
  createHmac('sha256', markKey)
    .update(`phone\n${emailHash}\n${phoneKey(phone, country)}`)
    .digest('base64url')
    .slice(0, 22);

/** Marks of the phones that wishes carry. */
export const phoneMarksOf = (
  ctx: Context,
  emailHash: string,
  wishes: readonly Wish[],
  country: string | null,
): PhoneMarks =>
  new Map(
    wishes.flatMap(({ details: { phone } }) =>
      phone === undefined ? [] : [[phone, markOf(ctx, emailHash, phone, country)] as const],
    ),
  );

/** Marks of the phones that a contact has. */
export const phoneMarksIn = (
  ctx: Context,
  emailHash: string,
  { phone_numbers: phones }: CcContact,
  country: string | null,
): string[] =>
  phones.flatMap(({ phone_number: phone }) => (phone ? [markOf(ctx, emailHash, phone, country)] : [])).sort();
