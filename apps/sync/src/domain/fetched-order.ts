import type { Order } from '@boxlist/contracts';
import { orderFrom, type StoredOrder } from './order';

/**
 * An order as Ticket Tailor's API returned it. Its time is the creation of the order. It is older than every event of
 * the same moment, except a creation that says pending when the API does not. The API does not say when an order
 * changed, and an older reading must not overwrite an event. So the consent is as old as the order, too.
 */
export const fetchedOrder = (
  boxOfficeId: string,
  { order, createdAt }: { order: Order; createdAt: Date },
): StoredOrder =>
  orderFrom({
    specversion: '1.0',
    id: '',
    source: '/ticket-tailor/api',
    type: 'boxlist.order.created.v1',
    time: createdAt.toISOString(),
    boxofficeid: boxOfficeId,
    data: order,
  });
