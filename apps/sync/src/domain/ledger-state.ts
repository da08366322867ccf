import { noInteractiveUse, type InteractiveLimits, type InteractiveUse } from './interactive-calls';

/** The purpose of a call, in the sequence of service. */
export const callClasses = ['interactive', 'live', 'retry', 'poll', 'backfill', 'upgrade'] as const;
export type CallClass = (typeof callClasses)[number];

/** The permits that a process wants for one box office in one class. */
export interface Demand {
  readonly class: CallClass;
  readonly boxOfficeId: string;
  readonly count: number;
  /** Since when the oldest of them waits. */
  readonly since: number;
}

/** The right to one call, now. */
export type Permit = Pick<Demand, 'class' | 'boxOfficeId'>;

/**
 * What the application has used of Constant Contact's limits, and which processes wait for permits. All processes share
 * it. Times are in ms of the database's clock.
 */
export interface Ledger {
  /** The UTC day that `used` and `usedBy` count, `YYYY-MM-DD`. */
  readonly day: string;
  readonly used: number;
  readonly usedBy: Readonly<Partial<Record<CallClass, number>>>;
  /** The times of the last permits, oldest first, at most as many as one second allows. */
  readonly recent: readonly number[];
  /**
   * Set when Constant Contact reported the day as used up, with the limit at that time. A limit that is raised later
   * applies.
   */
  readonly exhaustedDay: string | null;
  readonly exhaustedAtLimit?: number;
  /** No permits before this time; set when Constant Contact reports throttling, longer each time in a row. */
  readonly pausedUntil: number;
  readonly strikes: number;
  /** The turn of each box office in its class, by `class boxOfficeId`. The lowest turn is next. */
  readonly turns: Readonly<Record<string, number>>;
  /** When each class was last served. */
  readonly servedAt: Readonly<Partial<Record<CallClass, number>>>;
  /** The demands of each process; dropped when the process stops declaring them. */
  readonly holders: Readonly<Record<string, { readonly until: number; readonly demands: readonly Demand[] }>>;
  /** The number of live buyers in about the last hour, older ones weighted less, as of `paceAt`. */
  readonly pace: number;
  readonly paceAt: number;
  /** The box offices with a live buyer in the last hour: when the last one came, and the pace at that time. */
  readonly active: Readonly<Record<string, { readonly at: number; readonly pace: number }>>;
  /** What people in front of a page have used, by box office. */
  readonly interactive: InteractiveUse;
}

export interface Limits {
  readonly perSecond: number;
  readonly perDay: number;
  readonly interactive: InteractiveLimits;
}

/** The longest time in ms from the moment of a permit until it reaches the process that requested it. */
export const permitDelayMs = 50;
/**
 * The longest time in ms from then until the call is sent. After a longer pause of the process, the call would fall
 * into another second.
 */
export const permitMs = 40;
/** A second plus both delays, so that no five calls are sent within one second. */
export const windowMs = 1_010 + permitDelayMs + permitMs;

export const emptyLedger: Ledger = {
  day: '',
  used: 0,
  usedBy: {},
  recent: [],
  exhaustedDay: null,
  pausedUntil: 0,
  strikes: 0,
  turns: {},
  servedAt: {},
  holders: {},
  pace: 0,
  paceAt: 0,
  active: {},
  interactive: noInteractiveUse,
};
