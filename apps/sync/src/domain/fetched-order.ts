import type { Order } from '@boxlist/contracts';
import { orderFrom, type StoredOrder } from './order';

/**
 * An order as Ticket Tailor's API told it. It stands at the time when the order was created, before every event of the
 * same moment but for one that says pending where the reading does not: the API does not say when an order was changed,
 * and what an event said must not be overwritten by a reading that may be older. So its consent is as old as the order,
 * too.
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
