import { AppError, type WorkflowFact } from '@boxlist/contracts';
import { requireRole, type Identity } from '@boxlist/service-kit';
import type { Context } from '../../context';
import { decideContact } from '../../domain/decide-contact';
import { decideOrder } from '../../domain/decide-order';
import { statusOf } from '../../domain/delivery-states';
import { desiredState, namedTargets, type DesiredState } from '../../domain/desired-state';
import type { KnownContact } from '../../domain/known-contact';
import type { StoredOrder } from '../../domain/order';
import { planBatch, type PlanOptions, type ContactPlanInput } from '../../domain/plan-batch';
import { detailsMarkOf, phoneMarksOf } from '../dispatch/contact-marks';
import { isEntitledSoFar } from '../dispatch/desired-deliveries';
import { connectionOf } from '../intake/own-connection';
import type { DeliveryStatus, ReasonCode } from '../../domain/reasons';

const mostOrders = 200;

/** What a workflow would do with one order. */
export interface Previewed {
  readonly order: StoredOrder;
  readonly status: DeliveryStatus;
  readonly reason: ReasonCode | null;
  readonly listNames: readonly string[];
  readonly tagNames: readonly string[];
}

/**
 * Previews a workflow with the last orders of the box office. It uses the same rules and the same planner as the
 * dispatcher, and the contact cache. It writes nothing and calls nothing. A contact that is not in the cache counts as
 * missing. Throws NOT_FOUND, BAD_INPUT, CONNECTION_REQUIRED and FORBIDDEN.
 */
export const previewWorkflow = async (
  ctx: Context,
  identity: Identity,
  input: { readonly workflowId: string; readonly last?: number | null },
): Promise<{ readonly orders: readonly Previewed[]; readonly callsNeeded: number }> => {
  requireRole(identity, 'manager');
  const count = input.last ?? 50;
  if (count < 1 || count > mostOrders)
    throw new AppError('BAD_INPUT', `last must be between 1 and ${mostOrders}`, { field: ['input', 'last'] });
  const workflow = await ctx.workflows.byId(input.workflowId);
  if (workflow?.boxOfficeId !== identity.boxOfficeId || workflow.status === 'DELETED')
    throw new AppError('NOT_FOUND', 'There is no such workflow', { field: ['input', 'workflowId'] });
  const active: WorkflowFact = { ...workflow, status: 'ACTIVE' };
  const [orders, entitled, connection] = await Promise.all([
    ctx.orders.latest(identity.boxOfficeId, count),
    isEntitledSoFar(ctx, identity.boxOfficeId),
    connectionOf(ctx, workflow),
  ]);
  const hashOf = ({ boxOfficeId, email }: StoredOrder): string => (email ? ctx.hashEmail(boxOfficeId, email) : '');
  const known = await ctx.contacts.byHashes(workflow.connectionId, orders.map(hashOf));
  const previewed = orders.map((order) => previewOne(order, active, entitled, known.get(hashOf(order))));
  const going = previewed.filter(({ status }) => status === 'SYNCED').map(({ order }) => order);
  const country = connection?.countryCode ?? null;
  const planInputs = planInputsOf(ctx, going, active, country);
  const planOptions: PlanOptions = { optInRoute: connection?.optInRoute ?? 'DIRECT', importsNew: false, country };
  const contactOf = (email: string) => known.get(ctx.hashEmail(identity.boxOfficeId, email)) ?? 'none';
  const plan = planBatch(planInputs, new Map(planInputs.map(({ email }) => [email, contactOf(email)])), planOptions);
  // Contacts that are not known as a whole are looked up and written one by one.
  const afterLook = planBatch(
    planInputs.filter(({ email }) => plan.unknown.some((each) => each.email === email)),
    new Map(planInputs.map(({ email }) => [email, asLookedAt(email, contactOf(email))])),
    planOptions,
  );
  const withoutPermission = new Set([...plan.withoutPermission, ...afterLook.withoutPermission]);
  const calls = plan.calls.reduce((sum, { kind }) => sum + (kind === 'phone' ? 2 : 1), 0);
  return {
    orders: previewed.map((each) =>
      withoutPermission.has(each.order.key) ? { ...each, reason: 'SYNCED_WITHOUT_PERMISSION' } : each,
    ),
    callsNeeded: calls + 2 * plan.unknown.length,
  };
};

/**
 * The contact as a look-up would return it, if it has nothing more than the cache knows. A deleted contact stays as it
 * is: the cache knows too little of it.
 */
const asLookedAt = (email: string, contact: KnownContact | 'none'): KnownContact | 'none' =>
  contact === 'none' || contact.state === 'deleted'
    ? contact
    : {
        ...contact,
        whole: {
          contact_id: contact.contactId,
          email_address: { address: email, permission_to_send: contact.state },
          list_memberships: [],
          taggings: [],
          custom_fields: [],
          phone_numbers: [],
          street_addresses: [],
        },
      };

/** A desired state with names in place of ids, because ids could need a call. */
const previewedState = (order: StoredOrder, workflow: WorkflowFact): DesiredState =>
  desiredState(order.key, order, workflow, namedTargets(order, workflow));

const previewOne = (
  order: StoredOrder,
  workflow: WorkflowFact,
  entitled: boolean,
  contact: KnownContact | undefined,
): Previewed => {
  const desired = previewedState(order, workflow);
  const { lists: listNames, tags: tagNames } = namedTargets(order, workflow);
  const withReason = (reason: ReasonCode, isSynced: boolean): Previewed => ({
    order,
    status: statusOf(reason),
    reason,
    listNames: isSynced ? listNames : [],
    tagNames: isSynced ? tagNames : [],
  });
  const decision = decideOrder(order, workflow, entitled);
  switch (decision.kind) {
    case 'skip':
    case 'fail':
    case 'wait':
      return withReason(decision.reason, false);
    case 'go': {
      const outcome = decideContact(contact, desired);
      if (outcome.kind === 'skip') return withReason(outcome.reason, false);
      if (outcome.kind === 'resubscribe') return withReason('RESUBSCRIBE_EMAIL_SENT', false);
      return { ...withReason('SYNCED', true), listNames: outcome.lists ? listNames : [] };
    }
  }
};

const planInputsOf = (
  ctx: Context,
  orders: readonly StoredOrder[],
  workflow: WorkflowFact,
  country: string | null,
): ContactPlanInput[] => {
  const byEmail = new Map<string, DesiredState[]>();
  for (const order of orders)
    byEmail.set(order.email ?? '', [...(byEmail.get(order.email ?? '') ?? []), previewedState(order, workflow)]);
  return [...byEmail].map(([email, desiredStates]) => ({
    email,
    desiredStates,
    isUncertain: false,
    isImported: false,
    detailsMark: detailsMarkOf(ctx, desiredStates),
    phoneMarks: phoneMarksOf(ctx, ctx.hashEmail(workflow.boxOfficeId, email), desiredStates, country),
  }));
};
