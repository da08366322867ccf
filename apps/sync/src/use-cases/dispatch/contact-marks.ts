import type { CcContact } from '@boxlist/constant-contact';
import { createHmac } from 'node:crypto';
import type { Context } from '../../context';
import type { DesiredState } from '../../domain/desired-state';
import { detailsText } from '../../domain/merge-desired-states';
import { phoneKey } from '../../domain/phone';
import type { PhoneMarks } from '../../domain/plan-phone';

/** A keyed hash of data that is stored with a contact only to recognise the data. */
const markOf = ({ markKey }: Pick<Context, 'markKey'>, text: string): string =>
  createHmac('sha256', markKey).update(text).digest('base64url').slice(0, 22);

/** The mark of the merged details of desired states. It shows whether the same details were written before. */
export const detailsMarkOf = (ctx: Pick<Context, 'markKey'>, desiredStates: readonly DesiredState[]): string =>
  markOf(ctx, detailsText(desiredStates));

/** Includes the buyer: the same number has a different mark for each buyer. */
const phoneMark = (ctx: Context, emailHash: string, phone: string, country: string | null): string =>
  markOf(ctx, `phone\n${emailHash}\n${phoneKey(phone, country)}`);

/** Marks of the phones in desired states, by phone. */
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
