import { newId, type BoxOfficeId } from '@boxlist/contracts';
import type { Connection } from 'mongoose';
import type { BackfillMode, BackfillPauseReason, BackfillSource, BackfillStatus } from '../domain/backfill';
import { changeKnown } from './change-known';

export interface Backfill {
  readonly _id: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly workflowId: string;
  readonly connectionId: string;
  readonly mode: BackfillMode;
  readonly source: BackfillSource;
  readonly status: BackfillStatus;
  /**
   * Orders of this time, by when Boxlist received them, or by when they were created where they come from Ticket
   * Tailor.
   */
  readonly from: Date | null;
  readonly to: Date;
  /** Where the orders go on that are still to be made deliveries; null when all are. */
  readonly cursor: string | null;
  readonly seen: number;
  /** Orders of Ticket Tailor that could not be understood. */
  readonly unreadable: number;
  /** Set while it is paused because something at Ticket Tailor asks for a person. */
  readonly pausedFor: BackfillPauseReason | null;
  /** Until when it waits before it asks Ticket Tailor again, and how often that failed in a row. */
  readonly waitsUntil: Date | null;
  readonly failures: number;
  readonly createdAt: Date;
  readonly version: number;
}

/** Backfills, with how far their orders have become deliveries. */
export const createBackfillStore = (mongo: Connection) => {
  const backfills = mongo.collection<Backfill>('backfills');
  return {
    init: async (): Promise<void> => {
      await backfills.createIndex({ boxOfficeId: 1, workflowId: 1, createdAt: -1 });
      await backfills.createIndex({ status: 1, connectionId: 1 });
    },
    start: async (
      given: Pick<Backfill, 'boxOfficeId' | 'workflowId' | 'connectionId' | 'mode' | 'source' | 'from' | 'to'>,
      now: Date,
    ): Promise<Backfill> => {
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
      await backfills.insertOne(backfill);
      return backfill;
    },
    byId: (id: string): Promise<Backfill | null> => backfills.findOne({ _id: id }),
    ofWorkflow: (boxOfficeId: BoxOfficeId, workflowId: string): Promise<Backfill[]> =>
      backfills.find({ boxOfficeId, workflowId }).sort({ createdAt: -1 }).limit(100).toArray(),
    /**
     * Whether orders of a backfill of this connection are being made deliveries; one that waits for Ticket Tailor holds
     * nothing up.
     */
    isMaking: async (connectionId: string): Promise<boolean> =>
      (await backfills.findOne({
        connectionId,
        status: 'RUNNING',
        cursor: { $ne: null },
        waitsUntil: null,
      })) !== null,
    /** Whether a backfill of this connection needs calls for each contact. */
    anyOneByOne: async (connectionId: string): Promise<boolean> =>
      (await backfills.findOne({ connectionId, status: 'RUNNING', mode: { $ne: 'IMPORT' } })) !== null,
    running: (): Promise<Backfill[]> => backfills.find({ status: 'RUNNING' }).limit(100).toArray(),
    /** Undefined when it was changed meanwhile. */
    change: changeKnown<Backfill>(backfills),
  };
};
