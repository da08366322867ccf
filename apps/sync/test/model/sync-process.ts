import { createConstantContact, type Send } from '@boxlist/constant-contact';
import { AppError, topics, type ConnectionFact, type EntitlementFact, type WorkflowFact } from '@boxlist/contracts';
import { neverRests, startOutboxRelay } from '@boxlist/event-bus';
import { createFactCopy, type Log } from '@boxlist/service-kit';
import { createTicketTailor } from '@boxlist/ticket-tailor';
import { createHmac } from 'node:crypto';
import type { Context } from '../../src/context';
import { followersOf, openEventDoors } from '../../src/events';
import { createActivityStore } from '../../src/store/activities';
import { createBackfillStore } from '../../src/store/backfills';
import { createContactStore } from '../../src/store/contacts';
import { createDeadLetterStore } from '../../src/store/dead-letters';
import { createDeliveryStore, outcomeRendering } from '../../src/store/deliveries';
import { createErasureStore } from '../../src/store/erasures';
import { createJoinStore } from '../../src/store/joins';
import { createConnectionLeaseStore } from '../../src/store/connection-leases';
import { createLedgerStore } from '../../src/store/ledger';
import { createNoticeStore, noticeRendering } from '../../src/store/notices';
import { createOrderStore } from '../../src/store/orders';
import { createResourceStore } from '../../src/store/resources';
import { createRetryStore } from '../../src/store/retries';
import { createStandstillStore } from '../../src/store/standstills';
import { createDeliveryCountStore } from '../../src/store/delivery-counts';
import { createExpiredWritesStore } from '../../src/store/expired-writes';
import { createLatePhoneStore, createUpgradeStore } from '../../src/store/deferred-work';
import { startBackgroundJobs } from '../../src/background-jobs';
import { startDispatcher } from '../../src/use-cases/dispatch/dispatcher';
import { createWorkSignal } from '../../src/work-signal';
import type { MemoryBus } from './memory-bus';
import type { MemoryMongo } from './memory-mongo';
import type { Actor } from './stage';

const hashKey = 'a key of the model that hashes addresses';
const hashes = new Map<string, string>();

/** As the service hashes an address; remembered, for there are few. */
export const hashEmail = (boxOfficeId: string, email: string): string => {
  const text = `${boxOfficeId}\n${email}`;
  let hash = hashes.get(text);
  if (hash === undefined) hashes.set(text, (hash = createHmac('sha256', hashKey).update(text).digest('base64url')));
  return hash;
};

interface Outside {
  readonly mongo: MemoryMongo;
  readonly bus: MemoryBus;
  /** Brings a call to Constant Contact. */
  readonly send: (actor: Actor) => Send;
  /** What auth-connection answers when it is asked for a token. */
  readonly token: (connectionId: string, rejected: string | undefined) => string | AppError;
  readonly clock: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly callsPerDay: number;
  readonly signUpKeepsOptOuts: boolean;
}

const leaseMs = 30_000;
export const callsPerSecond = 4;
/** Longer than all waits of a history together, but for those in which it grows old. */
export const retentionMs = 20 * 3_600_000;

/** One process of sync: the service's own composition, on what stands in for the world outside. */
export const startSync = async (
  actor: Actor,
  { mongo, bus: kafka, send, token, clock, random, log, callsPerDay, signUpKeepsOptOuts }: Outside,
): Promise<Context> => {
  const connection = mongo.connect(actor.call);
  const bus = kafka.connect(actor);
  const erasures = createErasureStore(connection);
  const deliveries = createDeliveryStore(connection);
  const notices = createNoticeStore(connection);
  const work = createWorkSignal();
  const ctx: Context = {
    erasures,
    deliveries,
    orders: createOrderStore(connection, hashEmail),
    connectionLeases: createConnectionLeaseStore(connection),
    contacts: createContactStore(connection, erasures),
    activities: createActivityStore(connection),
    backfills: createBackfillStore(connection),
    retries: createRetryStore(connection),
    deadLetters: createDeadLetterStore(connection),
    standstills: createStandstillStore(connection),
    notices,
    entitlements: createFactCopy<EntitlementFact>(
      connection,
      'entitlement_facts',
      (fact) => `${fact.boxOfficeId}:${fact.appId}`,
    ),
    connections: createFactCopy<ConnectionFact>(connection, 'connection_facts', (fact) => fact.connectionId),
    workflows: createFactCopy<WorkflowFact>(connection, 'workflow_facts', (fact) => fact.workflowId),
    ledger: createLedgerStore(
      connection,
      { perSecond: callsPerSecond, perDay: callsPerDay },
      { minMs: 10_000, maxMs: 1_800_000 },
      async () => clock(),
    ),
    resources: createResourceStore(connection),
    deliveryCounts: createDeliveryCountStore(connection),
    expiredWrites: createExpiredWritesStore(connection, erasures),
    upgrades: createUpgradeStore(connection, erasures),
    latePhones: createLatePhoneStore(connection, erasures),
    signUpKeepsOptOuts,
    joins: createJoinStore(connection),
    followers: followersOf(bus),
    bus,
    constantContact: createConstantContact({ apiUrl: 'http://sandbox/v3', send: send(actor) }),
    tokens: async (connectionId, rejected) => {
      const answer = await actor.call('token', () => token(connectionId, rejected));
      if (answer instanceof AppError) throw answer;
      return answer;
    },
    // No history reads orders there.
    ticketTailor: createTicketTailor({ apiUrl: 'http://127.0.0.1:9' }),
    ticketTailorKey: () => Promise.reject(new AppError('TICKET_TAILOR_KEY_MISSING', 'There is none')),
    hashEmail,
    markKey: hashKey,
    retry: { baseMs: 1_000, maxDelayMs: 3_600_000, forMs: 30 * 86_400_000 },
    retention: { historyMs: retentionMs, deadLettersMs: 14 * 86_400_000 },
    leaseMs,
    notify: () => work.notify(),
    clock: () => new Date(clock()),
    random,
    log,
  };
  await startOutboxRelay({
    bus,
    collection: deliveries.collection,
    topic: { name: topics.deliveryOutcomes.name, compacted: false, rendering: outcomeRendering },
    rest: neverRests,
    log,
    clock: () => new Date(clock()),
  });
  await startOutboxRelay({
    bus,
    collection: notices.collection,
    topic: { name: topics.notices.name, compacted: false, rendering: noticeRendering },
    rest: neverRests,
    log,
    clock: () => new Date(clock()),
  });
  await openEventDoors(ctx, true);
  startBackgroundJobs(ctx, true);
  startDispatcher(ctx, work);
  return ctx;
};
