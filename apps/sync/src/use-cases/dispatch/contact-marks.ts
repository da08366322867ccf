import type { CcContact } from '@boxlist/constant-contact';
import { createHmac } from 'node:crypto';
import type { Context } from '../../context';
import type { DesiredState } from '../../domain/desired-state';
import { detailsText } from '../../domain/merge-desired-states';
import { phoneKey } from '../../domain/phone';
import type { PhoneMarks } from '../../domain/plan-phone';

/** A keyed hash of what is kept with a contact only to know it again. */
const markOf = ({ markKey }: Pick<Context, 'markKey'>, text: string): string =>
  createHmac('sha256', markKey).update(text).digest('base64url').slice(0, 22);

/** The mark of the details that wishes carry together: it tells whether they were written before. */
export const detailsMarkOf = (ctx: Pick<Context, 'markKey'>, desiredStates: readonly DesiredState[]): string =>
  markOf(ctx, detailsText(desiredStates));

/** Of a buyer: the same number of two buyers has two marks. */
const phoneMark = (ctx: Context, emailHash: string, phone: string, country: string | null): string =>
  markOf(ctx, `phone\n${emailHash}\n${phoneKey(phone, country)}`);

/** Marks of the phones that wishes carry. */
export const phoneMarksOf = (
  ctx: Context,
  emailHash: string,
  desiredStates: readonly DesiredState[],
  country: string | null,
): PhoneMarks =>
  new Map(
    desiredStates.flatMap(({ details: { phone } }) =>
      phone === undefined ? [] : [[phone, phoneMark(ctx, emailHash, phone, country)] as const],
    ),
  );

/** Marks of the phones that a contact has. */
export const phoneMarksIn = (
  ctx: Context,
  emailHash: string,
  { phone_numbers: phones }: CcContact,
  country: string | null,
): string[] =>
  phones.flatMap(({ phone_number: phone }) => (phone ? [phoneMark(ctx, emailHash, phone, country)] : [])).sort();
