import { describe, expect, it } from '@jest/globals';
import { contradictionsIn } from '../domain/delivery-states';
import { deliveryFrom, type DeliveryDocument } from './delivery-document';

const now = new Date('2026-06-01T12:00:00Z');
const pending: DeliveryDocument = {
  _id: 'dlv_1',
  boxOfficeId: 'bo_1',
  connectionId: 'conn_1',
  workflowId: 'wf_1',
  workflowVersion: 1,
  orderKey: 'bo_1:or_1',
  orderId: 'or_1',
  orderRevision: 'r1',
  orderTime: now.getTime(),
  emailHash: 'hash_1',
  eventId: null,
  eventName: null,
  status: 'PENDING',
  reason: null,
  performed: [],
  contactId: null,
  readyAt: now,
  queue: 'live',
  fence: 0,
  claimed: false,
  uncertain: false,
  alone: false,
  imported: false,
  added: null,
  backfillId: null,
  undoesOrder: false,
  activityIds: [],
  held: false,
  attempts: [],
  attemptCount: 0,
  firstTriedAt: null,
  consent: { value: 'OPTED_IN', recordedAt: now, orderId: 'or_1' },
  version: 1,
  createdAt: now,
  settledAt: null,
  outbox: [],
  counted: null,
};
const running: DeliveryDocument = {
  ...pending,
  status: 'WAITING',
  reason: 'ACTIVITY_RUNNING',
  activityIds: ['boxlist-1'],
};
const synced: DeliveryDocument = { ...pending, status: 'SYNCED', reason: 'SYNCED', readyAt: null, settledAt: now };

describe('the delivery of a document', () => {
  it('waits for its own activities and then settles, unless an import leaves something to do', () => {
    const settlesAs = (given: Partial<DeliveryDocument>) => deliveryFrom({ ...running, ...given });
    expect(settlesAs({})).toMatchObject({ activities: { ids: ['boxlist-1'], whose: 'own' }, endsAs: 'SYNCED' });
    expect(settlesAs({ endsAs: 'SYNCED_WITHOUT_PERMISSION' })).toMatchObject({ endsAs: 'SYNCED_WITHOUT_PERMISSION' });
    expect(settlesAs({ undoesOrder: true })).toMatchObject({ endsAs: 'TAKEN_BACK' });
    expect(settlesAs({ imported: true })).toMatchObject({ endsAs: null });
  });

  it('is planned after the activities of other deliveries', () => {
    expect(deliveryFrom({ ...running, held: true })).toMatchObject({ activities: { whose: 'others' }, endsAs: null });
  });

  it('has its failed tries in one place', () => {
    expect(deliveryFrom(pending)).toMatchObject({ failedTries: null });
    expect(deliveryFrom({ ...pending, queue: 'retry', attemptCount: 2, firstTriedAt: now })).toMatchObject({
      failedTries: { count: 2, firstAt: now },
    });
  });

  it.each([
    ['with an outcome that is ready to be worked on', { ...synced, readyAt: now }, 'PENDING'],
    ['that ended and is claimed', { ...synced, claimed: true }, 'SYNCED'],
    ['that waits for no activity', { ...running, activityIds: [] }, 'PENDING'],
    ['in the queue of backfills without one', { ...pending, queue: 'backfill' }, 'PENDING'],
    ['with tries that never began', { ...pending, attemptCount: 2 }, 'PENDING'],
  ] as const)('is legal for a document %s', (_, document, status) => {
    expect(contradictionsIn(document)).not.toEqual([]);
    const { activities, failedTries, ...delivery } = deliveryFrom(document);
    expect(delivery.status).toBe(status);
    const again = {
      ...document,
      ...delivery,
      activityIds: activities?.ids ?? [],
      attemptCount: failedTries?.count ?? 0,
      firstTriedAt: failedTries?.firstAt ?? null,
    };
    expect(contradictionsIn(again)).toEqual([]);
  });
});
