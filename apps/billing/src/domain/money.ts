/** An amount in the smallest unit of its currency (ISO 4217). */
export interface Money {
  readonly amountMinor: number;
  readonly currency: string;
}

/** A part of an amount, rounded half up to the smallest unit. Calculates only with whole numbers. */
export const prorated = ({ amountMinor, currency }: Money, part: number, whole: number): Money => ({
  amountMinor: Math.floor((2 * amountMinor * part + whole) / (2 * whole)),
  currency,
});

/** The sum of amounts of one currency. Zero in that currency if there are none. */
export const sum = (amounts: readonly Money[], currency: string): Money => ({
  amountMinor: amounts.reduce((total, { amountMinor }) => total + amountMinor, 0),
  currency,
});
