import { AppError, type WorkflowFact } from '@boxlist/contracts';
import type { CcContact } from '@boxlist/constant-contact';
import type { Context } from '../context';
import { decideContact, type ContactDecision, type Wish } from '../domain/decide-contact';
import { decideOrder } from '../domain/decide-order';
import type { StoredOrder } from '../domain/order';
import { planCalls, type PlannedCall } from '../domain/plan-calls';
import type { Delivery, Outcome, Postponement } from '../store/deliveries';
import type { LaneCaller } from './call-constant-contact';
import { fieldColumn, wishOf } from './resolve-names';

/** What becomes of a delivery after it was worked on. */
export type Result = { readonly outcome: Outcome } | { readonly next: Postponement };

/** How often a running activity is asked for. */
const activityPollMs = 400;

/**
 * Works on all ready deliveries of one e-mail address: look, decide, act. Every try begins with a look-up, so that what was done already, before a
 * crash or by a call whose answer was lost, is seen and not repeated. Throws what the calls throw.
 */
export const syncContact = async (
  ctx: Context,
  caller: LaneCaller,
  deliveries: readonly Delivery[],
  settle: (delivery: Delivery, result: Result) => Promise<void>,
): Promise<void> => {
  const waiting: Delivery[] = [];
  for (const delivery of deliveries) {
    const result = delivery.activityIds.length > 0 ? await followActivities(ctx, caller, delivery) : undefined;
    if (result) await settle(delivery, result);
    else waiting.push(delivery);
  }
  const wishes = await wishesOf(ctx, caller, waiting, settle);
  const [first] = wishes;
  const email = first?.order.email;
  if (!email) return;
  const contact = await caller.call('look up contact', (token) => ctx.constantContact.findContact(token, email));
  const decided = wishes.map((each) => ({ ...each, decision: decideContact(contact, each.wish) }));
  for (const { delivery, decision } of decided) {
    if (decision.kind === 'skip')
      await settle(delivery, {
        outcome: { status: 'SKIPPED', reason: decision.reason, contactId: contact?.contact_id },
      });
  }
  await askAgain(ctx, caller, contact, decided, settle);
  const writes = decided.flatMap(({ delivery, wish, decision }) =>
    decision.kind === 'write' ? [{ delivery, wish, decision }] : [],
  );
  if (writes.length === 0) return;
  const done = await carryOut(ctx, caller, first.workflow.connectionId, planCalls(email, contact, writes), contact);
  for (const { delivery } of writes) {
    const performed = [...delivery.performed, ...done.performed];
    await settle(
      delivery,
      done.activityIds.length > 0
        ? {
            next: {
              waitingFor: 'ACTIVITY_RUNNING',
              readyAt: new Date(ctx.clock().getTime() + activityPollMs),
              countsAsAttempt: false,
              activityIds: done.activityIds,
              performed,
              contactId: done.contactId,
            },
          }
        : { outcome: { status: 'SYNCED', reason: 'SYNCED', contactId: done.contactId, performed } },
    );
  }
};

interface Wanted {
  readonly delivery: Delivery;
  readonly order: StoredOrder;
  readonly workflow: WorkflowFact;
  readonly wish: Wish;
}

/** The wishes of the deliveries that still apply; the others are settled with their reason. */
const wishesOf = async (
  ctx: Context,
  caller: LaneCaller,
  deliveries: readonly Delivery[],
  settle: (delivery: Delivery, result: Result) => Promise<void>,
): Promise<Wanted[]> => {
  const orders = new Map(
    (await ctx.orders.byKeys(deliveries.map(({ orderKey }) => orderKey))).map((order) => [order.key, order]),
  );
  const wanted: Wanted[] = [];
  for (const delivery of deliveries) {
    const order = orders.get(delivery.orderKey);
    const workflow = await ctx.workflows.byId(delivery.workflowId);
    if (!order || !workflow) throw new AppError('DEFECT', `Delivery ${delivery._id} has lost its order or workflow`);
    const decision = decideOrder(order, workflow, await isEntitled(ctx, delivery.boxOfficeId));
    if (decision.kind === 'go')
      wanted.push({ delivery, order, workflow, wish: await wishOf(ctx, caller, delivery._id, order, workflow) });
    else if (decision.kind === 'wait')
      await settle(delivery, {
        next: {
          waitingFor: decision.reason,
          readyAt: new Date(ctx.clock().getTime() + 3_600_000),
          countsAsAttempt: false,
        },
      });
    else
      await settle(delivery, {
        outcome: { status: decision.kind === 'skip' ? 'SKIPPED' : 'FAILED', reason: decision.reason },
      });
  }
  return wanted;
};

const isEntitled = async (ctx: Context, boxOfficeId: string): Promise<boolean> => {
  const ask = async (): Promise<boolean> =>
    (await ctx.entitlements.ofBoxOffices([boxOfficeId])).some(({ entitled }) => entitled);
  if (await ask()) return true;
  await ctx.followers.entitlements.caughtUp(3_000);
  return ask();
};

/** Undefined when the contact must be looked at anew: an activity ended with errors, or is not known any more. */
const followActivities = async (ctx: Context, caller: LaneCaller, delivery: Delivery): Promise<Result | undefined> => {
  const running: string[] = [];
  for (const id of delivery.activityIds) {
    const activity = await caller.call('follow activity', (token) => ctx.constantContact.activity(token, id));
    const { status } = activity;
    const troubled =
      activity.activity_errors.length > 0 ||
      Boolean(status?.error_count) ||
      Boolean(status?.correctable_count) ||
      Boolean(status?.cannot_add_to_list_count);
    if (['failed', 'cancelled', 'timed_out'].includes(activity.state) || (activity.state === 'completed' && troubled))
      return undefined;
    if (activity.state !== 'completed') running.push(id);
  }
  if (running.length === 0)
    return {
      outcome: {
        status: 'SYNCED',
        reason: 'SYNCED',
        contactId: delivery.contactId ?? undefined,
        performed: delivery.performed,
      },
    };
  const ageMs = ctx.clock().getTime() - (delivery.firstTriedAt ?? delivery.createdAt).getTime();
  const readyAt = new Date(ctx.clock().getTime() + Math.min(60_000, Math.max(activityPollMs, ageMs / 4)));
  return {
    next: {
      waitingFor: 'ACTIVITY_RUNNING',
      readyAt,
      countsAsAttempt: false,
      activityIds: running,
      performed: delivery.performed,
    },
  };
};

/** The one e-mail that asks an unsubscribed buyer who opted in anew; whoever was asked before stays unsubscribed. */
const askAgain = async (
  ctx: Context,
  caller: LaneCaller,
  contact: CcContact | undefined,
  decided: readonly (Wanted & { decision: ContactDecision })[],
  settle: (delivery: Delivery, result: Result) => Promise<void>,
): Promise<void> => {
  const asking = decided.filter(({ decision }) => decision.kind === 'resubscribe');
  if (!contact || asking.length === 0) return;
  const listIds = [...new Set(asking.flatMap(({ wish }) => wish.listIds))];
  let outcome: Outcome = {
    status: 'SYNCED',
    reason: 'RESUBSCRIBE_EMAIL_SENT',
    contactId: contact.contact_id,
    performed: ['asked by e-mail to subscribe again'],
  };
  try {
    await caller.call('resubscribe', (token) => ctx.constantContact.resubscribe(token, contact.contact_id, listIds));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ALREADY_EXISTS') throw error;
    outcome = { status: 'SKIPPED', reason: 'UNSUBSCRIBED', contactId: contact.contact_id };
  }
  for (const { delivery } of asking) await settle(delivery, { outcome });
};

interface Done {
  readonly contactId: string | undefined;
  readonly activityIds: string[];
  readonly performed: string[];
}

const carryOut = async (
  ctx: Context,
  caller: LaneCaller,
  connectionId: string,
  calls: readonly PlannedCall[],
  contact: CcContact | undefined,
): Promise<Done> => {
  const { constantContact: cc } = ctx;
  const done = { contactId: contact?.contact_id, activityIds: [] as string[], performed: [] as string[] };
  for (const planned of calls) {
    switch (planned.kind) {
      case 'create':
        done.contactId = (
          await caller.call('create contact', (token) => cc.createContact(token, planned.contact))
        ).contact_id;
        done.performed.push('created the contact with its lists and tags');
        break;
      case 'sign-up':
        done.contactId = (await caller.call('sign up', (token) => cc.signUp(token, planned.contact))).contact_id;
        done.performed.push('subscribed the contact');
        break;
      case 'put':
        await caller.call('update contact', (token) => cc.putContact(token, planned.contactId, planned.contact));
        done.performed.push('updated details');
        break;
      case 'import': {
        const columns: Record<string, string> = {};
        for (const { customFieldId, value } of planned.fields) {
          const column = await fieldColumn(ctx, connectionId, caller, customFieldId);
          if (column) columns[`cf:${column}`] = value;
        }
        const activity = await caller.call('import contact', (token) =>
          cc.importContacts(token, [{ ...planned.row, ...columns }], planned.listIds),
        );
        done.activityIds.push(activity.activity_id);
        done.performed.push('added lists and details');
        break;
      }
      case 'tag': {
        const activity = await caller.call('add tags', (token) =>
          cc.changeTaggings(token, 'add', [planned.contactId], planned.tagIds),
        );
        done.activityIds.push(activity.activity_id);
        done.performed.push('added tags');
        break;
      }
    }
  }
  return done;
};
