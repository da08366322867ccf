import { z } from 'zod';

/** An order as the API shows it. Other properties are shown unchanged. */
export const orderSchema = z.looseObject({
  id: z.string().regex(/^or_\w{1,60}$/),
  created_at: z.number().int().positive(),
});
export type SandboxOrder = z.infer<typeof orderSchema>;

export interface BoxOffice {
  apiKey: string;
  readonly orders: Map<string, SandboxOrder>;
}

/** Many orders at once, numbered from `first`: the same input makes the same orders. */
export const numberedSchema = z.strictObject({
  count: z.number().int().min(1).max(100_000),
  first: z.number().int().min(0).default(0),
  /** The first order's time in Unix seconds; each order is `everySeconds` newer than the one before. */
  createdFrom: z.number().int().positive(),
  everySeconds: z.number().int().min(0).default(60),
  /** `#` becomes the order's number. */
  id: z.string().includes('#').default('or_#'),
  email: z.string().includes('#').default('buyer#@example.com'),
  /** Fields that replace those of the standard order. */
  order: z.record(z.string(), z.unknown()).default({}),
});

const standardOrder = (id: string, createdAt: number, email: string): SandboxOrder => ({
  object: 'order',
  id,
  status: 'completed',
  status_message: null,
  created_at: createdAt,
  buyer_details: {
    email,
    first_name: 'Sam',
    last_name: 'Example',
    name: 'Sam Example',
    phone: null,
    address: { address_1: null, address_2: null, address_3: null, postal_code: null },
    custom_questions: [],
  },
  marketing_opt_in: 'true',
  event_summary: {
    id: 'ev_1',
    event_series_id: 'es_1',
    name: 'Food Festival',
    start_date: { date: '2027-07-27', iso: '2027-07-27T18:00:00+01:00', unix: 1_816_707_600, timezone: '+01:00' },
    end_date: null,
    venue: { name: null, postal_code: null },
  },
  line_items: [
    {
      id: `li_${id.slice(3)}`,
      type: 'ticket',
      item_id: 'tt_1',
      description: 'General admission',
      quantity: 1,
      value: 1000,
      booking_fee: 0,
      total: 1000,
    },
  ],
  issued_tickets: [
    { id: `it_${id.slice(3)}`, ticket_type_id: 'tt_1', status: 'valid', barcode: `bar-${id.slice(3)}`, email },
  ],
  currency: { base_multiplier: 100, code: 'gbp' },
  subtotal: 1000,
  tax: 0,
  total: 1000,
  total_paid: 1000,
  refund_amount: 0,
  credited_out_amount: 0,
  txn_id: '--',
  payment_method: { id: null, type: 'no_cost' },
  referral_tag: null,
  meta_data: [],
  notes: null,
});

export const numbered = (many: z.infer<typeof numberedSchema>): SandboxOrder[] =>
  Array.from({ length: many.count }, (_, index) => {
    const number = String(many.first + index);
    return {
      ...standardOrder(
        many.id.replace('#', number),
        many.createdFrom + index * many.everySeconds,
        many.email.replace('#', number),
      ),
      ...many.order,
    };
  });

/** The box offices of a fresh sandbox, with their keys. */
export const demoBoxOffices = (): Map<string, BoxOffice> =>
  new Map(
    ['riverside', 'harbour'].map((name) => [
      name,
      { apiKey: `sk_sandbox_${name}`, orders: new Map<string, SandboxOrder>() },
    ]),
  );

interface PageQuery {
  readonly limit: number;
  readonly startingAfter?: string;
  readonly createdFrom?: number;
  readonly createdTo?: number;
}

/** A page of orders, newest first; undefined if `startingAfter` is no order of the box office. */
export const ordersPage = (
  { orders }: BoxOffice,
  { limit, startingAfter, createdFrom, createdTo }: PageQuery,
): { data: SandboxOrder[]; more: boolean } | undefined => {
  const sorted = [...orders.values()].sort(
    (a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
  const after = startingAfter === undefined ? -1 : sorted.findIndex(({ id }) => id === startingAfter);
  if (startingAfter !== undefined && after === -1) return undefined;
  const rest = sorted
    .slice(after + 1)
    .filter(
      ({ created_at: at }) =>
        (createdFrom === undefined || at >= createdFrom) && (createdTo === undefined || at <= createdTo),
    );
  return { data: rest.slice(0, limit), more: rest.length > limit };
};
