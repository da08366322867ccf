import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { failureLevels, reachesLevel } from '../../domain/failure-window';
import { brokenConnection, exhaustedQuota, failures, openDeadLetters, type NoticeSubject } from '../../domain/notice';
import { noticePublished } from '../../report';

const pollMs = 1_000;
/** Notices that this job settles. A notice of a connection settles with the connection's fact. */
const overByThemselves = ['FAILURES', 'QUOTA_EXHAUSTED', 'DEAD_LETTERS'] as const;

/** Whether a notice should be open, by the state of its subject now. */
const applies = async (ctx: Context, about: NoticeSubject, hasBegun: boolean): Promise<boolean> => {
  const { boxOfficeId, kind, connectionId, workflowId } = about;
  switch (kind) {
    case 'CONNECTION_BROKEN':
      return (await ctx.connections.byId(connectionId ?? ''))?.status === 'NEEDS_RECONNECT';
    case 'FAILURES': {
      const workflow = await ctx.workflows.byId(workflowId ?? '');
      if (!workflow || workflow.status === 'DELETED') return false;
      return reachesLevel(await ctx.deliveryCounts.failureWindow(workflow.workflowId), about.level ?? 0, hasBegun);
    }
    case 'QUOTA_EXHAUSTED':
      return (await ctx.ledger.isExhausted()) && (hasBegun || (await ctx.deliveryHolds.anyOutOfQuota(boxOfficeId)));
    case 'DEAD_LETTERS':
      return ctx.deadLetters.anyOpen(boxOfficeId, ctx.clock());
  }
};

/**
 * Raises or ends a subject's notice by the subject's state now. Each notice is raised once and ended once, whichever
 * processes call this and however often.
 */
const updateNotice = async (ctx: Context, about: NoticeSubject): Promise<void> => {
  const change = await ctx.notices.update(about, (hasBegun) => applies(ctx, about, hasBegun), {
    now: ctx.clock(),
    keptMs: ctx.retention.historyMs,
  });
  if (change) noticePublished(ctx, about, change);
};

export const publishConnectionNotice = (ctx: Context, boxOfficeId: string, connectionId: string): Promise<void> =>
  updateNotice(ctx, brokenConnection(boxOfficeId, connectionId));

export const publishDeadLetterNotice = async (ctx: Context, boxOfficeIds: Iterable<string | null>): Promise<void> => {
  for (const boxOfficeId of new Set(boxOfficeIds))
    if (boxOfficeId) await updateNotice(ctx, openDeadLetters(boxOfficeId));
};

/**
 * Settles the notices that no event settles: failure rates, the day's calls, and problems that have ended by
 * themselves.
 */
const settleAll = async (ctx: Context, goesOn: () => boolean): Promise<void> => {
  for await (const { workflowId, revision } of ctx.deliveryCounts.unreported()) {
    if (!goesOn()) return;
    const workflow = await ctx.workflows.byId(workflowId);
    if (workflow)
      for (const level of failureLevels) await updateNotice(ctx, failures(workflow.boxOfficeId, workflowId, level));
    await ctx.deliveryCounts.reported(workflowId, revision);
  }
  if (await ctx.ledger.isExhausted())
    for (let boxOfficeId = ''; goesOn();) {
      const next = await ctx.deliveryHolds.nextThatWaits('QUOTA_EXCEEDED', boxOfficeId);
      if (next === undefined) break;
      await updateNotice(ctx, exhaustedQuota((boxOfficeId = next)));
    }
  for await (const notice of ctx.notices.open(overByThemselves)) {
    if (!goesOn()) return;
    await updateNotice(ctx, notice);
  }
};

/** Publishes notices to organisers until closed. */
export const startNotices = (ctx: Context) =>
  repeatedly(ctx, { everyMs: pollMs, delayed: 'notices.delayed' }, (goesOn) => settleAll(ctx, goesOn));
