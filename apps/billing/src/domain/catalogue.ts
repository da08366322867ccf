import { AppError, constantContactAppId } from '@boxlist/contracts';
import type { Money } from './money';

/** An add-on with its current terms. */
export interface AddOn {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly monthlyPrice: Money;
  readonly trialDays: number;
}

export type Catalogue = readonly AddOn[];

/** The add-on with this id. Throws NOT_FOUND. */
export const addOnOf = (catalogue: Catalogue, id: string): AddOn => {
  const addOn = catalogue.find((each) => each.id === id);
  if (!addOn) throw new AppError('NOT_FOUND', 'There is no such app', { field: ['input', 'appId'] });
  return addOn;
};

/** All add-ons, at today's prices. */
export const createCatalogue = (terms: Pick<AddOn, 'monthlyPrice' | 'trialDays'>): Catalogue => [
  {
    id: constantContactAppId,
    name: 'Constant Contact',
    description:
      'Integrate with Constant Contact: buyers who ask to hear more end up on the right mailing list with the ' +
      'right tags, seconds after their order.',
    ...terms,
  },
];
