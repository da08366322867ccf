import type { OrderEvent } from '@boxlist/contracts';

type Order = OrderEvent['data'];

/** Attendees, barcodes, notes and payment details: nothing that Boxlist needs, so nothing that it passes on. */
const dropped = new Set([
  'issued_tickets',
  'notes',
  'status_message',
  'meta_data',
  'txn_id',
  'payment_method',
  'referral_tag',
]);

/** An order of Ticket Tailor without what Boxlist never keeps. */
export const withoutAttendees = (order: Order): Order =>
  Object.fromEntries(Object.entries(order).filter(([name]) => !dropped.has(name))) as Order;
