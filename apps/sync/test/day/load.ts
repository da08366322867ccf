import { randomOf } from '../model/stage';

/** A box office with an account of its own at Constant Contact. */
export interface Office {
  readonly id: string;
  readonly kind: 'backfill' | 'on-sale' | 'one order' | 'ordinary';
  /** Contacts of its account that buy nothing that day. */
  readonly contacts: number;
  /** The first gives a list, each other a tag. */
  readonly workflows: number;
  /** The organiser would rather have new buyers imported than wait when the day's calls run short. */
  readonly importsWhenScarce: boolean;
}

export interface Order {
  readonly office: Office;
  readonly kind: 'live' | 'backfill';
  /** When it came. */
  readonly at: number;
  readonly email: string;
  /** The buyer is a contact already. */
  readonly isKnown: boolean;
}

export interface Load {
  readonly startAt: number;
  readonly offices: readonly Office[];
  /** In the order in which they come. */
  readonly orders: readonly Order[];
}

const minute = 60_000;
const hour = 60 * minute;
export const dayMs = 24 * hour;
const startAt = Date.parse('2026-11-24T00:00:00Z');
const knownShare = { live: 0.35, backfill: 0.1 };
const backfillAt = 9 * hour;
const onSales = [
  { at: 10 * hour, forMs: 10 * minute, orders: 3_000 },
  { at: 12.5 * hour, forMs: 8 * minute, orders: 2_000 },
  { at: 18 * hour, forMs: 5 * minute, orders: 1_200 },
  { at: 20 * hour, forMs: 5 * minute, orders: 800 },
];

export interface Size {
  readonly offices: number;
  readonly withOneOrder: number;
  readonly backfill: number;
  /** Of the orders of each on-sale. */
  readonly share: number;
}
export const wholeDay: Size = { offices: 200, withOneOrder: 40, backfill: 100_000, share: 1 };

/**
 * A day of orders, the same one for the same seed: a backfill in the morning, four on-sales, box offices with a single
 * order, and a skewed rest through the waking hours.
 */
export const drawLoad = (seed: number, size: Size = wholeDay): Load => {
  const random = randomOf(seed + 1);
  // The first numbers of near seeds are near.
  for (let index = 0; index < 20; index += 1) random();
  const normal = (): number => Math.sqrt(-2 * Math.log(random() || 1e-9)) * Math.cos(2 * Math.PI * random());
  /** Between 07:00 and 23:00, most in the middle. */
  const inTheDay = (): number => (7 + 8 * (random() + random())) * hour;
  const offices = Array.from({ length: size.offices }, (_, index): Office => ({
    id: `bo_${String(index).padStart(3, '0')}`,
    kind:
      index === 0
        ? 'backfill'
        : index <= onSales.length
          ? 'on-sale'
          : index <= onSales.length + size.withOneOrder
            ? 'one order'
            : 'ordinary',
    contacts: index === 0 ? 20_000 : Math.round(Math.min(50_000, 1_000 * Math.exp(1.2 * normal()))),
    workflows: index === 0 ? 2 : 1 + Math.floor(random() * 3),
    importsWhenScarce: random() < 0.5,
  }));
  const orders: Order[] = [];
  const add = (office: Office, kind: Order['kind'], at: number): void => {
    orders.push({
      office,
      kind,
      at: startAt + Math.round(at),
      email: `${kind}.${orders.length}@example.com`,
      isKnown: random() < knownShare[kind],
    });
  };
  offices.forEach((office, index) => {
    const sale = onSales[index - 1];
    if (office.kind === 'backfill')
      for (let count = 0; count < size.backfill; count += 1) add(office, 'backfill', backfillAt);
    if (sale)
      // Most come in the first minutes.
      for (let count = 0; count < sale.orders * size.share; count += 1)
        add(office, 'live', sale.at + sale.forMs * random() ** 2);
    const others = office.kind === 'one order' ? 1 : Math.round(Math.min(200, 12 * Math.exp(normal())));
    for (let count = 0; count < others; count += 1) add(office, 'live', inTheDay());
  });
  return { startAt, offices, orders: orders.sort((a, b) => a.at - b.at) };
};
