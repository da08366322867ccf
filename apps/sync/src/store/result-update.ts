import type { mongo } from 'mongoose';
import type { Activities, ActivityWait, NextTry, OpenDelivery, Outcome, Result } from '../domain/delivery';
import { endsWith } from '../domain/delivery-states';
import { withoutNotes } from '../domain/notes';
import { type DeliveryDocument, outcomeEntry } from './delivery-document';
import { mostAttempts } from './open-deliveries';

/** The update that stores the result of processing a delivery. */
export const updateOf = ({ delivery, attempts, to }: Result, now: Date): mongo.UpdateFilter<DeliveryDocument> => {
  const made = { attempts: { $each: [...attempts], $slice: -mostAttempts } };
  if ('outcome' in to)
    return {
      $set: { ...asEnded(delivery, to.outcome), settledAt: now },
      $inc: { version: 1 },
      $push: { ...made, outbox: outcomeEntry(to.outcome.reason, delivery.version + 1, now) },
    };
  const { next } = to;
  if (next.waitingFor === 'ACTIVITY_RUNNING') return { $set: asAwaiting(delivery, next), $push: made };
  const { countsAsFailedTry } = next;
  return {
    $set: {
      ...asNextTry(delivery, next),
      ...(countsAsFailedTry ? { firstTriedAt: delivery.failedTries?.firstAt ?? now } : {}),
    },
    $inc: { attemptCount: countsAsFailedTry ? 1 : 0 },
    $push: made,
  };
};

type Changes = mongo.MatchKeysAndValues<DeliveryDocument>;

const asEnded = (delivery: OpenDelivery, { reason, contactId, performed, added }: Outcome): Changes => ({
  status: endsWith[reason],
  reason,
  readyAt: null,
  claimed: false,
  uncounted: true,
  // Kept, because a call before the one that failed, or an earlier holder that crashed, may have done something.
  uncertain: delivery.uncertain,
  // Kept whatever the outcome: the next work for the contact must wait for activities under way.
  activityIds: delivery.activities?.ids ?? [],
  ...(contactId ? { contactId } : {}),
  performed: performed ?? withoutNotes(delivery.performed),
  ...(reason === 'TAKEN_BACK' ? { added: null } : added ? { added } : {}),
  undoesOrder: false,
});

/** The activities of a delivery, and the other fields that every wait and every next try sets. */
const asOpen = (activities: Activities | null | undefined): Changes => ({
  claimed: false,
  activityIds: activities?.ids ?? [],
  held: activities?.whose === 'others',
});

const asAwaiting = (delivery: OpenDelivery, { waitingFor, readyAt, activities, ...next }: ActivityWait): Changes => {
  const { begun, performed } = next;
  return {
    status: 'WAITING',
    reason: waitingFor,
    readyAt,
    ...asOpen(activities),
    uncertain: delivery.uncertain && !begun,
    ...(begun ? { imported: begun.imported } : {}),
    ...(begun?.endsAs ? { endsAs: begun.endsAs } : {}),
    ...(begun?.contactId ? { contactId: begun.contactId } : {}),
    ...(begun?.added ? { added: begun.added } : {}),
    ...(performed ? { performed } : {}),
  };
};

const asNextTry = (delivery: OpenDelivery, next: NextTry): Changes => ({
  status: next.waitingFor ? 'WAITING' : 'PENDING',
  reason: next.waitingFor,
  readyAt: next.readyAt,
  ...asOpen(next.activities),
  uncertain: delivery.uncertain || next.countsAsFailedTry,
  ...(next.alone ? { alone: true } : {}),
  ...(next.countsAsFailedTry && delivery.queue === 'live' ? { queue: 'retry' } : {}),
  ...(next.emailHash ? { emailHash: next.emailHash, added: null } : {}),
  ...(next.performed ? { performed: next.performed } : {}),
});
