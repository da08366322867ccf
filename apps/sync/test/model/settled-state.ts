import { deliveryOutcomeEventSchema, topics, type WorkflowFact } from '@boxlist/contracts';
import type { MemoryMongo } from '@boxlist/testkit';
import { deliveryId } from '../../src/domain/delivery';
import { isSamePhone } from '../../src/domain/phone';
import { phoneFollows } from '../../src/domain/plan-phone';
import type { Backfill } from '../../src/store/backfills';
import type { DeferredWork } from '../../src/store/deferred-work';
import type { Erasure } from '../../src/store/erasures';
import type { Retry } from '../../src/store/retries';
import { judgeNotices } from './agreeing-notices';
import { erasedIn, isOpen, keptDeliveries, type Rest } from './at-rest-state';
import { type Office, offices, people } from './history';
import type { OrderDocument, StoredDelivery } from './stored-documents';
import { hashEmail, retentionMs } from './sync-process';
import {
  boxOfficeOf,
  connectionOf,
  mergedOf,
  officeOf,
  originOfPhone,
  personal,
  withoutUnseen,
} from './published-orders';

interface Fact<F> {
  readonly _id: string;
  readonly fact: F;
}
interface DeliveryCounts {
  readonly _id: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly batch: readonly unknown[];
}

/** Whether an open delivery may wait as long as nothing happens outside. */
const waitsRightly = (rest: Rest, delivery: StoredDelivery): boolean => {
  const { mongo, connectionState } = rest;
  switch (delivery.reason) {
    case 'ORDER_PENDING':
      return mongo
        .all<OrderDocument>('orders')
        .some(({ _id, status }) => _id === delivery.orderKey && status === 'pending');
    case 'WORKFLOW_RESUME':
      return mongo
        .all<Fact<WorkflowFact>>('workflow_facts')
        .some(({ _id, fact }) => _id === delivery.workflowId && fact.status === 'PAUSED' && fact.whenPaused === 'WAIT');
    case 'CONNECTION_NEEDS_RECONNECT':
      return connectionState(officeOf(delivery.connectionId)) === 'broken';
    case 'ACTIVITY_RUNNING':
      return connectionState(officeOf(delivery.connectionId)) === 'broken';
    case 'BACKFILL_PAUSED':
      return mongo
        .all<Backfill>('backfills')
        .some(({ _id, status }) => _id === delivery.backfillId && status === 'PAUSED');
    default:
      return false;
  }
};

/** Checks everything once it has settled. */
export const judgeRest = (rest: Rest): void => {
  judgeOrders(rest);
  judgeDeliveries(rest);
  const published = publishedOutcomes(rest);
  judgeDeliveryCounts(rest, published);
  judgeRetries(rest, published);
  judgeOutcomes(rest, published);
  judgeSynced(rest);
  judgeTenants(rest);
  judgeErased(rest);
  judgeNotices(rest);
  for (const line of rest.logLines()) if (personal.test(line)) rest.problem(`9: personal data in the log: ${line}`);
};

const judgeOrders = (rest: Rest): void => {
  const { mongo, publishedOrders, problem } = rest;
  for (const key of publishedOrders.keys()) {
    const document = mongo.all<OrderDocument>('orders').find(({ _id }) => _id === key);
    const wanted = mergedOf(publishedOrders.of(key))!;
    if (!document) {
      problem(`3: order ${key} was published and is not stored`);
      continue;
    }
    if (document.expiredAt) {
      if (personal.test(JSON.stringify(document)) || document.emailHash !== null)
        problem(`10: order ${key} has expired and still names its buyer`);
      continue;
    }
    const erased = erasedIn(rest, officeOf(key));
    if (publishedOrders.of(key).some(({ person }) => person !== null && erased.includes(person))) continue;
    const is = {
      person: document.email,
      optIn: document.optIn === 'NOT_ASKED' ? null : document.optIn,
      status: document.status,
      event: document.event?.id ?? null,
      firstName: document.firstName,
      phone: document.phone,
    };
    const should = {
      person: wanted.person === null ? null : people[wanted.person],
      optIn: wanted.optIn,
      status: wanted.status,
      event: wanted.event === null ? null : `ev_${wanted.event}`,
      firstName: wanted.firstName,
      phone: wanted.phone,
    };
    if (JSON.stringify(is) !== JSON.stringify(should))
      problem(`4/5: order ${key} is ${JSON.stringify(is)} and should be ${JSON.stringify(should)}`);
  }
};

const judgeDeliveries = (rest: Rest): void => {
  const { mongo, problem } = rest;
  const deliveries = keptDeliveries(mongo);
  for (const delivery of deliveries)
    if (isOpen(delivery) && !waitsRightly(rest, delivery))
      problem(
        `3: delivery of ${delivery.orderKey} by ${delivery.workflowId} waits for ` +
          `${delivery.reason ?? delivery.status}, which is not so`,
      );
    else if (!isOpen(delivery) && !['SYNCED', 'SKIPPED', 'FAILED'].includes(delivery.status))
      problem(`3: delivery of ${delivery.orderKey} by ${delivery.workflowId} is lost: ${delivery.status}`);
  for (const { fact } of mongo.all<Fact<WorkflowFact>>('workflow_facts')) {
    if (fact.status === 'DELETED') continue;
    for (const order of mongo.all<OrderDocument>('orders')) {
      if (order.boxOfficeId !== fact.boxOfficeId || !order.receivedAt) continue;
      if (order.receivedAt.getTime() < Date.parse(fact.activeSince)) continue;
      const id = deliveryId(fact.workflowId, order._id);
      if (!deliveries.some(({ _id }) => _id === id))
        problem(`3: order ${order._id} has no delivery of ${fact.workflowId}`);
    }
  }
  const expired = new Map(mongo.all<OrderDocument>('orders').map(({ _id, expiredAt }) => [_id, expiredAt]));
  for (const delivery of deliveries) {
    const { reason, attempts, added, orderKey, workflowId, createdAt } = delivery;
    const expiredAt = expired.get(orderKey);
    // Only a delivery that was made while its order expired comes too late.
    const wasMade = attempts.length > 0 || added !== null;
    if ((expiredAt && isOpen(delivery)) || (reason === 'ORDER_EXPIRED' && wasMade))
      problem(`3: order ${orderKey} has expired although ${workflowId} was not done with it`);
    else if (expiredAt && createdAt.getTime() < expiredAt.getTime() - retentionMs)
      problem(`10: order ${orderKey} has expired and its delivery by ${workflowId} is still kept`);
  }
  for (const delivery of deliveries)
    if (delivery.reason === 'REJECTED_BY_CONSTANT_CONTACT' || delivery.reason === 'GAVE_UP')
      problem(
        `3: delivery of ${delivery.orderKey} by ${delivery.workflowId} failed: ${delivery.reason}, ` +
          JSON.stringify(delivery.attempts.at(-1)),
      );
};

const bucketOf = (delivery: StoredDelivery): string =>
  isOpen(delivery) ? 'OPEN' : `${delivery.status} ${delivery.reason ?? ''}`;

/** The last published outcome of each delivery. */
type Published = ReadonlyMap<string, { readonly workflowId: string; readonly version: number; readonly text: string }>;

const publishedOutcomes = ({ bus, problem }: Rest): Published => {
  const last = new Map<string, { workflowId: string; version: number; text: string }>();
  const eventIds = new Map<string, string>();
  for (const { value } of bus.messages(topics.deliveryOutcomes.name)) {
    const text = value?.toString() ?? '';
    if (personal.test(text)) problem(`9: personal data in an outcome: ${text}`);
    const event = deliveryOutcomeEventSchema.safeParse(JSON.parse(text));
    if (!event.success) {
      problem(`3: an outcome that breaks its contract: ${text}`);
      continue;
    }
    const { deliveryId: id, workflowId, version, status, reason } = event.data.data;
    const key = `${id} ${version}`;
    if ((eventIds.get(key) ?? event.data.id) !== event.data.id) problem(`3: two outcomes for ${key}`);
    eventIds.set(key, event.data.id);
    if (version >= (last.get(id)?.version ?? 0)) last.set(id, { workflowId, version, text: `${status} ${reason}` });
  }
  return last;
};

/**
 * Compares the counters with the existing deliveries by status, and the expired ones by outcome: nothing open expires,
 * and no delivery is counted twice or not at all.
 */
const judgeDeliveryCounts = ({ mongo, problem }: Rest, published: Published): void => {
  const real = new Map<string, number>();
  const count = (key: string): void => void real.set(key, (real.get(key) ?? 0) + 1);
  const kept = new Set<string>();
  for (const delivery of keptDeliveries(mongo)) {
    kept.add(delivery._id);
    count(`${delivery.workflowId} ${bucketOf(delivery)}`);
  }
  for (const [id, { workflowId, text }] of published) if (!kept.has(id)) count(`${workflowId} ${text}`);
  const counted = new Map<string, number>();
  for (const { _id, counts } of mongo.all<DeliveryCounts>('delivery_counts'))
    for (const [bucket, count] of Object.entries(counts)) {
      const [status = '', reason = ''] = bucket.split(' ');
      const key = status === 'OPEN' ? `${_id} OPEN` : `${_id} ${status} ${reason}`;
      const all = (counted.get(key) ?? 0) + count;
      if (all === 0) counted.delete(key);
      else counted.set(key, all);
    }
  for (const key of new Set([...real.keys(), ...counted.keys()]))
    if (real.get(key) !== counted.get(key))
      problem(`3: the tally says ${counted.get(key) ?? 0} of ${key}, and there are ${real.get(key) ?? 0}`);
};

/** Checks that an ended retry keeps nothing of its filter, and has requeued no delivery more than once. */
const judgeRetries = ({ mongo, problem }: Rest, published: Published): void => {
  const kept = new Set(keptDeliveries(mongo).map(({ _id }) => _id));
  const expired = [...published.keys()].filter((id) => !kept.has(id)).length;
  for (const { _id, boxOfficeId, status, open, wanted, taking, requeued } of mongo.all<Retry>('retries')) {
    const theirs = keptDeliveries(mongo).filter((each) => each.boxOfficeId === boxOfficeId);
    if (open || status === 'RUNNING') problem(`3: retry ${_id} does not come to its end`);
    if (Object.keys(wanted).length > 0 || taking.length > 0) problem(`3: retry ${_id} keeps what it was for`);
    const there = theirs.length + expired;
    if (requeued > there) problem(`3: retry ${_id} has requeued ${requeued} of ${there} deliveries`);
  }
};

const judgeOutcomes = ({ mongo, problem }: Rest, published: Published): void => {
  for (const delivery of keptDeliveries(mongo))
    if (!isOpen(delivery) && published.get(delivery._id)?.text !== `${delivery.status} ${delivery.reason ?? ''}`)
      problem(
        `3: ${delivery._id} is ${delivery.status} ${delivery.reason ?? ''} and was published as ` +
          (published.get(delivery._id)?.text ?? 'nothing'),
      );
};

const isDone = ({ reason }: StoredDelivery): boolean => reason === 'SYNCED' || reason === 'SYNCED_WITHOUT_PERMISSION';

/** Checks that a synced delivery has reached Constant Contact, unless somebody else changed the contact. */
const judgeSynced = (rest: Rest): void => {
  const { mongo, accounts, touched, seeded, problem } = rest;
  for (const delivery of keptDeliveries(mongo)) {
    const order = mongo.all<OrderDocument>('orders').find(({ _id }) => _id === delivery.orderKey);
    const office = officeOf(delivery.connectionId);
    const person = people.findIndex((email) => email === order?.email);
    if (delivery.status !== 'SYNCED' || !isDone(delivery) || person < 0) continue;
    if (touched.has(`${office} ${person}`) || touched.has(`order ${delivery.orderKey}`)) continue;
    const contact = accounts.sandbox
      .contacts(office === 0 ? 'riverside' : 'harbour')
      .find(({ email_address: email }) => email?.address === people[person]);
    if (!contact) problem(`3: ${delivery.orderKey} is synced, and there is no contact`);
    judgePhone(
      rest,
      delivery,
      order?.phone ?? null,
      contact?.phone_numbers.map(({ phone_number: phone }) => phone) ?? [],
    );
    if (seeded.has(`${office} ${person}`)) continue;
    const { listIds = [], tagIds = [] } = delivery.added ?? {};
    const lists = listIds.filter((id) => !contact?.list_memberships.includes(id));
    const tags = tagIds.filter((id) => !contact?.taggings.includes(id));
    // A buyer who opted in and has yet to confirm is added to the lists by the confirmation.
    if (lists.length > 0 && contact?.email_address?.permission_to_send !== 'pending_confirmation')
      problem(
        `3: ${delivery.orderKey} by ${delivery.workflowId} records a list as added that the contact does not have`,
      );
    if (tags.length > 0)
      problem(
        `3: ${delivery.orderKey} by ${delivery.workflowId} records a tag as added that the contact does not have`,
      );
  }
};

/**
 * Checks that the contact has the phone of a synced order, that another order has a newer phone, or that the delivery
 * says that the phone is missing and why.
 */
const judgePhone = (
  { mongo, publishedOrders, connectionState, problem }: Rest,
  { orderKey, workflowId, connectionId, emailHash, performed, _id }: StoredDelivery,
  phone: string | null,
  has: readonly string[],
): void => {
  const late = mongo
    .all<DeferredWork>('late_phones')
    .filter((each) => each._id === `${connectionId}:${emailHash ?? ''}`);
  const follows = performed.includes(phoneFollows);
  if (follows && late.length === 0)
    problem(`3: ${_id} has the note that its phone follows, and no late phone is stored`);
  if (follows && late.length > 0 && connectionState(officeOf(connectionId)) === 'connected' && !isPaused(mongo, late))
    problem(`3: ${_id} still waits for its phone`);
  if (phone === null || follows || performed.some((each) => each.startsWith('left out the phone'))) return;
  const { age = 0 } = originOfPhone(phone) ?? {};
  const person = mongo.all<OrderDocument>('orders').find(({ _id: key }) => key === orderKey)?.email;
  // This includes an order that has got another buyer since: its phone was this buyer's when it was written.
  const isStale = publishedOrders
    .keys()
    .filter((key) => key !== orderKey && officeOf(key) === officeOf(orderKey))
    .map((key) => publishedOrders.of(key))
    .some(
      (events) =>
        events.some((each) => each.phone !== null && (originOfPhone(each.phone)?.age ?? 0) >= age) &&
        events.some((each) => each.person === people.findIndex((email) => email === person)),
    );
  if (!isStale && !has.some((each) => isSamePhone(each, phone, 'GB')))
    problem(`3: ${orderKey} by ${workflowId} is synced, and its phone is missing`);
};

const isPaused = (mongo: MemoryMongo, late: readonly DeferredWork[]): boolean =>
  late.every(({ deliveryId: id }) => {
    const { backfillId } = keptDeliveries(mongo).find(({ _id }) => _id === id) ?? {};
    return mongo.all<Backfill>('backfills').some(({ _id, status }) => _id === backfillId && status === 'PAUSED');
  });

const judgeTenants = ({ mongo, accounts, problem }: Rest): void => {
  for (const delivery of keptDeliveries(mongo)) {
    const all = [delivery.boxOfficeId, delivery.connectionId, delivery.workflowId, delivery.orderKey, delivery.orderId];
    if (new Set(all.map(officeOf)).size > 1) problem(`8: a delivery of two box offices: ${all.join(' ')}`);
  }
  for (const office of offices) {
    const id = office === 0 ? 'riverside' : 'harbour';
    const foreign = `office-${1 - office}-`;
    for (const { name } of [...accounts.sandbox.lists(id), ...accounts.sandbox.tags(id)])
      if (name.includes(foreign)) problem(`8: account ${id} has ${name}`);
  }
};

/** The text of everything that is stored for a box office. */
const textsOf = ({ mongo }: Rest, office: Office): string[] => {
  const own = [boxOfficeOf(office), connectionOf(office)];
  return mongo.collections().flatMap((collection) =>
    collection === 'erasures'
      ? []
      : mongo.all(collection).flatMap((document) => {
          const text = JSON.stringify(document, (_name, value: unknown) =>
            typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value
              ? Buffer.from(value.data as number[]).toString()
              : value,
          );
          return own.some((each) => text.includes(each)) ? [`${collection} ${withoutUnseen(text)}`] : [];
        }),
  );
};

const judgeErased = (rest: Rest): void => {
  for (const office of offices)
    for (const person of erasedIn(rest, office)) {
      const email = people[person]!;
      const hash = hashEmail(boxOfficeOf(office), email);
      const erasure = rest.mongo.all<Erasure>('erasures').find(({ _id }) => _id === hash);
      if (erasure?.status === 'DONE' && erasure.email !== null) rest.problem('10: a done erasure keeps the address');
      const phones = [`77009${office}${person}`, `78155${office}${person}`];
      const marks = [email, hash, `Fn-${office}-${person}-`, ...phones];
      for (const text of textsOf(rest, office)) {
        const lower = text.toLowerCase();
        // The audit log keeps who exported or erased whom, by the keyed hash alone.
        const isAudit = text.startsWith('audit_records');
        const found = marks
          .filter((mark) => mark !== hash || !isAudit)
          .find((mark) => text.includes(mark) || lower.includes(mark.toLowerCase()));
        // A name stays on an order that has another buyer by now.
        if (found && !(found.startsWith('Fn-') || phones.includes(found)))
          rest.problem(`10: an erased person is still in ${text}`);
        else if (found && text.startsWith('orders') && text.includes('"erased":true'))
          rest.problem(`10: an erased person's details are still in ${text}`);
      }
    }
};
