import { topics, type ConnectionFact, type EntitlementFact, type WorkflowFact } from '@boxlist/contracts';
import type { DeadLetterReason } from '@boxlist/event-bus';
import { foreignFact } from '@boxlist/service-kit';
import type { Context } from '../../context';
import { giveUpLatePhones } from '../dispatch/add-late-phones';
import { forgetErased } from '../privacy/forget-buyer';
import { releaseForConnection, releaseForWorkflow } from '../dispatch/release-waiting';
import { publishConnectionNotice } from '../history/publish-notices';
import { matchOrders } from './match-orders';

const ordersAtOnce = 1_000;

/**
 * Stores a workflow's fact and releases the deliveries that waited for it. At the workflow's first fact it also matches
 * the orders that arrived since the workflow became active. Later orders are matched by intake. Returns why the fact is
 * refused, if it is. A workflow with another box office's connection is stored, so that its deliveries say why they
 * end.
 */
export const applyWorkflow = async (ctx: Context, fact: WorkflowFact): Promise<DeadLetterReason | undefined> => {
  if ((await ctx.workflows.apply(fact)) === 'foreign')
    return foreignFact(ctx.log, topics.workflows.name, fact.workflowId, fact.boxOfficeId);
  await joinWorkflow(ctx, fact);
  return undefined;
};

const joinWorkflow = async (ctx: Context, fact: WorkflowFact): Promise<void> => {
  await releaseForWorkflow(ctx, [fact.workflowId]);
  if (fact.status === 'DELETED' || (await ctx.joins.isJoined(fact.workflowId))) return;
  const since = new Date(fact.activeSince);
  for await (const orders of ctx.orders.allReceived(fact.boxOfficeId, { since }, ordersAtOnce)) {
    await matchOrders(
      ctx,
      orders.map((order) => ({ order, receivedAt: since })),
      [fact],
    );
    await forgetErased(ctx, orders);
  }
  await ctx.joins.joined(fact.workflowId, ctx.clock());
};

export const applyEntitlement = async (ctx: Context, fact: EntitlementFact): Promise<void> => {
  await ctx.entitlements.apply(fact);
};

/**
 * Stores a connection's fact. A connection that works again, or has ended, releases its waiting deliveries. When it has
 * ended, sync forgets its contact cache and resolved names, and gives up its late phones. The list of imported contacts
 * to upgrade is also forgotten when the organiser does not want upgrades. Returns why the fact is refused, if it is.
 */
export const applyConnection = async (ctx: Context, fact: ConnectionFact): Promise<DeadLetterReason | undefined> => {
  if ((await ctx.connections.apply(fact)) === 'foreign')
    return foreignFact(ctx.log, topics.connections.name, fact.connectionId, fact.boxOfficeId);
  await followConnection(ctx, fact);
  return undefined;
};

const followConnection = async (ctx: Context, fact: ConnectionFact): Promise<void> => {
  await publishConnectionNotice(ctx, fact.boxOfficeId, fact.connectionId);
  const present = await ctx.connections.byId(fact.connectionId);
  await releaseForConnection(ctx, present);
  if (!present?.upgradesImported || present.status === 'DISCONNECTED') await ctx.upgrades.forget(fact.connectionId);
  if (present?.status !== 'DISCONNECTED') return;
  await giveUpLatePhones(ctx, present);
  await ctx.contacts.forget(fact.connectionId);
  await ctx.resources.forget(fact.connectionId);
};
