import { AppError } from '@boxlist/contracts';
import type { ConnectionCaller } from '../../call-constant-contact';
import type { Context } from '../../context';
import { type BackfillMode, planOptionsInMode } from '../../domain/backfill';
import { chunk } from 'es-toolkit';
import type { AddedResources, PendingDelivery, Result } from '../../domain/delivery';
import type { DesiredState } from '../../domain/desired-state';
import type { KnownContact } from '../../domain/known-contact';
import { withoutNotes } from '../../domain/notes';
import { type ContactPlanInput, type Plan, planBatch, type PlanOptions } from '../../domain/plan-batch';
import { fewestToImport } from '../../domain/quota-state';
import { eventLoopYielder } from '../../yield-to-event-loop';
import { type Batch, type BatchReport, doneReason } from './batch';
import { detailsMarkOf, phoneMarksOf } from './contact-marks';
import { type DesiredDelivery, desiredStatesOf } from './desired-deliveries';
import { leaveForLater } from './execute-phones';
import { executePlan, readyAgain } from './execute-plan';
import { oneByOne } from './plan-run';
import { contactReader, type ContactReader } from './read-contacts';
import { undoCancelled } from './undo-cancelled';

const mostRounds = 5;

/**
 * Processes ready deliveries of one connection: desired states, contact snapshots, plan, calls. Deliveries whose
 * contacts must be read first are planned again, until each has been reported. A write from before a crash, or from a
 * call whose answer was lost, is seen at the contact and not repeated. Undoing cancelled orders comes last.
 */
export const processBatch = async (
  ctx: Context,
  caller: ConnectionCaller,
  connectionId: string,
  ready: readonly PendingDelivery[],
  report: BatchReport,
  mode: BackfillMode | null = null,
): Promise<void> => {
  const [first] = ready;
  if (!first) return;
  const wanted = await desiredStatesOf(ctx, caller, ready, report, mode);
  const back = wanted.filter(({ delivery }) => delivery.undoesOrder);
  await processDesired(
    ctx,
    caller,
    first.boxOfficeId,
    connectionId,
    wanted.filter(({ delivery }) => !delivery.undoesOrder),
    report,
    mode,
  );
  if (back.length > 0) await undoCancelled(ctx, caller, connectionId, back, report);
};

const processDesired = async (
  ctx: Context,
  caller: ConnectionCaller,
  boxOfficeId: string,
  connectionId: string,
  wanted: readonly DesiredDelivery[],
  report: BatchReport,
  mode: BackfillMode | null,
): Promise<void> => {
  if (wanted.length === 0) return;
  const batch: Batch = {
    connectionId,
    boxOfficeId,
    deliveries: new Map(wanted.map(({ delivery }) => [delivery._id, delivery])),
    hashes: new Map(wanted.flatMap(({ order, delivery }) => [[order.email ?? '', delivery.emailHash ?? ''] as const])),
    performed: new Map(),
    withoutPermission: new Set(),
    addedWhenDone: new Map(wanted.map((each) => [each.delivery._id, addedSoFar(each)])),
  };
  const snapshots = contactReader(ctx, caller, batch);
  const byEmail = Map.groupBy(wanted, ({ order }) => order.email ?? '');
  const planOptions = planOptionsInMode(await planOptionsOf(ctx, connectionId, byEmail.size), mode);
  const planInputs = await planInputsOf(ctx, batch.hashes, byEmail, planOptions.country ?? null);
  await processPlanInputs({ ctx, caller, batch, snapshots, planOptions, report, byEmail }, planInputs, 1);
};

/** A batch under way. */
interface BatchRun {
  readonly ctx: Context;
  readonly caller: ConnectionCaller;
  readonly batch: Batch;
  readonly snapshots: ContactReader;
  readonly planOptions: PlanOptions;
  readonly report: BatchReport;
  readonly byEmail: ReadonlyMap<string, readonly DesiredDelivery[]>;
}

/**
 * Runs one round: a plan and its calls. Then it reads the contacts that the plan needs to know, and starts another
 * round for them. Contacts that need a look-up of their own are processed in small parts. So a call soon follows the
 * look-up that it relies on, and a long batch can be left in between. Returns the error for which nothing more should
 * be tried, if there is one; it has then been reported for all remaining deliveries.
 */
const processPlanInputs = async (
  run: BatchRun,
  planInputs: readonly ContactPlanInput[],
  round: number,
): Promise<unknown> => {
  const { ctx, caller, batch, snapshots, report } = run;
  if (planInputs.length === 0) return undefined;
  if (round > mostRounds) {
    await report.fail(deliveriesOf(batch, planInputs), new AppError('DEFECT', 'The batch does not finish'));
    return undefined;
  }
  const plan = planBatch(planInputs, snapshots.known, run.planOptions);
  const later = plan.calls.filter((call) => call.kind === 'phone').filter((call) => call.isLater);
  // Recorded before their deliveries are reported, so that a crash at any moment loses no phone.
  await leaveForLater(ctx, batch, later);
  await reportDecided(batch, plan, report);
  const { refused, stopped } = await executePlan(
    ctx,
    caller,
    batch,
    plan.calls.filter((call) => !later.some((each) => each === call)),
    report,
  );
  const unknown = new Map(plan.unknown.map(({ email, whole }) => [email, whole]));
  // The contact exists, so what its creation would have left out no longer matters.
  for (const { email, desiredStates } of planInputs)
    if (refused.has(email))
      for (const { deliveryId } of desiredStates) {
        batch.performed.delete(deliveryId);
        batch.withoutPermission.delete(deliveryId);
      }
  const again = planInputs.filter(({ email }) => refused.has(email) || unknown.has(email));
  const single = again.filter(({ email }) => unknown.get(email));
  const parts = [again.filter(({ email }) => !unknown.get(email)), ...chunk(single, oneByOne)];
  let why = stopped;
  for (const [index, part] of parts.entries()) {
    if (part.length === 0) continue;
    if (why !== undefined) await report.fail(deliveriesOf(batch, part), why);
    // The first parts are processed in any case, so that this round makes progress.
    else if (index > 1 && !(await report.goesOn())) await readyAgain(ctx, deliveriesOf(batch, part), report);
    else why = await readAndContinue(run, part, index > 0, round);
  }
  return why;
};

/**
 * Reads the contacts that the plan did not know, and starts the next round. `whole`: with a look-up for each contact.
 */
const readAndContinue = async (
  run: BatchRun,
  planInputs: readonly ContactPlanInput[],
  whole: boolean,
  round: number,
): Promise<unknown> => {
  const { batch, snapshots, report } = run;
  let known: readonly ContactPlanInput[];
  try {
    const failures = await snapshots.learn(
      planInputs.map(({ email, desiredStates }) => ({
        email,
        emailHash: batch.hashes.get(email) ?? '',
        whole,
        deliveryIds: desiredStates.map(({ deliveryId }) => deliveryId),
      })),
    );
    let why: unknown;
    for (const { email, error } of failures)
      if (
        await report.fail(
          deliveriesOf(
            batch,
            planInputs.filter((planInput) => planInput.email === email),
          ),
          error,
        )
      )
        why = error;
    known = planInputs.filter(({ email }) => !failures.some((failure) => failure.email === email));
    if (why !== undefined) {
      await report.fail(deliveriesOf(batch, known), why);
      return why;
    }
  } catch (error) {
    return (await report.fail(deliveriesOf(batch, planInputs), error)) ? error : undefined;
  }
  for (const { email } of known)
    for (const each of run.byEmail.get(email) ?? [])
      batch.addedWhenDone.set(each.delivery._id, addedSoFar(each, snapshots.known.get(email)));
  return processPlanInputs(run, known, round + 1);
};

const deliveriesOf = (batch: Batch, planInputs: readonly ContactPlanInput[]): PendingDelivery[] =>
  planInputs.flatMap(({ desiredStates }) =>
    desiredStates.flatMap(({ deliveryId }) => batch.deliveries.get(deliveryId) ?? []),
  );

const reportDecided = async (batch: Batch, plan: Plan, report: BatchReport): Promise<void> => {
  for (const { deliveryIds, note } of plan.notes)
    for (const id of deliveryIds) batch.performed.set(id, [...new Set([...(batch.performed.get(id) ?? []), note])]);
  for (const id of plan.withoutPermission) batch.withoutPermission.add(id);
  const found = (
    deliveryId: string,
    to: (delivery: PendingDelivery) => Result['to'],
  ): Pick<Result, 'delivery' | 'to'>[] => {
    const delivery = batch.deliveries.get(deliveryId);
    return delivery ? [{ delivery, to: to(delivery) }] : [];
  };
  await report.record([
    ...plan.skips.flatMap(({ deliveryId, reason, contactId }) =>
      found(deliveryId, () => ({ outcome: { reason, contactId } })),
    ),
    ...plan.done.flatMap(({ deliveryId, contactId }) =>
      found(deliveryId, ({ performed }) => ({
        outcome: {
          reason: doneReason(batch, deliveryId),
          contactId,
          added: batch.addedWhenDone.get(deliveryId),
          performed: [...new Set([...withoutNotes(performed), ...(batch.performed.get(deliveryId) ?? [])])],
        },
      })),
    ),
  ]);
};

const planOptionsOf = async (ctx: Context, connectionId: string, contacts: number): Promise<PlanOptions> => {
  const [connection, quotaState] = await Promise.all([ctx.connections.byId(connectionId), ctx.ledger.quotaState()]);
  return {
    optInRoute: connection?.optInRoute ?? 'DIRECT',
    upgradesImported: ctx.signUpKeepsOptOuts && connection?.upgradesImported === true,
    country: connection?.countryCode ?? null,
    phonesWait: quotaState.scarce,
    // An import would make contacts mailable without the confirmation that the organiser asks for.
    importsNew:
      contacts >= fewestToImport &&
      quotaState.scarce &&
      connection?.whenQuotaIsScarce === 'IMPORT' &&
      connection.optInRoute === 'DIRECT',
  };
};

const addedBy = ({ optIn, createsContacts, listIds, tagIds }: DesiredState): AddedResources => ({
  listIds: optIn === 'OPTED_IN' && createsContacts ? listIds : [],
  tagIds,
});

/**
 * The lists and tags that a delivery has added before, and those that it adds now: the workflow may have changed in
 * between. If it is uncertain whether the earlier ones were added, only those that the contact has count.
 */
const addedSoFar = (
  { delivery: { added, uncertain }, desired }: DesiredDelivery,
  contact?: KnownContact | 'none',
): AddedResources => {
  const { listIds, tagIds } = addedBy(desired);
  const has = uncertain && contact !== 'none' ? contact?.whole : undefined;
  const came = (before: readonly string[] = [], ids?: readonly string[]) =>
    ids ? before.filter((id) => ids.includes(id)) : before;
  return {
    listIds: [...new Set([...came(added?.listIds, has?.list_memberships), ...listIds])],
    tagIds: [...new Set([...came(added?.tagIds, has?.taggings), ...tagIds])],
  };
};

/** Whether an import has already done all that an import can do: it added all lists that are desired now. */
const wasImported = ({ delivery: { imported, added }, desired }: DesiredDelivery): boolean =>
  imported && addedBy(desired).listIds.every((id) => added?.listIds.includes(id));

const planInputsOf = async (
  ctx: Context,
  hashes: Batch['hashes'],
  byEmail: ReadonlyMap<string, readonly DesiredDelivery[]>,
  country: string | null,
): Promise<ContactPlanInput[]> => {
  const yieldToEventLoop = eventLoopYielder();
  const planInputs: ContactPlanInput[] = [];
  for (const [email, some] of byEmail) {
    await yieldToEventLoop();
    const desiredStates = some.map(({ desired }) => desired);
    planInputs.push({
      email,
      desiredStates,
      // A contact that was seen before is not created without a look-up, because that call would be refused.
      isUncertain: some.some(({ delivery: { uncertain, contactId } }) => uncertain || contactId !== null),
      isImported: some.every(wasImported),
      detailsMark: detailsMarkOf(ctx, desiredStates),
      phoneMarks: phoneMarksOf(ctx, hashes.get(email) ?? '', desiredStates, country),
    });
  }
  return planInputs;
};
