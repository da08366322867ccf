import { AppError } from '@boxlist/contracts';
import type { Context } from '../context';
import { meansInMode, type BackfillMode } from '../domain/backfill';
import { chunks } from '../domain/chunks';
import { fewestToImport } from '../domain/gather';
import type { Wish } from '../domain/decide-contact';
import type { KnownContact } from '../domain/known-contact';
import { withoutNotes } from '../domain/notes';
import { planBatch, type Means, type Party, type Plan } from '../domain/plan-batch';
import type { DoneReason } from '../domain/reasons';
import type { Delivery, Given, Result } from '../store/deliveries';
import type { LaneCaller } from './call-constant-contact';
import { breather } from './breathe';
import { carryOut, putBack } from './carry-out';
import { detailsMarkOf, phoneMarksOf } from './contact-marks';
import { contactKnowledge, type ContactKnowledge } from './know-contacts';
import { leaveForLater } from './make-phones';
import { oneByOne } from './plan-under-way';
import { takeBack } from './take-back';
import { wishesOf, type Wanted } from './wanted';

/** What becomes of the deliveries of a batch; each is told once. */
export interface BatchReport {
  readonly tell: (results: readonly Pick<Result, 'delivery' | 'to'>[]) => Promise<void>;
  /** The failure decides between a next try and an outcome; true when it concerns the whole connection, so that the rest must wait too. */
  readonly fail: (deliveries: readonly Delivery[], error: unknown) => Promise<boolean>;
  /** Whether the rest of a long batch is to be worked on now. */
  readonly goesOn: () => Promise<boolean>;
}

/** The deliveries of one batch, by contact. */
export interface Batch {
  readonly connectionId: string;
  readonly boxOfficeId: string;
  readonly deliveries: ReadonlyMap<string, Delivery>;
  readonly hashes: ReadonlyMap<string, string>;
  /** Notes of a plan, told with the outcome. */
  readonly performed: Map<string, string[]>;
  /** Deliveries whose contact gets no permission by the plan. */
  readonly withoutPermission: Set<string>;
  /** What each delivery gives when it is done. */
  readonly gives: Map<string, Given>;
}

const mostRounds = 5;

/**
 * Works on ready deliveries of one connection: wishes, knowledge, plan, calls; again for those of whom more had to be known, until each delivery has been reported. What was done before a crash, or by a call
 * whose answer was lost, is seen and not repeated.
 */
export const workBatch = async (
  ctx: Context,
  caller: LaneCaller,
  connectionId: string,
  ready: readonly Delivery[],
  report: BatchReport,
  mode: BackfillMode | null = null,
): Promise<void> => {
  const [first] = ready;
  if (!first) return;
  const wanted = await wishesOf(ctx, caller, ready, report, mode);
  const back = wanted.filter(({ delivery }) => delivery.takesBack);
  await workWished(
    ctx,
    caller,
    first.boxOfficeId,
    connectionId,
    wanted.filter(({ delivery }) => !delivery.takesBack),
    report,
    mode,
  );
  if (back.length > 0) await takeBack(ctx, caller, connectionId, back, report);
};

const workWished = async (
  ctx: Context,
  caller: LaneCaller,
  boxOfficeId: string,
  connectionId: string,
  wanted: readonly Wanted[],
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
    gives: new Map(wanted.map((each) => [each.delivery._id, givenSoFar(each)])),
  };
  const knowledge = contactKnowledge(ctx, caller, batch);
  const byEmail = Map.groupBy(wanted, ({ order }) => order.email ?? '');
  const means = meansInMode(await meansOf(ctx, connectionId, byEmail.size), mode);
  const parties = await partiesOf(ctx, batch.hashes, byEmail, means.country ?? null);
  await workParties({ ctx, caller, batch, knowledge, means, report, byEmail }, parties, 1);
};

/** A batch under way. */
interface Work {
  readonly ctx: Context;
  readonly caller: LaneCaller;
  readonly batch: Batch;
  readonly knowledge: ContactKnowledge;
  readonly means: Means;
  readonly report: BatchReport;
  readonly byEmail: ReadonlyMap<string, readonly Wanted[]>;
}

/**
 * One round: a plan and its calls; then another for those of whom more has to be known. Whoever needs a look of their own has it in a small part of the batch, so that what relies on it follows soon, and a long
 * batch can be left. Gives why nothing more is to be tried, where that is so: all have been told of it.
 */
const workParties = async (work: Work, parties: readonly Party[], round: number): Promise<unknown> => {
  const { ctx, caller, batch, knowledge, report } = work;
  if (parties.length === 0) return undefined;
  if (round > mostRounds) {
    await report.fail(deliveriesOf(batch, parties), new AppError('DEFECT', 'The batch does not finish'));
    return undefined;
  }
  const plan = planBatch(parties, knowledge.known, work.means);
  const later = plan.calls.filter((call) => call.kind === 'phone').filter((call) => call.isLater);
  // Before anything is told of them, so that none is forgotten, whoever dies when.
  await leaveForLater(ctx, batch, later);
  await reportDecided(batch, plan, report);
  const { refused, stopped } = await carryOut(
    ctx,
    caller,
    batch,
    plan.calls.filter((call) => !later.some((each) => each === call)),
    report,
  );
  const unknown = new Map(plan.unknown.map(({ email, whole }) => [email, whole]));
  // It turned out to exist: what was left out of its creation is no matter any more.
  for (const { email, wishes } of parties)
    if (refused.has(email))
      for (const { deliveryId } of wishes) {
        batch.performed.delete(deliveryId);
        batch.withoutPermission.delete(deliveryId);
      }
  const again = parties.filter(({ email }) => refused.has(email) || unknown.has(email));
  const single = again.filter(({ email }) => unknown.get(email));
  const parts = [again.filter(({ email }) => !unknown.get(email)), ...chunks(single, oneByOne)];
  let why = stopped;
  for (const [index, part] of parts.entries()) {
    if (part.length === 0) continue;
    if (why !== undefined) await report.fail(deliveriesOf(batch, part), why);
    // The first ones are worked on in any case, so that none is looked at for nothing.
    else if (index > 1 && !(await report.goesOn())) await putBack(ctx, deliveriesOf(batch, part), report);
    else why = await learnAndGoOn(work, part, index > 0, round);
  }
  return why;
};

/** Reads what the plan did not know, `whole` by a look at each, and works on. */
const learnAndGoOn = async (work: Work, parties: readonly Party[], whole: boolean, round: number): Promise<unknown> => {
  const { batch, knowledge, report } = work;
  let known: readonly Party[];
  try {
    const failures = await knowledge.learn(
      parties.map(({ email, wishes }) => ({
        email,
        emailHash: batch.hashes.get(email) ?? '',
        whole,
        deliveryIds: wishes.map(({ deliveryId }) => deliveryId),
      })),
    );
    let why: unknown;
    for (const { email, error } of failures)
      if (
        await report.fail(
          deliveriesOf(
            batch,
            parties.filter((party) => party.email === email),
          ),
          error,
        )
      )
        why = error;
    known = parties.filter(({ email }) => !failures.some((failure) => failure.email === email));
    if (why !== undefined) {
      await report.fail(deliveriesOf(batch, known), why);
      return why;
    }
  } catch (error) {
    return (await report.fail(deliveriesOf(batch, parties), error)) ? error : undefined;
  }
  for (const { email } of known)
    for (const each of work.byEmail.get(email) ?? [])
      batch.gives.set(each.delivery._id, givenSoFar(each, knowledge.known.get(email)));
  return workParties(work, known, round + 1);
};

/** How a delivery of the batch ends when all of its plan is done. */
export const doneReason = ({ withoutPermission }: Batch, deliveryId: string): DoneReason =>
  withoutPermission.has(deliveryId) ? 'SYNCED_WITHOUT_PERMISSION' : 'SYNCED';

const deliveriesOf = (batch: Batch, parties: readonly Party[]): Delivery[] =>
  parties.flatMap(({ wishes }) => wishes.flatMap(({ deliveryId }) => batch.deliveries.get(deliveryId) ?? []));

const reportDecided = async (batch: Batch, plan: Plan, report: BatchReport): Promise<void> => {
  for (const { deliveryIds, note } of plan.notes)
    for (const id of deliveryIds) batch.performed.set(id, [...new Set([...(batch.performed.get(id) ?? []), note])]);
  for (const id of plan.withoutPermission) batch.withoutPermission.add(id);
  const found = (deliveryId: string, to: (delivery: Delivery) => Result['to']): Pick<Result, 'delivery' | 'to'>[] => {
    const delivery = batch.deliveries.get(deliveryId);
    return delivery ? [{ delivery, to: to(delivery) }] : [];
  };
  await report.tell([
    ...plan.skips.flatMap(({ deliveryId, reason, contactId }) =>
      found(deliveryId, () => ({ outcome: { status: 'SKIPPED', reason, contactId } })),
    ),
    ...plan.done.flatMap(({ deliveryId, contactId }) =>
      found(deliveryId, ({ performed }) => ({
        outcome: {
          status: 'SYNCED',
          reason: doneReason(batch, deliveryId),
          contactId,
          gave: batch.gives.get(deliveryId),
          performed: [...new Set([...withoutNotes(performed), ...(batch.performed.get(deliveryId) ?? [])])],
        },
      })),
    ),
  ]);
};

const meansOf = async (ctx: Context, connectionId: string, contacts: number): Promise<Means> => {
  const [connection, posture] = await Promise.all([ctx.connections.byId(connectionId), ctx.ledger.posture()]);
  return {
    optInRoute: connection?.optInRoute ?? 'DIRECT',
    upgradesImported: ctx.signUpKeepsOptOuts && connection?.upgradesImported === true,
    country: connection?.countryCode ?? null,
    phonesWait: posture.scarce,
    // An import would make mailable without the confirmation that was asked for.
    importsNew:
      contacts >= fewestToImport &&
      posture.scarce &&
      connection?.whenQuotaIsScarce === 'IMPORT' &&
      connection.optInRoute === 'DIRECT',
  };
};

const givenBy = ({ optIn, createsContacts, listIds, tagIds }: Wish): Given => ({
  listIds: optIn === 'OPTED_IN' && createsContacts ? listIds : [],
  tagIds,
});

/** What it gave before, and gives now: the workflow may have changed in between. Where it is not certain what came of it before, the contact tells. */
const givenSoFar = ({ delivery: { gave, uncertain }, wish }: Wanted, contact?: KnownContact | 'none'): Given => {
  const { listIds, tagIds } = givenBy(wish);
  const has = uncertain && contact !== 'none' ? contact?.whole : undefined;
  const came = (before: readonly string[] = [], ids?: readonly string[]) =>
    ids ? before.filter((id) => ids.includes(id)) : before;
  return {
    listIds: [...new Set([...came(gave?.listIds, has?.list_memberships), ...listIds])],
    tagIds: [...new Set([...came(gave?.tagIds, has?.taggings), ...tagIds])],
  };
};

/** Whether an import has brought what an import can bring: its lists are those that are wished for now. */
const wasImported = ({ delivery: { imported, gave }, wish }: Wanted): boolean =>
  imported && givenBy(wish).listIds.every((id) => gave?.listIds.includes(id));

const partiesOf = async (
  ctx: Context,
  hashes: Batch['hashes'],
  byEmail: ReadonlyMap<string, readonly Wanted[]>,
  country: string | null,
): Promise<Party[]> => {
  const breathe = breather();
  const parties: Party[] = [];
  for (const [email, some] of byEmail) {
    await breathe();
    const wishes = some.map(({ wish }) => wish);
    parties.push({
      email,
      wishes,
      // A contact that was seen is not created blindly: that call is refused.
      isUncertain: some.some(({ delivery: { uncertain, contactId } }) => uncertain || contactId !== null),
      isImported: some.every(wasImported),
      detailsMark: detailsMarkOf(ctx, wishes),
      phoneMarks: phoneMarksOf(ctx, hashes.get(email) ?? '', wishes, country),
    });
  }
  return parties;
};
