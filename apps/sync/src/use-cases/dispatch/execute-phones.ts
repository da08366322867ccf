import { AppError } from '@boxlist/contracts';
import { callsAtOnce } from '../../call-constant-contact';
import type { Context } from '../../context';
import { chunk } from 'es-toolkit';
import { phoneAdded, phoneFollows, phoneRefused } from '../../domain/plan-phone';
import type { PhoneLine } from '../../domain/planned-calls';
import { addPhone } from './add-phone';
import type { Batch } from './batch';
import pMap from 'p-map';
import { concernsConnection } from './classify-failure';
import { failAll, recordWrite, oneByOne, reportServed, type Run } from './plan-run';

/** Records phones that are not added now as deferred work. */
export const leaveForLater = (ctx: Context, batch: Batch, phones: readonly PhoneLine[]): Promise<void> =>
  ctx.latePhones.record(
    batch.connectionId,
    phones.flatMap(({ email, desired }) => {
      const [emailHash, delivery] = [batch.hashes.get(email), batch.deliveries.get(desired.deliveryId)];
      return emailHash && delivery ? [{ emailHash, orderKey: delivery.orderKey, deliveryId: delivery._id }] : [];
    }),
    ctx.clock(),
  );

/**
 * Adds the phones that no import accepts, while that import may be under way. All other deliveries are reported first.
 * A phone that cannot be added now becomes deferred work. Its deliveries are reported all the same, so that their lists
 * and tags do not wait for it.
 */
export const executePhones = async (run: Run, phones: readonly PhoneLine[]): Promise<void> => {
  if (phones.length === 0) return;
  const waiting = new Set(phones.flatMap(({ deliveryIds }) => deliveryIds));
  await reportServed(
    run,
    [...run.progress.keys()].filter((id) => !waiting.has(id)),
  );
  for (const [index, some] of chunk(phones, oneByOne).entries()) {
    const goesOn = index === 0 || (await run.report.goesOn());
    const left: PhoneLine[] = [];
    await pMap(
      some,
      async (call) => {
        if (!call.deliveryIds.some((id) => run.progress.get(id)?.failed === false)) return;
        const isTried = goesOn && run.stopped === undefined;
        if (!isTried) addNote(run, call, phoneFollows);
        if (!isTried || !(await makePhone(run, call))) left.push(call);
      },
      { concurrency: callsAtOnce },
    );
    await leaveForLater(run.ctx, run.batch, left);
    await reportServed(
      run,
      some.flatMap(({ deliveryIds }) => deliveryIds),
    );
  }
};

const addNote = ({ progress }: Run, { deliveryIds }: PhoneLine, what: string): void => {
  for (const id of deliveryIds) progress.get(id)?.performed.push(what);
};

/** Returns false when the phone should be tried again later. */
const makePhone = async (run: Run, call: PhoneLine): Promise<boolean> => {
  const { ctx, caller, batch } = run;
  const emailHash = batch.hashes.get(call.email) ?? '';
  try {
    const brought = await addPhone(ctx, caller, batch, { ...call, emailHash, serves: call.deliveryIds });
    const { note = brought.isAbsent ? phoneFollows : undefined, contactId } = brought;
    if (note === phoneAdded) recordWrite(run, call.deliveryIds, note, contactId);
    else if (note) addNote(run, call, note);
    return !brought.isAbsent;
  } catch (error) {
    const { code } = error instanceof AppError ? error : { code: undefined };
    if (code === 'LEASE_LOST') {
      if (await failAll(run, call.deliveryIds, error)) run.stopped = error;
      return true;
    }
    addNote(run, call, code === 'REJECTED_BY_CONSTANT_CONTACT' ? phoneRefused : phoneFollows);
    if (concernsConnection(error)) run.stopped = error;
    return code === 'REJECTED_BY_CONSTANT_CONTACT';
  }
};
