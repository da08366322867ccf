import type { DeliveryChoice } from './delivery-choice';
import { waitingFor, type DeliveryStatus, type ReasonCode } from './reasons';

/** A row of the counters. All open deliveries are in one row, with or without a reason to wait. */
interface Row {
  readonly status: 'OPEN' | DeliveryStatus;
  readonly reason: string;
}

const waits: ReadonlySet<string> = new Set(waitingFor);

/** The rows that count exactly the deliveries of a choice; undefined when the counters cannot answer. */
export const rowsChosen = (choice: DeliveryChoice): ((row: Row) => boolean) | undefined => {
  const { ids, eventId, orderId, emailHash, from, to, statuses, reasons } = choice;
  if (ids ?? eventId ?? orderId ?? emailHash ?? from ?? to) return undefined;
  const has = (status: DeliveryStatus): boolean => statuses?.includes(status) ?? true;
  if (reasons) {
    // A pending delivery has no reason.
    if (has('WAITING') && reasons.some((reason) => waits.has(reason))) return undefined;
    return ({ status, reason }) => status !== 'OPEN' && has(status) && reasons.includes(reason);
  }
  if (has('PENDING') !== has('WAITING')) return undefined;
  return ({ status }) => has(status === 'OPEN' ? 'PENDING' : status);
};

/** A number of deliveries; when it is not exact, a lower bound. */
export interface Counted {
  readonly count: number;
  readonly isExact: boolean;
}

/**
 * The pending and waiting deliveries. When one of the counts stopped at its limit, it is derived from the number of
 * open deliveries.
 */
export const backlogOf = (pending: Counted, waiting: Counted, open: number) => {
  if (pending.isExact === waiting.isExact)
    return { pending: pending.count, waiting: waiting.count, isExact: pending.isExact };
  return pending.isExact
    ? { pending: pending.count, waiting: Math.max(waiting.count, open - pending.count), isExact: true }
    : { pending: Math.max(pending.count, open - waiting.count), waiting: waiting.count, isExact: true };
};

/** The number of deliveries with one status and reason; the open ones are one row. */
export interface CountRow {
  readonly status: 'OPEN' | DeliveryStatus;
  readonly reason: string;
  readonly count: number;
}

/**
 * The counter of a delivery. Open deliveries share one, so that a change between pending and waiting moves nothing.
 * Each backfill has its own counters.
 */
export const bucketOf = ({
  status,
  reason,
  backfillId,
}: {
  readonly status: DeliveryStatus;
  readonly reason: ReasonCode | null;
  readonly backfillId: string | null;
}): string => {
  const open = status === 'PENDING' || status === 'WAITING';
  return [open ? 'OPEN' : status, open ? '' : (reason ?? ''), ...(backfillId ? [backfillId] : [])].join(' ');
};

/** The counters summed by status and reason, only of one backfill where it is named. */
export const rowsOf = (
  known: readonly { readonly counts: Readonly<Record<string, number>> }[],
  backfillId?: string,
): CountRow[] => {
  const rows = new Map<string, CountRow>();
  for (const [bucket, count] of known.flatMap(({ counts }) => Object.entries(counts))) {
    const [status = 'OPEN', reason = '', backfill = ''] = bucket.split(' ');
    if (backfillId !== undefined && backfill !== backfillId) continue;
    const before = rows.get(`${status} ${reason}`)?.count ?? 0;
    rows.set(`${status} ${reason}`, { status: status as CountRow['status'], reason, count: before + count });
  }
  return [...rows.values()].filter(({ count }) => count > 0);
};
