import type { BoxOfficeId, SubscriptionId } from '@boxlist/contracts';
import type { AddOn } from './catalogue';
import { sum, type Money } from './money';
import { activated, nextCharge, settled, type Charge, type Subscription } from './subscription';

/** The cost of an activation. */
interface ActivationPreview {
  readonly dueNow: Money;
  readonly dueAt: Date | null;
  readonly firstPeriodEnd: Date;
  readonly nextMonthly: Money;
  readonly lines: readonly Charge[];
}

const nobody = { id: 'sub_preview' as SubscriptionId, boxOfficeId: 'bo_preview' as BoxOfficeId };

/** Computes the activation without saving it, so that the preview cannot differ from the real activation. */
export const activationPreview = (current: Subscription | undefined, addOn: AddOn, now: Date): ActivationPreview => {
  const before = current && settled(current, now);
  const inUse = before?.status === 'ACTIVE' || before?.status === 'TRIALING';
  const after = inUse ? before : activated(before, nobody, addOn, now);
  const currency = after.price.currency;
  const chargedNow = after.uninvoiced.slice(before?.uninvoiced.length ?? 0);
  const afterTrial = after.status === 'TRIALING' ? nextCharge(after) : undefined;
  return {
    dueNow: sum(
      chargedNow.map(({ amount }) => amount),
      currency,
    ),
    dueAt: afterTrial ? after.periodEnd : chargedNow.length > 0 ? now : null,
    firstPeriodEnd: after.periodEnd,
    nextMonthly: after.price,
    lines: afterTrial ? [afterTrial] : chargedNow,
  };
};
