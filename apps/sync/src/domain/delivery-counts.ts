import type { Delivery } from './delivery';
import type { DeliveryChoice } from './delivery-choice';
import { waitingFor, type DeliveryStatus } from './reasons';

/** What a tally tells of some deliveries: open ones are counted together, whatever they wait for. */
interface Row {
  readonly status: 'OPEN' | DeliveryStatus;
  readonly reason: string;
}

const waits: ReadonlySet<string> = new Set(waitingFor);

/** Which rows of a tally are the deliveries of a choice; undefined where a tally cannot tell. */
export const rowsChosen = (choice: DeliveryChoice): ((row: Row) => boolean) | undefined => {
  const { ids, eventId, orderId, emailHash, from, to, statuses, reasons } = choice;
  if (ids ?? eventId ?? orderId ?? emailHash ?? from ?? to) return undefined;
  const has = (status: DeliveryStatus): boolean => statuses?.includes(status) ?? true;
  if (reasons) {
    // Who is worked on has no reason.
    if (has('WAITING') && reasons.some((reason) => waits.has(reason))) return undefined;
    return ({ status, reason }) => status !== 'OPEN' && has(status) && reasons.includes(reason);
  }
  if (has('PENDING') !== has('WAITING')) return undefined;
  return ({ status }) => has(status === 'OPEN' ? 'PENDING' : status);
};

/** A number of deliveries; one that is not exact is at least so many. */
export interface Counted {
  readonly count: number;
  readonly isExact: boolean;
}

/** How many are worked on and how many wait, where those were counted only so far, and how many are open together. */
export const backlogOf = (pending: Counted, waiting: Counted, open: number) => {
  if (pending.isExact === waiting.isExact)
    return { pending: pending.count, waiting: waiting.count, isExact: pending.isExact };
  return pending.isExact
    ? { pending: pending.count, waiting: Math.max(waiting.count, open - pending.count), isExact: true }
    : { pending: Math.max(pending.count, open - waiting.count), waiting: waiting.count, isExact: true };
};

/** How many deliveries of one status and reason there are; the open ones are one row. */
interface CountRow {
  readonly status: 'OPEN' | DeliveryStatus;
  readonly reason: string;
  readonly count: number;
}

/** Open ones are one bucket, so that waiting and working again moves nothing; those of a backfill are apart. */
export const bucketOf = ({
  status,
  reason,
  backfillId,
}: Pick<Delivery, 'status' | 'reason' | 'backfillId'>): string => {
  const open = status === 'PENDING' || status === 'WAITING';
  return [open ? 'OPEN' : status, open ? '' : (reason ?? ''), ...(backfillId ? [backfillId] : [])].join(' ');
};

/** What tallies say by status and reason; only of a backfill where one is named. */
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
