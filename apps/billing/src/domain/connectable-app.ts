import type { AddOn } from './catalogue';
import type { Money } from './money';
import { isEntitled, settled, type Subscription } from './subscription';

/** An add-on as one box office sees it. */
export interface ConnectableApp {
  readonly addOn: AddOn;
  readonly subscription: Subscription | undefined;
}

/** What a whole month costs this box office: the price agreed on while subscribed, today's otherwise. */
export const monthlyPriceOf = ({ addOn, subscription }: ConnectableApp, now: Date): Money =>
  subscription && isEntitled(settled(subscription, now).status) ? subscription.price : addOn.monthlyPrice;

/** Free days that an activation would give: a trial is for the first time. */
export const trialDaysOf = ({ addOn, subscription }: ConnectableApp): number => (subscription ? 0 : addOn.trialDays);
