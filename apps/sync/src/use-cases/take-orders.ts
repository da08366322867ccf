import { AppError, maxOrderEventBytes, orderEventSchema, type WorkflowFact } from '@boxlist/contracts';
import { parseCloudEvent, problemsOf, type BusMessage, type DeadLetterReason } from '@boxlist/event-bus';
import type { Context } from '../context';
import { workflowInMode } from '../domain/backfill';
import { replayHeader } from '../domain/dead-letter';
import { decideOrder } from '../domain/decide-order';
import { mergeOrders, orderFrom, revisionOf, type StoredOrder } from '../domain/order';
import { ordersTaken } from '../report';
import type { Backfill } from '../store/backfills';
import {
  deliveryId,
  mayHaveBegun,
  outcomeEntry,
  type Delivery,
  type NewDelivery,
  type Outcome,
} from '../store/deliveries';
import type { ReceivedOrder } from '../store/orders';
import { forgetErased, withoutErased } from './forget-buyer';
import { freeResumed } from './free-waiting';

type Read = { readonly order: StoredOrder; readonly replayOf?: string } | { readonly bad: DeadLetterReason };

/** Reads one message, or says why it cannot be used. */
const readOrder = (message: BusMessage): Read => {
  const bad = (code: string, reason: string): Read => ({ bad: { code, reason } });
  if ((message.value?.length ?? 0) > maxOrderEventBytes)
    return bad('EVENT_TOO_LARGE', `The value is larger than ${maxOrderEventBytes} bytes`);
  let raw: unknown;
  try {
    raw = parseCloudEvent(message);
  } catch (error) {
    return bad('BAD_EVENT', error instanceof AppError ? error.message : 'The value is not a readable CloudEvent');
  }
  const parsed = orderEventSchema.safeParse(raw);
  if (!parsed.success) return bad('BAD_EVENT', problemsOf(parsed.error));
  const tenant = /^(bo_[^:]*):/.exec(message.key ?? '')?.[1];
  if (tenant !== undefined && tenant !== parsed.data.boxofficeid)
    return bad('FOREIGN_TENANT', 'The key names another box office than the event');
  return { order: orderFrom(parsed.data), replayOf: message.headers[replayHeader] };
};

/**
 * Takes a batch of order events: bad ones to the dead letter, of each order the newest state is kept, and each order × workflow becomes a delivery.
 * Resolves when all of it is written, so that the offset may be committed. Never calls Constant Contact.
 */
export const takeOrders = async (ctx: Context, messages: readonly BusMessage[]): Promise<void> => {
  const taken: Exclude<Read, { readonly bad: unknown }>[] = [];
  let deadLettered = 0;
  for (const message of messages) {
    const read = readOrder(message);
    if ('bad' in read) {
      await ctx.bus.deadLetter(message, read.bad);
      deadLettered += 1;
      continue;
    }
    taken.push(read);
  }
  const fresh = new Map<string, StoredOrder>();
  for (const order of await withoutErased(
    ctx,
    taken.map((each) => each.order),
  )) {
    const known = fresh.get(order.key);
    fresh.set(order.key, known ? mergeOrders(known, order) : order);
  }
  let deliveries = 0;
  if (fresh.size > 0) {
    const orders = await ctx.orders.keep([...fresh.values()], ctx.clock(), ctx.clock());
    const tenants = [...new Set(orders.map(({ order }) => order.boxOfficeId))];
    deliveries = await matchOrders(ctx, orders, await ctx.workflows.ofBoxOffices(tenants));
    await forgetErased(ctx, [...fresh.values(), ...orders.map(({ order }) => order)]);
    await ctx.deadLetters.replayEnded(
      taken.flatMap(({ replayOf, order }) => (replayOf ? [{ id: replayOf, boxOfficeId: order.boxOfficeId }] : [])),
      'TAKEN',
    );
  }
  ordersTaken(ctx, fresh.size, deadLettered, deliveries);
};

/**
 * Writes a delivery for each order × workflow that has none, and puts those back to work whose order has changed. An order that first came before the workflow was active is for a backfill, also when it
 * comes once more; one that has expired is for nobody.
 */
export const matchOrders = async (
  ctx: Context,
  orders: readonly ReceivedOrder[],
  workflows: readonly WorkflowFact[],
): Promise<number> => {
  const now = ctx.clock();
  const earlier = new Set<string>();
  const matched = orders.flatMap(({ order, receivedAt }) => {
    if (order.expired) return [];
    const own = workflows.filter(
      ({ boxOfficeId, status }) => boxOfficeId === order.boxOfficeId && status !== 'DELETED',
    );
    if (own.length === 0) return [];
    const marks = marksOf(ctx, order);
    return own.map((workflow) => {
      const delivery = deliveryOf(order, marks, workflow, now);
      if (receivedAt < new Date(workflow.activeSince)) earlier.add(delivery._id);
      return delivery;
    });
  });
  if (matched.length === 0) return 0;
  const wanted = matched.filter(({ _id }) => !earlier.has(_id));
  const known = new Set(await ctx.deliveries.insert(wanted));
  const met = [
    ...(await reopenChanged(
      ctx,
      matched.filter(({ _id }) => earlier.has(_id) || known.has(_id)),
      workflows,
    )),
    ...(await reopenOutrun(
      ctx,
      wanted.filter(({ _id }) => !known.has(_id)),
      workflows,
    )),
  ];
  for (const [boxOfficeId, count] of newBuyers(wanted, known)) ctx.ledger.arrived(boxOfficeId, count);
  const busy = [...met, ...wanted].flatMap(({ readyAt, connectionId }) => (readyAt === null ? [] : connectionId));
  await ctx.lanes.wake(busy, now);
  if (busy.length > 0) ctx.nudge();
  // Of orders that changed since they were matched, those too that wait only now.
  const waiting = [...matched, ...met].filter(({ status }) => status === 'WAITING');
  await freeResumed(
    ctx,
    waiting.map(({ workflowId }) => workflowId),
  );
  return wanted.length;
};

/** How many orders of each box office ask for calls that were not asked for before. */
const newBuyers = (wanted: readonly NewDelivery[], known: ReadonlySet<string>): Map<string, number> => {
  const orders = new Map<string, Set<string>>();
  for (const { _id, boxOfficeId, orderKey, readyAt, status } of wanted)
    if (readyAt && status === 'PENDING' && !known.has(_id))
      orders.set(boxOfficeId, (orders.get(boxOfficeId) ?? new Set()).add(orderKey));
  return new Map([...orders].map(([boxOfficeId, keys]) => [boxOfficeId, keys.size]));
};

/** How a delivery stands. */
type Met = Pick<Delivery, 'connectionId' | 'workflowId' | 'status' | 'readyAt'>;

/**
 * Puts those back to work whose order has changed since, and gives them all as they were found and as they go on; again for those that the dispatcher changed in the meantime. They go on
 * from the order as it is now: what it was when it was matched may be outdated.
 */
const reopenChanged = async (
  ctx: Context,
  matched: readonly NewDelivery[],
  workflows: readonly WorkflowFact[],
): Promise<readonly Met[]> => {
  const met: Met[] = [];
  const revisions = new Map(matched.map(({ _id, orderRevision }) => [_id, orderRevision]));
  for (let left = [...revisions.keys()]; left.length > 0;) {
    const known = await ctx.deliveries.byIds(left);
    const changed = known.filter(({ _id, orderRevision }) => orderRevision !== revisions.get(_id));
    // Whoever put them back to work before may have been killed before it woke the lane.
    met.push(...known);
    left = [];
    if (changed.length === 0) break;
    // Read after the deliveries, so that none of them was made from a newer state.
    const present = await ctx.orders.byKeys(changed.map(({ orderKey }) => orderKey));
    const orders = new Map(present.map((order) => [order.key, order]));
    const backfills = await backfillsOf(ctx, changed);
    for (const before of changed) {
      const order = orders.get(before.orderKey);
      const present = workflows.find(({ workflowId }) => workflowId === before.workflowId);
      const backfill = backfills.get(before.backfillId);
      const workflow = present && workflowInMode(present, backfill?.mode ?? null);
      const fresh = order && workflow && deliveryOf(order, marksOf(ctx, order), workflow, ctx.clock());
      if (!fresh || before.orderRevision === fresh.orderRevision) continue;
      const next = reopened(before, fresh, workflow, backfill?.status === 'CANCELLED');
      const isDone = await (next
        ? ctx.deliveries.reopen(before, next)
        : ctx.deliveries.noteRevision(before, fresh.orderRevision));
      if (!isDone) left.push(before._id);
      else if (next) met.push(next);
    }
  }
  return met;
};

/**
 * Reopens new deliveries that were written from an older state of their order, by a workflow that has changed since it
 * was read. Another process kept the newer state before these deliveries existed, and wrote none itself because the
 * order came before the workflow was resumed. As long as no workflow has changed, that process writes the delivery.
 */
const reopenOutrun = async (
  ctx: Context,
  written: readonly NewDelivery[],
  workflows: readonly WorkflowFact[],
): Promise<readonly Met[]> => {
  if (written.length === 0) return [];
  const present = await ctx.workflows.ofBoxOffices([...new Set(written.map(({ boxOfficeId }) => boxOfficeId))]);
  const versions = new Map(present.map(({ workflowId, version }) => [workflowId, version]));
  const read = new Map(workflows.map(({ workflowId, version }) => [workflowId, version]));
  const outrun = written.filter(({ workflowId }) => read.get(workflowId) !== versions.get(workflowId));
  if (outrun.length === 0) return [];
  const orders = await ctx.orders.byKeys(outrun.map(({ orderKey }) => orderKey));
  const revisions = new Map(orders.map((order) => [order.key, revisionOf(order)]));
  return reopenChanged(
    ctx,
    outrun.map((each) => ({ ...each, orderRevision: revisions.get(each.orderKey) ?? each.orderRevision })),
    present,
  );
};

const backfillsOf = async (ctx: Context, deliveries: readonly Delivery[]): Promise<Map<string | null, Backfill>> => {
  const found = new Map<string | null, Backfill>();
  for (const id of new Set(deliveries.flatMap(({ backfillId }) => backfillId ?? []))) {
    const backfill = await ctx.backfills.byId(id);
    if (backfill) found.set(id, backfill);
  }
  return found;
};

/**
 * A delivery as it goes on after its order has changed; undefined where it stays as it is. What was synchronised stays so when its order is cancelled or the workflow has stopped, unless the
 * organiser chose that what was given is taken back: nobody is unsubscribed by an order. So does what has ended of a backfill that was cancelled.
 */
const reopened = (
  before: Delivery,
  fresh: NewDelivery,
  workflow: WorkflowFact,
  isCancelled: boolean,
): NewDelivery | undefined => {
  if ((fresh.reason === 'BUYER_ERASED' || fresh.reason === 'ORDER_EXPIRED') && before.settledAt !== null)
    return undefined;
  const began = before.status === 'SYNCED' || before.gave !== null || before.claimed || before.attemptCount > 0;
  if (began && fresh.reason === 'ORDER_CANCELLED' && workflow.onCancelledOrder !== 'KEEP')
    return {
      ...fresh,
      status: 'PENDING',
      reason: null,
      readyAt: fresh.createdAt,
      settledAt: null,
      outbox: [],
      uncertain: true,
      takesBack: true,
    };
  if (before.status === 'SYNCED' && fresh.status === 'SKIPPED') return undefined;
  if (isCancelled && before.settledAt !== null) return undefined;
  const outcome = outcomeOf(fresh);
  // The version is that of the delivery: whoever listens passes by what is not newer.
  const outbox = outcome ? [outcomeEntry(outcome, before.version + 1, fresh.createdAt)] : [];
  // What was never begun has told a contact nothing: it must not keep what other orders tell from it.
  return { ...fresh, outbox, uncertain: mayHaveBegun(before) };
};

const outcomeOf = ({ status, reason }: NewDelivery): Outcome | undefined =>
  (status === 'SKIPPED' || status === 'FAILED') && reason ? { status, reason } : undefined;

/** What a delivery keeps of its order to know it again. */
export const marksOf = (ctx: Context, order: StoredOrder): Pick<Delivery, 'orderRevision' | 'emailHash'> => ({
  orderRevision: revisionOf(order),
  emailHash: order.email ? ctx.hashEmail(order.boxOfficeId, order.email) : null,
});

/** The delivery of an order × workflow as it is written first. */
export const deliveryOf = (
  order: StoredOrder,
  marks: ReturnType<typeof marksOf>,
  workflow: WorkflowFact,
  now: Date,
): NewDelivery => {
  // Whether the add-on is active is asked when the delivery is worked on: the news of it may still be under way.
  const decision = decideOrder(order, workflow, true);
  const outcome: Outcome | undefined =
    decision.kind === 'skip'
      ? { status: 'SKIPPED', reason: decision.reason }
      : decision.kind === 'fail'
        ? { status: 'FAILED', reason: decision.reason }
        : undefined;
  const delivery: Delivery = {
    _id: deliveryId(workflow.workflowId, order.key),
    boxOfficeId: order.boxOfficeId,
    connectionId: workflow.connectionId,
    workflowId: workflow.workflowId,
    workflowVersion: workflow.version,
    orderKey: order.key,
    orderId: order.orderId,
    ...marks,
    orderTime: order.eventTime,
    eventId: order.event?.id ?? null,
    eventName: order.event?.name ?? null,
    status: outcome?.status ?? (decision.kind === 'wait' ? 'WAITING' : 'PENDING'),
    reason: outcome?.reason ?? (decision.kind === 'wait' ? decision.reason : null),
    performed: [],
    contactId: null,
    // An order that is not completed yet is woken by its own next event.
    readyAt: outcome ? null : decision.kind === 'wait' ? new Date(now.getTime() + 365 * 86_400_000) : now,
    queue: 'live',
    fence: 0,
    claimed: false,
    uncertain: false,
    alone: false,
    gave: null,
    takesBack: false,
    backfillId: null,
    imported: false,
    activityIds: [],
    held: false,
    endsAs: 'SYNCED',
    attempts: [],
    attemptCount: 0,
    firstTriedAt: null,
    consent: { value: order.optIn, recordedAt: new Date(order.eventTime), orderId: order.orderId },
    version: 1,
    createdAt: now,
    settledAt: outcome ? now : null,
  };
  return {
    ...delivery,
    counted: null,
    uncounted: true,
    outbox: outcome ? [outcomeEntry(outcome, 1, now)] : [],
  };
};
