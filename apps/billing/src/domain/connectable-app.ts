import type { AddOn } from './catalogue';
import type { Money } from './money';
import { isEntitled, settled, type Subscription } from './subscription';

/** An add-on and one box office's subscription to it. */
export interface ConnectableApp {
  readonly addOn: AddOn;
  readonly subscription: Subscription | undefined;
}

/** The price of a whole month for this box office: the agreed price while it is entitled, otherwise today's price. */
export const monthlyPriceOf = ({ addOn, subscription }: ConnectableApp, now: Date): Money =>
  subscription && isEntitled(settled(subscription, now).status) ? subscription.price : addOn.monthlyPrice;

/** The free days of an activation. Only the first activation has a trial. */
export const trialDaysOf = ({ addOn, subscription }: ConnectableApp): number => (subscription ? 0 : addOn.trialDays);
