import { newId, type BoxOfficeId } from '@boxlist/contracts';
import type { OutboxEntry } from '@boxlist/event-bus';
import { createReservations, type Audited, type ReservationAnswer } from '@boxlist/service-kit';
import type { Connection } from 'mongoose';
import type { BackfillMode, BackfillPauseReason, BackfillSource, BackfillStatus } from '../domain/backfill';
import { changeKnown } from './change-known';

export interface Backfill extends Audited {
  readonly _id: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly workflowId: string;
  readonly connectionId: string;
  readonly mode: BackfillMode;
  readonly source: BackfillSource;
  readonly status: BackfillStatus;
  /**
   * The range of orders, by the time at which Boxlist received them, or by their creation time when they come from
   * Ticket Tailor.
   */
  readonly from: Date | null;
  readonly to: Date;
  /** Where the creation of deliveries goes on; null when all orders have deliveries. */
  readonly cursor: string | null;
  readonly seen: number;
  /** Orders of Ticket Tailor that sync could not understand. */
  readonly unreadable: number;
  /** Set while the backfill is paused because somebody has to fix something at Ticket Tailor. */
  readonly pausedFor: BackfillPauseReason | null;
  /** `waitsUntil`: no request to Ticket Tailor before this time. `failures`: how many requests failed in a row. */
  readonly waitsUntil: Date | null;
  readonly failures: number;
  readonly createdAt: Date;
  readonly version: number;
}

const underWay: readonly BackfillStatus[] = ['RUNNING', 'PAUSED'];

type NewBackfill = Pick<Backfill, 'boxOfficeId' | 'workflowId' | 'connectionId' | 'mode' | 'source' | 'from' | 'to'>;

/** Backfills, with their progress in turning orders into deliveries. */
export const createBackfillStore = (mongo: Connection) => {
  const backfills = mongo.collection<Backfill>('backfills');
  const reservations = createReservations(mongo, 'backfill_reservations');
  return {
    collection: backfills,
    init: async (): Promise<void> => {
      await backfills.createIndex({ boxOfficeId: 1, workflowId: 1, createdAt: -1 });
      await backfills.createIndex({ status: 1, connectionId: 1 });
    },
    /**
     * Starts a backfill, unless its workflow has one under way (KEY_TAKEN) or its box office has `limit` of them
     * (FULL).
     */
    start: async (
      given: NewBackfill,
      limit: number,
      now: Date,
      auditOf: (started: Backfill) => OutboxEntry,
    ): Promise<Backfill | Exclude<ReservationAnswer, 'RESERVED'>> => {
      const backfill: Backfill = {
        ...given,
        _id: newId('backfill'),
        status: 'RUNNING',
        cursor: '',
        seen: 0,
        unreadable: 0,
        pausedFor: null,
        waitsUntil: null,
        failures: 0,
        createdAt: now,
        version: 1,
      };
      const answer = await reservations.reserve({
        owner: given.boxOfficeId,
        id: backfill._id,
        key: given.workflowId,
        limit,
        counts: async (ids) => {
          const found = await backfills.find({ _id: { $in: [...ids] } }, { projection: { status: 1 } }).toArray();
          return new Map(found.map(({ _id, status }) => [_id, underWay.includes(status)]));
        },
        now,
      });
      if (answer !== 'RESERVED') return answer;
      await backfills.insertOne({ ...backfill, auditOutbox: [auditOf(backfill)] });
      return backfill;
    },
    byId: (id: string): Promise<Backfill | null> => backfills.findOne({ _id: id }),
    ofWorkflow: (boxOfficeId: BoxOfficeId, workflowId: string): Promise<Backfill[]> =>
      backfills.find({ boxOfficeId, workflowId }).sort({ createdAt: -1 }).limit(100).toArray(),
    /**
     * Whether a running backfill of this connection still creates deliveries. A backfill that waits for Ticket Tailor
     * does not count, because nothing should wait for it.
     */
    isMaking: async (connectionId: string): Promise<boolean> =>
      (await backfills.findOne({
        connectionId,
        status: 'RUNNING',
        cursor: { $ne: null },
        waitsUntil: null,
      })) !== null,
    /** Whether a running backfill of this connection needs calls for each contact. */
    anyOneByOne: async (connectionId: string): Promise<boolean> =>
      (await backfills.findOne({ connectionId, status: 'RUNNING', mode: { $ne: 'IMPORT' } })) !== null,
    running: (): Promise<Backfill[]> => backfills.find({ status: 'RUNNING' }).limit(100).toArray(),
    /** Returns undefined when another process changed the backfill in the meantime. */
    change: changeKnown<Backfill>(backfills),
  };
};
