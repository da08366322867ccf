import type { Context } from '../../context';
import type { PendingDelivery } from '../../domain/delivery';
import type { Backfill } from '../../store/backfills';
import type { ConnectionCaller } from '../../call-constant-contact';
import type { BatchReport } from './batch';
import { releaseForBackfill } from './release-waiting';
import { processBatch } from './process-batch';

const aYearMs = 365 * 86_400_000;

/**
 * Groups ready deliveries by what is planned together: those of one backfill, or of none. Deliveries that are tried by
 * themselves come last, one group for each buyer.
 */
export const splitBatch = (ready: readonly PendingDelivery[]): PendingDelivery[][] => {
  const parts = new Map<string, PendingDelivery[]>();
  for (const delivery of [...ready].sort((a, b) => Number(a.alone) - Number(b.alone))) {
    const key = JSON.stringify([delivery.backfillId, delivery.alone ? delivery.emailHash : null]);
    const part = parts.get(key);
    if (part) part.push(delivery);
    else parts.set(key, [delivery]);
  }
  return [...parts.values()];
};

const stopsDeliveries = (backfill: Backfill | null): boolean =>
  backfill?.status === 'PAUSED' || backfill?.status === 'CANCELLED';

/**
 * Processes a group as its backfill demands. While the backfill is paused, its deliveries wait; once it is cancelled,
 * they are skipped. Undoing cancelled orders works at any time.
 */
export const processPart = async (
  ctx: Context,
  caller: ConnectionCaller,
  connectionId: string,
  part: readonly PendingDelivery[],
  report: BatchReport,
): Promise<void> => {
  const backfillId = part[0]?.backfillId ?? null;
  const backfill = backfillId === null ? null : await ctx.backfills.byId(backfillId);
  const isHeld = stopsDeliveries(backfill);
  const goesOn = async (): Promise<boolean> =>
    (await report.goesOn()) && !(backfill && stopsDeliveries(await ctx.backfills.byId(backfill._id)));
  await processBatch(
    ctx,
    caller,
    connectionId,
    part.filter(({ undoesOrder }) => undoesOrder || !isHeld),
    { ...report, goesOn },
    backfill?.mode ?? null,
  );
  const held = part.filter(({ undoesOrder }) => isHeld && !undoesOrder);
  if (!backfill || held.length === 0) return;
  const readyAt = new Date(ctx.clock().getTime() + aYearMs);
  await report.record(
    held.map((delivery) => ({
      delivery,
      to:
        backfill.status === 'CANCELLED'
          ? { outcome: { reason: 'BACKFILL_CANCELLED' } }
          : { next: { waitingFor: 'BACKFILL_PAUSED', readyAt, countsAsFailedTry: false } },
    })),
  );
  if (backfill.status === 'PAUSED') await releaseForBackfill(ctx, backfill._id);
};
