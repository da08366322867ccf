import type { OrderEvent } from '@boxlist/contracts';

type Order = OrderEvent['data'];

/** Attendees, barcodes, notes and payment details. Boxlist does not need them, so it does not pass them on. */
const dropped = new Set([
  'issued_tickets',
  'notes',
  'status_message',
  'meta_data',
  'txn_id',
  'payment_method',
  'referral_tag',
]);

/** An order without the fields that Boxlist never keeps. */
export const withoutAttendees = (order: Order): Order =>
  Object.fromEntries(Object.entries(order).filter(([name]) => !dropped.has(name))) as Order;
