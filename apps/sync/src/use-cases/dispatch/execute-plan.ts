import type { CcImportRow } from '@boxlist/constant-contact';
import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import { chunk } from 'es-toolkit';
import type { OpenDelivery, Outcome } from '../../domain/delivery';
import type { KnownContact } from '../../domain/known-contact';
import type { ImportLine, PlannedCall, TagMember } from '../../domain/planned-calls';
import type { Batch, BatchReport } from './batch';
import { deliveriesIn, failAll, recordWrite, oneByOne, reportServed, type Run, servedBy, startOf } from './plan-run';
import { withActivities, type StartActivity } from './start-activity';
import { type ConnectionCaller, callsAtOnce } from '../../call-constant-contact';
import pMap from 'p-map';
import { executePhones } from './execute-phones';
import { fieldColumn } from './resolve-names';
import { requeueForRestored } from './requeue-restored';

type Single = Exclude<PlannedCall, { kind: 'import' | 'tag' | 'phone' }>;
type Import = Extract<PlannedCall, { kind: 'import' }>;
type Tag = Extract<PlannedCall, { kind: 'tag' }>;

/**
 * Makes the calls of a plan and reports the deliveries that they serve, except those of `refused`: e-mail addresses
 * whose contact turned out to exist. `stopped`: the error for which the remaining calls were not tried.
 */
export const executePlan = async (
  ctx: Context,
  caller: ConnectionCaller,
  batch: Batch,
  calls: readonly PlannedCall[],
  report: BatchReport,
): Promise<{ readonly refused: ReadonlySet<string>; readonly stopped: unknown }> =>
  withActivities(ctx, caller, async (begin) => {
    const run: Run = {
      ctx,
      caller,
      begin,
      batch,
      report,
      progress: new Map(),
      refused: new Set(),
      made: new Map(),
      stopped: undefined,
    };
    await makeAll(run, calls);
    return { refused: run.refused, stopped: run.stopped };
  });

const makeAll = async (run: Run, calls: readonly PlannedCall[]): Promise<void> => {
  const phones = calls.filter((call) => call.kind === 'phone');
  const singles = calls.filter((call): call is Single => !['import', 'tag', 'phone'].includes(call.kind));
  for (const id of calls.flatMap(servedBy)) run.progress.set(id, startOf(run.batch, id));
  const shared = calls.filter((call): call is Import | Tag => call.kind === 'import' || call.kind === 'tag');
  await makeSingles(run, singles, new Set([...shared, ...phones].flatMap(servedBy)));
  for (const call of shared)
    await attempt(run, servedBy(call), () => (call.kind === 'import' ? makeImport(run, call) : makeTag(run, call)));
  await executePhones(run, phones);
  await reportServed(run);
};

/**
 * Makes the calls that serve one contact each, and reports deliveries that need no other call soon afterwards. If the
 * batch should not go on, the deliveries of the remaining calls become ready again, as they were.
 */
const makeSingles = async (run: Run, singles: readonly Single[], sharing: ReadonlySet<string>): Promise<void> => {
  for (const [index, some] of chunk(singles, oneByOne).entries()) {
    if (index > 0 && run.stopped === undefined && !(await run.report.goesOn())) {
      const left = new Set(singles.slice(index * oneByOne).flatMap(({ deliveryIds }) => deliveryIds));
      for (const id of left) run.progress.delete(id);
      return readyAgain(
        run.ctx,
        [...left].flatMap((id) => run.batch.deliveries.get(id) ?? []),
        run.report,
      );
    }
    await pMap(some, (call) => attempt(run, call.deliveryIds, () => makeSingle(run, call)), {
      concurrency: callsAtOnce,
    });
    await reportServed(
      run,
      some.flatMap(({ deliveryIds }) => deliveryIds).filter((id) => !sharing.has(id)),
    );
  }
};

/** Makes deliveries ready again for which nothing was done. */
export const readyAgain = (ctx: Context, deliveries: readonly OpenDelivery[], report: BatchReport): Promise<void> => {
  const next = { waitingFor: null, readyAt: ctx.clock(), countsAsFailedTry: false };
  return report.record(deliveries.map((delivery) => ({ delivery, to: { next } })));
};

/**
 * Makes one call. A failure is reported for the deliveries that the call serves. If it concerns the whole connection,
 * all later calls fail with it.
 */
const attempt = async (run: Run, serves: readonly string[], make: () => Promise<void>): Promise<void> => {
  const open = serves.filter((id) => run.progress.get(id)?.failed === false);
  if (open.length === 0) return;
  if (run.stopped === undefined) {
    try {
      return await make();
    } catch (error) {
      if (await failAll(run, open, error)) run.stopped = error;
      return;
    }
  }
  await failAll(run, open, run.stopped);
};

/** Stores the state of a contact after a write in the contact cache. */
const remember = async (
  { ctx, batch }: Run,
  email: string,
  contact: Pick<KnownContact, 'contactId' | 'state' | 'detailsMark'>,
  at: Date,
): Promise<void> => {
  const emailHash = batch.hashes.get(email);
  if (!emailHash) return;
  await ctx.contacts.saw(
    batch.connectionId,
    [{ emailHash, contact: { ...contact, optedOutAt: null, deleted: false } }],
    at,
  );
};

/** Requeues the buyer's deliveries that were skipped because their contact was deleted, before a call restores it. */
const beforeRestoring = async (
  { ctx, batch }: Run,
  { email, restores }: Extract<Single, { kind: 'sign-up' | 'put' }>,
): Promise<void> => {
  const emailHash = batch.hashes.get(email);
  if (restores && emailHash) await requeueForRestored(ctx, batch, emailHash, restores);
};

const makeSingle = async (run: Run, call: Single): Promise<void> => {
  const { ctx, caller } = run;
  const { constantContact: cc } = ctx;
  const { email, deliveryIds } = call;
  const at = ctx.clock();
  switch (call.kind) {
    case 'create': {
      const { contact_id: contactId } = await caller
        .call('create contact', deliveryIds, (token) => cc.createContact(token, call.contact))
        .catch((error: unknown) => {
          if (!(error instanceof AppError) || error.code !== 'ALREADY_EXISTS') throw error;
          return { contact_id: undefined };
        });
      if (contactId === undefined) {
        // The contact exists, perhaps deleted. It is read, and planned again.
        run.refused.add(email);
        for (const id of deliveryIds) run.progress.delete(id);
        return;
      }
      run.made.set(email, contactId);
      recordWrite(run, deliveryIds, 'created the contact with its lists and tags', contactId);
      const state = call.contact.email_address.permission_to_send;
      return remember(run, email, { contactId, state, detailsMark: call.detailsMark }, at);
    }
    case 'sign-up': {
      await beforeRestoring(run, call);
      const { contact_id: contactId } = await caller.call('sign up', deliveryIds, (token) =>
        cc.signUp(token, call.contact),
      );
      run.made.set(email, contactId);
      return recordWrite(run, deliveryIds, 'subscribed the contact', contactId);
    }
    case 'put':
      await beforeRestoring(run, call);
      await caller.call('update contact', deliveryIds, (token) => cc.putContact(token, call.contactId, call.contact));
      return recordWrite(
        run,
        deliveryIds,
        call.restores === undefined ? 'updated the contact' : 'restored the contact',
        call.contactId,
      );
    case 'resubscribe':
      return resubscribe(run, call);
  }
};

/**
 * Sends the one e-mail that asks an unsubscribed buyer with a newer opt-in to subscribe again. If Constant Contact has
 * asked the buyer before, the buyer stays unsubscribed.
 */
const resubscribe = async (run: Run, call: Extract<Single, { kind: 'resubscribe' }>): Promise<void> => {
  const { contactId } = call;
  let sent = true;
  try {
    await run.caller.call('resubscribe', call.deliveryIds, (token) =>
      run.ctx.constantContact.resubscribe(token, contactId, call.listIds),
    );
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'ALREADY_EXISTS') throw error;
    sent = false;
  }
  const outcome: Outcome = sent
    ? { reason: 'RESUBSCRIBE_EMAIL_SENT', contactId, performed: ['asked by e-mail to subscribe again'] }
    : { reason: 'UNSUBSCRIBED', contactId };
  const served = deliveriesIn(run, call.deliveryIds);
  for (const { _id } of served) run.progress.delete(_id);
  await run.report.record(served.map((delivery) => ({ delivery, to: { outcome } })));
};

/** Starts an activity. The deliveries that it serves wait for it. */
const begin = async (
  run: Run,
  call: string,
  serves: readonly string[],
  prepare: Parameters<StartActivity>[2],
  isFile = false,
): Promise<void> => {
  const name = await run.begin(call, { connectionId: run.batch.connectionId, serves, isFile }, prepare);
  for (const id of serves) run.progress.get(id)?.activityIds.add(name);
};

const makeImport = async (run: Run, { lines, listIds, asFile }: Import): Promise<void> => {
  const { ctx, batch } = run;
  const serves = lines.flatMap(({ deliveryIds }) => deliveryIds);
  const rows: CcImportRow[] = [];
  for (const line of lines) rows.push({ ...line.row, ...(await customColumns(run, line)) });
  await ctx.upgrades.record(batch.connectionId, upgradesOf(batch, lines), ctx.clock());
  const { constantContact: cc } = ctx;
  await begin(
    run,
    'import contacts',
    serves,
    (name) => (asFile ? cc.fileToImport(name, rows, listIds) : (token) => cc.importContacts(token, rows, listIds)),
    asFile,
  );
  recordWrite(run, serves, 'added lists and details');
  for (const line of lines)
    if (line.needsMore)
      for (const id of line.deliveryIds) Object.assign(run.progress.get(id) ?? {}, { imported: true });
  await ctx.contacts.marked(
    batch.connectionId,
    lines.flatMap(({ email, detailsMark }) => ({ emailHash: batch.hashes.get(email) ?? '', detailsMark })),
  );
};

/** Imported contacts to make explicit later, each with the delivery of its opt-in. */
const upgradesOf = ({ deliveries, hashes }: Batch, lines: readonly ImportLine[]) =>
  lines.flatMap(({ email, deliveryIds, upgrades }) => {
    const optIn = deliveryIds
      .map((id) => deliveries.get(id))
      .find((delivery) => delivery?.consent.value === 'OPTED_IN');
    const emailHash = hashes.get(email);
    return upgrades && optIn && emailHash ? [{ emailHash, orderKey: optIn.orderKey, deliveryId: optIn._id }] : [];
  });

/** The columns of a line's custom fields. A field that no longer exists is left out. */
const customColumns = async ({ ctx, caller, batch }: Run, line: ImportLine): Promise<Record<string, string>> => {
  const columns: Record<string, string> = {};
  for (const { customFieldId, value } of line.fields) {
    const column = await fieldColumn(ctx, batch.connectionId, caller, line.deliveryIds, customFieldId);
    if (column) columns[`cf:${column}`] = value;
  }
  return columns;
};

const makeTag = async (run: Run, { members, tagIds }: Tag): Promise<void> => {
  const present = members.flatMap((member): (TagMember & { contactId: string })[] => {
    const contactId = member.contactId ?? run.made.get(member.email);
    const isOpen = member.deliveryIds.some((id) => run.progress.get(id)?.failed === false);
    return contactId && isOpen ? [{ ...member, contactId }] : [];
  });
  if (present.length === 0) return;
  const serves = present.flatMap(({ deliveryIds }) => deliveryIds);
  const contactIds = present.map(({ contactId }) => contactId);
  await begin(
    run,
    'add tags',
    serves,
    () => (token) => run.ctx.constantContact.changeTaggings(token, 'add', contactIds, tagIds),
  );
  for (const { deliveryIds, contactId } of present) recordWrite(run, deliveryIds, 'added tags', contactId);
};
