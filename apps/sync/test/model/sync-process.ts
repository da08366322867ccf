import { createConstantContact, type Send } from '@boxlist/constant-contact';
import { AppError, topics } from '@boxlist/contracts';
import { neverRests, startOutboxRelay } from '@boxlist/event-bus';
import type { Log } from '@boxlist/service-kit';
import type { MemoryMongo } from '@boxlist/testkit';
import { createTicketTailor } from '@boxlist/ticket-tailor';
import { createHmac } from 'node:crypto';
import type { Context } from '../../src/context';
import { entitlementsCaughtUp, openEventDoors } from '../../src/events';
import { outcomeRendering } from '../../src/store/deliveries';
import { createLedgerStore } from '../../src/store/ledger';
import { noticeRendering } from '../../src/store/notices';
import { createStores } from '../../src/stores';
import { startBackgroundJobs } from '../../src/background-jobs';
import { startDispatcher } from '../../src/use-cases/dispatch/dispatcher';
import { createWorkSignal } from '../../src/work-signal';
import type { MemoryBus } from './memory-bus';
import type { Actor } from './stage';

const hashKey = 'a key of the model that hashes addresses';
const hashes = new Map<string, string>();

/** The keyed hash of an address, like the service's. It is memoised, because the addresses are few. */
export const hashEmail = (boxOfficeId: string, email: string): string => {
  const text = `${boxOfficeId}\n${email}`;
  let hash = hashes.get(text);
  if (hash === undefined) hashes.set(text, (hash = createHmac('sha256', hashKey).update(text).digest('base64url')));
  return hash;
};

interface Outside {
  readonly mongo: MemoryMongo;
  readonly bus: MemoryBus;
  /** Sends a call to Constant Contact. */
  readonly send: (actor: Actor) => Send;
  /** auth-connection's answer to a request for a token. */
  readonly token: (connectionId: string, rejected: string | undefined) => string | AppError;
  readonly clock: () => number;
  readonly random: () => number;
  readonly log: Log;
  readonly callsPerDay: number;
  readonly signUpKeepsOptOuts: boolean;
}

const leaseMs = 30_000;
export const callsPerSecond = 4;
/** In ms. Longer than all waits of a history together, except those in which it grows old. */
export const retentionMs = 20 * 3_600_000;

/** Starts one process of sync: the service's own composition, on stand-ins for the outside world. */
export const startSync = async (
  actor: Actor,
  { mongo, bus: kafka, send, token, clock, random, log, callsPerDay, signUpKeepsOptOuts }: Outside,
): Promise<Context> => {
  const connection = mongo.connect(actor.call);
  const bus = kafka.connect(actor);
  const { initStores: _, deliveryCollection, ...stores } = createStores(connection, hashEmail);
  const work = createWorkSignal();
  const ctx: Context = {
    ...stores,
    ledger: createLedgerStore(
      connection,
      {
        perSecond: callsPerSecond,
        perDay: callsPerDay,
        interactive: { perDay: callsPerDay, perDayOfBoxOffice: callsPerDay },
      },
      { minMs: 10_000, maxMs: 1_800_000 },
      async () => clock(),
    ),
    signUpKeepsOptOuts,
    entitlementsCaughtUp: entitlementsCaughtUp(bus),
    bus,
    constantContact: createConstantContact({ apiUrl: 'http://sandbox/v3', send: send(actor) }),
    tokens: async ({ connectionId }, rejected) => {
      const answer = await actor.call('token', () => token(connectionId, rejected));
      if (answer instanceof AppError) throw answer;
      return answer;
    },
    // No history reads orders at Ticket Tailor.
    ticketTailor: createTicketTailor({ apiUrl: 'http://127.0.0.1:9' }),
    ticketTailorKey: () => Promise.reject(new AppError('TICKET_TAILOR_KEY_MISSING', 'There is none')),
    hashEmail,
    markKey: hashKey,
    retry: { baseMs: 1_000, maxDelayMs: 3_600_000, forMs: 30 * 86_400_000 },
    limits: { backfills: 100, retries: 100 },
    retention: { historyMs: retentionMs, deadLettersMs: 14 * 86_400_000 },
    leaseMs,
    notifyAudit: () => undefined,
    notify: () => work.notify(),
    clock: () => new Date(clock()),
    random,
    log,
  };
  await startOutboxRelay({
    bus,
    collection: deliveryCollection,
    topic: { name: topics.deliveryOutcomes.name, compacted: false, rendering: outcomeRendering },
    rest: neverRests,
    log,
    clock: () => new Date(clock()),
  });
  await startOutboxRelay({
    bus,
    collection: stores.notices.collection,
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
