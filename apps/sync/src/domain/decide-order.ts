import type { WorkflowFact } from '@boxlist/contracts';
import type { EndReasonOf } from './delivery-states';
import { isMailbox } from './email-address';
import type { StoredOrder } from './order';

/** The decision for an order and a workflow, without Constant Contact. */
export type OrderDecision =
  | { readonly kind: 'go' }
  | { readonly kind: 'wait'; readonly reason: 'ORDER_PENDING' | 'WORKFLOW_RESUME' }
  | { readonly kind: 'skip'; readonly reason: EndReasonOf<'SKIPPED'> }
  | { readonly kind: 'fail'; readonly reason: EndReasonOf<'FAILED'> };

const within = (wanted: readonly string[], has: readonly (string | null)[]): boolean =>
  wanted.length === 0 || has.some((value) => value !== null && wanted.includes(value));

/** Whether an order matches a workflow's filter: each list that is not empty must contain one of the order's values. */
const matchesFilter = ({ event, ticketTypes }: StoredOrder, { filter }: WorkflowFact): boolean =>
  within(filter.eventIds, [event?.id ?? null]) &&
  within(filter.eventSeriesIds, [event?.seriesId ?? null]) &&
  within(
    filter.ticketTypeIds,
    ticketTypes.map(({ id }) => id),
  );

/** Decides from the order, the workflow and the subscription. For `go`, the contact is looked up next. */
export const decideOrder = (order: StoredOrder, workflow: WorkflowFact, entitled: boolean): OrderDecision => {
  const skip = (reason: EndReasonOf<'SKIPPED'>): OrderDecision => ({ kind: 'skip', reason });
  if (workflow.status === 'DELETED') return skip('WORKFLOW_DELETED');
  if (order.expired) return skip('ORDER_EXPIRED');
  if (order.erased) return skip('BUYER_ERASED');
  if (!matchesFilter(order, workflow)) return skip('FILTERED_OUT');
  if (workflow.status === 'PAUSED')
    return workflow.whenPaused === 'WAIT' ? { kind: 'wait', reason: 'WORKFLOW_RESUME' } : skip('WORKFLOW_PAUSED');
  if (!entitled) return skip('SUBSCRIPTION_INACTIVE');
  if (order.status === 'cancelled') return skip('ORDER_CANCELLED');
  if (order.status === 'pending') return { kind: 'wait', reason: 'ORDER_PENDING' };
  if (order.email === null) return skip('NO_EMAIL');
  if (!isMailbox(order.email)) return { kind: 'fail', reason: 'EMAIL_INVALID' };
  if (order.email.length > 80) return { kind: 'fail', reason: 'EMAIL_TOO_LONG' };
  if (order.optIn !== 'OPTED_IN' && workflow.whenNotOptedIn === 'SKIP' && workflow.createsContacts) {
    return skip(order.optIn === 'NOT_ASKED' ? 'NOT_ASKED' : 'NOT_OPTED_IN');
  }
  return { kind: 'go' };
};
