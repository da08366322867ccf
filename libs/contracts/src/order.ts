import { z } from 'zod';

const text = z.string().nullish();
const looseBoolean = z.union([z.boolean(), z.string()]).nullish();

/** The start or end of an event, as Ticket Tailor writes it. */
const eventDate = z.looseObject({ date: text, iso: text, unix: z.number().nullish(), timezone: text });

/**
 * The order object of `orders.v1`: the fields of Ticket Tailor's API v1 order that Boxlist reads. Other fields are
 * accepted and ignored. Every leaf may be null. Attendees and barcodes may be present and are never kept.
 */
export const orderSchema = z
  .looseObject({
    object: z.literal('order').optional(),
    id: z.string().min(1).max(80).describe('Id of the order, `or_…`.'),
    status: z
      .enum(['completed', 'cancelled', 'pending'])
      .describe('A refund either keeps the status or cancels the order.'),
    created_at: z.number().int().nonnegative().nullish().describe('Unix seconds.'),
    buyer_details: z
      .looseObject({
        email: text.describe(
          'Boxlist matches buyers by the address in lower case, without white space and invisible characters, and ' +
            'with the domain in ASCII. It does not send an invalid address to Constant Contact.',
        ),
        first_name: text,
        last_name: text,
        name: text.describe(
          'The full name. Boxlist uses it if both first_name and last_name are missing, and never splits it by ' +
            'guessing.',
        ),
        phone: text.describe('Free text without a country code.'),
        address: z.looseObject({ address_1: text, address_2: text, address_3: text, postal_code: text }).nullish(),
        custom_questions: z.array(z.looseObject({ question: text, answer: text })).nullish(),
      })
      .nullish()
      .describe('The buyer. Boxlist synchronises the data of no other person.'),
    marketing_opt_in: looseBoolean.describe(
      'Only true or "true" is an opt-in. Null means that the checkout did not ask.',
    ),
    event_summary: z
      .looseObject({
        id: text.describe('`ev_…`'),
        event_series_id: text.describe('`es_…`'),
        name: text,
        start_date: eventDate.nullish(),
      })
      .nullish()
      .describe('Null for an order without an event.'),
    line_items: z
      .array(z.looseObject({ type: text, item_id: text.describe('`tt_…` for tickets.'), description: text }))
      .nullish(),
  })
  .describe(
    'The fields of a Ticket Tailor order (API v1) that Boxlist reads. Of two events with the same time, an update ' +
      'is newer than a creation. Next, a final status is newer than `pending`. Last, the event with the larger ' +
      'number in its id is newer.',
  );

export type Order = z.infer<typeof orderSchema>;

/** The buyer's answer at checkout. `NOT_ASKED` never counts as a yes. */
export type OptIn = 'OPTED_IN' | 'NOT_OPTED_IN' | 'NOT_ASKED';

/**
 * Reads `marketing_opt_in`. Only `true` and `"true"` are a yes. Only `null`, absence and blank text mean "not asked".
 * Every other value is a no, odd strings included.
 */
export const optInOf = (value: Order['marketing_opt_in']): OptIn => {
  if (value === true || (typeof value === 'string' && value.trim().toLowerCase() === 'true')) return 'OPTED_IN';
  if (value == null || (typeof value === 'string' && value.trim() === '')) return 'NOT_ASKED';
  return 'NOT_OPTED_IN';
};
