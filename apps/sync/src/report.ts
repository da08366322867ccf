import type { ErrorCode } from '@boxlist/contracts';
import { counter, histogram } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Delivery, Outcome } from './domain/delivery';
import { endsWith } from './domain/delivery-states';
import type { Backfill } from './store/backfills';
import type { NoticeSubject } from './domain/notice';
import type { Retry } from './store/retries';

const outcomes = counter('boxlist_delivery_outcomes_total', 'Delivery outcomes by status and reason');
const events = counter('boxlist_order_events_total', 'Order events by result: taken in or dead-lettered');
const calls = counter('boxlist_constant_contact_calls_total', 'Calls to Constant Contact by kind and answer');
const pages = counter('boxlist_interactive_permits_total', 'Permits asked for by pages of all box offices, by result');
const expired = counter('boxlist_history_expired_total', 'Orders and deliveries removed at the end of their retention');
const upgrades = counter(
  'boxlist_upgrades_total',
  'Imported contacts whose permission was to be made explicit, by result',
);
const notices = counter('boxlist_notices_total', 'Notices to organisers by kind, raised or recovered');
const latency = histogram('boxlist_delivery_latency_ms', 'Milliseconds from the creation of a delivery to its outcome');

export const deliverySettled = ({ log }: Context, delivery: Delivery, { reason }: Outcome, now: Date): void => {
  const status = endsWith[reason];
  outcomes({ status, reason });
  latency(now.getTime() - delivery.createdAt.getTime(), { status });
  log.info(
    {
      deliveryId: delivery._id,
      boxOfficeId: delivery.boxOfficeId,
      workflowId: delivery.workflowId,
      orderId: delivery.orderId,
      status,
      reason,
    },
    'delivery.settled',
  );
};

export const ordersTaken = ({ log }: Context, taken: number, deadLettered: number, deliveries: number): void => {
  events({ result: 'taken' }, taken);
  events({ result: 'dead-lettered' }, deadLettered);
  log.info({ taken, deadLettered, deliveries }, 'orders.taken');
};

export const interactivePermitAsked = ({ log }: Context, boxOfficeId: string, result: ErrorCode | 'GRANTED'): void => {
  pages({ result });
  if (result !== 'GRANTED') log.warn({ boxOfficeId, result }, 'interactive-call.refused');
};

export const backfillHeld = ({ log }: Context, { _id, boxOfficeId }: Backfill, code: string): void =>
  log.warn({ backfillId: _id, boxOfficeId, code }, 'backfill.held');

export const retryEnded = ({ log }: Context, { _id, boxOfficeId, matched, requeued }: Retry): void =>
  log.info({ retryId: _id, boxOfficeId, matched, requeued }, 'retry.ended');

export const deadLettersTaken = ({ log }: Context, kept: number): void => log.info({ kept }, 'dead-letters.taken');

export const buyerErased = ({ log }: Context, boxOfficeId: string): void => log.info({ boxOfficeId }, 'buyer.erased');

export const historyExpired = (
  { log }: Context,
  gone: { readonly orders: number; readonly deliveries: number },
): void => {
  expired({ kind: 'order' }, gone.orders);
  expired({ kind: 'delivery' }, gone.deliveries);
  log.info(gone, 'history.expired');
};

export const upgradeEnded = ({ log }: Context, boxOfficeId: string, result: 'upgraded' | 'left' | 'refused'): void => {
  upgrades({ result });
  log.info({ boxOfficeId, result }, 'upgrade.ended');
};

export const called = (call: string, answer: string): void => calls({ call, answer });

export const noticePublished = ({ log }: Context, about: NoticeSubject, change: 'raised' | 'recovered'): void => {
  const { boxOfficeId, kind, level, connectionId, workflowId } = about;
  notices({ kind, change });
  log.info({ boxOfficeId, kind, noticeLevel: level, connectionId, workflowId }, `notice.${change}`);
};
