import { AppError, type AuditAction, type WorkflowFact } from '@boxlist/contracts';
import { auditEntry, requireRole, type Actor, type Identity } from '@boxlist/service-kit';
import type { Context } from '../../context';
import {
  callsNeeded,
  etaMs,
  workflowInMode,
  type BackfillMode,
  type BackfillSource,
  type BackfillStatus,
} from '../../domain/backfill';
import { decideOrder } from '../../domain/decide-order';
import { deliveryId } from '../../domain/delivery';
import type { StoredOrder } from '../../domain/order';
import type { Backfill } from '../../store/backfills';
import { connectionOf } from '../intake/own-connection';
import { previewFetched } from './fetch-orders';
import { holdForBackfill } from '../dispatch/release-waiting';

export interface BackfillInput {
  readonly workflowId: string;
  readonly mode: BackfillMode;
  readonly source: BackfillSource;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

const ordersAtOnce = 5_000;

/**
 * Returns the workflow of a backfill's input. Throws FORBIDDEN, NOT_FOUND, BAD_INPUT or CONNECTION_REQUIRED, with the
 * field at fault.
 */
const checked = async (ctx: Context, identity: Identity, input: BackfillInput): Promise<WorkflowFact> => {
  requireRole(identity, 'manager');
  const workflow = await ctx.workflows.byId(input.workflowId);
  if (workflow?.boxOfficeId !== identity.boxOfficeId || workflow.status === 'DELETED')
    throw new AppError('NOT_FOUND', 'There is no such workflow', { field: ['input', 'workflowId'] });
  if (input.from && input.to && input.from >= input.to)
    throw new AppError('BAD_INPUT', 'from must be before to', { field: ['input', 'from'] });
  const connection = await connectionOf(ctx, workflow);
  if (input.mode === 'IMPORT' && connection?.optInRoute === 'CONFIRM')
    throw new AppError(
      'BAD_INPUT',
      'This connection asks new contacts to confirm, and an import would skip that. Choose ONE_BY_ONE.',
      { field: ['input', 'mode'] },
    );
  return workflow;
};

/** Passes the orders of a backfill to `show`, page by page. `isPartial`: there are more orders than were shown. */
const showOrders = async (
  ctx: Context,
  { boxOfficeId }: Identity,
  { source, from, to }: BackfillInput,
  show: (orders: readonly StoredOrder[]) => Promise<void>,
): Promise<{ isPartial: boolean }> => {
  const until = to ?? ctx.clock();
  if (source === 'TICKET_TAILOR') return previewFetched(ctx, { boxOfficeId, from: from ?? null, to: until }, show);
  const time = { since: from ?? new Date(0), until };
  for await (const orders of ctx.orders.allReceived(boxOfficeId, time, ordersAtOnce)) await show(orders);
  return { isPartial: false };
};

/**
 * Says what a backfill would do: the orders by decision, the calls that it needs, and when it would be done. Writes
 * nothing. Calls only Ticket Tailor, and only if the orders come from there.
 */
export const planBackfill = async (ctx: Context, identity: Identity, input: BackfillInput) => {
  const workflow = await checked(ctx, identity, input);
  const counts = new Map<string, number>();
  const count = (reason: string): void => void counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const buyers = new Set<string>();
  let known = 0;
  let orders = 0;
  const { isPartial } = await showOrders(ctx, identity, input, async (page) => {
    const made = new Set(
      (await ctx.deliveries.byIds(page.map(({ key }) => deliveryId(workflow.workflowId, key)))).map(({ _id }) => _id),
    );
    const fresh: string[] = [];
    for (const order of page) {
      if (made.has(deliveryId(workflow.workflowId, order.key))) continue;
      orders += 1;
      const decision = decideOrder(order, workflowInMode(workflow, input.mode), true);
      count(decision.kind === 'go' ? 'GO' : decision.reason);
      const hash = order.email ? ctx.hashEmail(order.boxOfficeId, order.email) : '';
      if (decision.kind === 'go' && !buyers.has(hash)) {
        buyers.add(hash);
        fresh.push(hash);
      }
    }
    known += (await ctx.contacts.byHashes(workflow.connectionId, fresh)).size;
  });
  const { size: accountSize } = await ctx.contacts.cache(workflow.connectionId);
  const calls = callsNeeded(input.mode, workflow, { buyers: buyers.size, known, accountSize });
  const quota = await ctx.ledger.usage(identity.boxOfficeId);
  const now = ctx.clock();
  return {
    orders,
    isPartial,
    buyers: buyers.size,
    decisions: [...counts].map(([code, each]) => ({ code, count: each })),
    callsNeeded: calls,
    doneAt: new Date(
      now.getTime() +
        etaMs(calls, {
          leftToday: quota.leftToday,
          perDay: quota.limitPerDay,
          perSecond: quota.perSecond,
          expectedToday: quota.expectedToday,
          msToNextDay: Math.max(0, quota.resetsAt.getTime() - now.getTime()),
        }),
    ),
  };
};

const auditOf = (actor: Actor, action: AuditAction, { _id, workflowId, mode, source }: Backfill, now: Date) =>
  auditEntry(
    'sync',
    actor,
    { action, object: { type: 'BACKFILL', id: _id }, details: { workflowId, mode, source } },
    now,
  );

/**
 * Starts a backfill. Any process that dispatches continues it, also after a crash. Throws BACKFILL_RUNNING when the
 * workflow has one under way, and LIMIT_REACHED when the box office has too many.
 */
export const startBackfill = async (ctx: Context, actor: Actor, input: BackfillInput): Promise<Backfill> => {
  const workflow = await checked(ctx, actor, input);
  const now = ctx.clock();
  const started = await ctx.backfills.start(
    {
      boxOfficeId: actor.boxOfficeId,
      workflowId: workflow.workflowId,
      connectionId: workflow.connectionId,
      mode: input.mode,
      source: input.source,
      from: input.from ?? null,
      to: input.to ?? now,
    },
    ctx.limits.backfills,
    now,
    (backfill) => auditOf(actor, 'BACKFILL_STARTED', backfill, now),
  );
  if (started === 'FULL')
    throw new AppError(
      'LIMIT_REACHED',
      `This box office already has ${ctx.limits.backfills} backfills under way. Wait for one to end, or cancel one.`,
    );
  if (started === 'KEY_TAKEN')
    throw new AppError(
      'BACKFILL_RUNNING',
      'This workflow already has a backfill in progress. Wait for it to finish, or cancel it.',
      {
        field: ['input', 'workflowId'],
      },
    );
  ctx.notifyAudit();
  ctx.notify();
  return started;
};

const changes: Readonly<
  Record<'pause' | 'resume' | 'cancel', { from: readonly BackfillStatus[]; to: BackfillStatus; action: AuditAction }>
> = {
  pause: { from: ['RUNNING'], to: 'PAUSED', action: 'BACKFILL_PAUSED' },
  resume: { from: ['PAUSED'], to: 'RUNNING', action: 'BACKFILL_RESUMED' },
  cancel: { from: ['RUNNING', 'PAUSED'], to: 'CANCELLED', action: 'BACKFILL_CANCELLED' },
};

/**
 * Pauses, resumes or cancels a backfill. Repeating it changes nothing. Synchronised deliveries stay as they are. Throws
 * FORBIDDEN, BACKFILL_NOT_FOUND and BACKFILL_ENDED.
 */
export const changeBackfill = async (
  ctx: Context,
  actor: Actor,
  id: string,
  change: keyof typeof changes,
): Promise<Backfill> => {
  requireRole(actor, 'manager');
  for (;;) {
    const backfill = await ctx.backfills.byId(id);
    if (backfill?.boxOfficeId !== actor.boxOfficeId)
      throw new AppError('BACKFILL_NOT_FOUND', 'There is no such backfill', { field: ['input', 'backfillId'] });
    const { from, to, action } = changes[change];
    if (backfill.status !== to && !from.includes(backfill.status))
      throw new AppError('BACKFILL_ENDED', 'This backfill has already ended', { field: ['input', 'backfillId'] });
    const changed =
      backfill.status === to
        ? backfill
        : await ctx.backfills.change(
            backfill,
            { status: to, pausedFor: null, waitsUntil: null, failures: 0 },
            auditOf(actor, action, backfill, ctx.clock()),
          );
    if (!changed) continue;
    ctx.notifyAudit();
    const now = ctx.clock();
    if (change === 'pause') await holdForBackfill(ctx, id);
    if (change === 'resume') await ctx.deliveryHolds.releaseBackfill(id, now);
    if (change === 'cancel') await ctx.deliveryHolds.cancelBackfill(id, now);
    await ctx.connectionLeases.makeReady([changed.connectionId], now);
    ctx.notify();
    return changed;
  }
};

/** The numbers of a backfill's deliveries by status, and of its unreadable orders. */
export const backfillProgress = async (ctx: Context, { _id, workflowId, unreadable }: Backfill) => {
  const rows = await ctx.deliveryCounts.of(workflowId, _id);
  const sum = (status?: string): number =>
    rows.reduce((total, row) => (status === undefined || row.status === status ? total + row.count : total), 0);
  return {
    made: sum(),
    synced: sum('SYNCED'),
    skipped: sum('SKIPPED'),
    failed: sum('FAILED'),
    pending: sum('OPEN'),
    unreadable: unreadable ?? 0,
  };
};
