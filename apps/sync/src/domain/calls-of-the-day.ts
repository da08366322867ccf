import { windowMs, type CallClass, type Ledger, type Limits } from './ledger-state';

export const hourMs = 3_600_000;
/** When a backfill asks again for calls that are kept for others, in ms. */
const keptRetryMs = 10 * 60_000;
const leastRetryMs = 1_000;
const momentMs = 5_000;
/** The share of the day's calls that is kept for people who wait for a page. */
const interactiveShare = 0.01;

export const utcDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
export const msToNextUtcDay = (ms: number): number => 86_400_000 - (ms % 86_400_000);

/** The number of calls left today. */
export const leftToday = (ledger: Ledger, now: number, { perDay }: Limits): number => {
  const day = utcDay(now);
  if (ledger.exhaustedDay === day && perDay <= (ledger.exhaustedAtLimit ?? perDay)) return 0;
  return Math.max(0, perDay - (ledger.day === day ? ledger.used : 0));
};

/** Records that Constant Contact reported the day as used up. */
export const exhausted = (ledger: Ledger, now: number, { perDay }: Limits): Ledger => ({
  ...ledger,
  exhaustedDay: utcDay(now),
  exhaustedAtLimit: perDay,
});

/** The live buyers expected until the end of the day at the pace of the last hour. */
export const expectedLive = (ledger: Ledger, now: number): number =>
  (faded(ledger, now) * msToNextUtcDay(now)) / hourMs;

const fadedBy = (ms: number): number => Math.exp(-Math.max(0, ms) / hourMs);

/** The live buyers in about the last hour, older ones weighted less. */
export const faded = ({ pace, paceAt }: Ledger, now: number): number => pace * fadedBy(now - paceAt);

/** The live buyers of a box office expected in a time span at the pace of the last hour. */
export const expectedOf = ({ active }: Ledger, boxOfficeId: string, now: number, ms: number): number => {
  const own = active[boxOfficeId];
  return own ? (own.pace * fadedBy(now - own.at) * ms) / hourMs : 0;
};

const keptForPeople = ({ perDay }: Limits): number => Math.floor(perDay * interactiveShare);

/**
 * The time in ms until a call is left over in any case: from then on, the limit per second keeps orders from using all
 * of the day's calls.
 */
const leftOverInMs = (ledger: Ledger, now: number, limits: Limits): number => {
  const left = Math.max(0, leftToday(ledger, now, limits) - keptForPeople(limits));
  return Math.max(0, msToNextUtcDay(now) - (left * windowMs) / limits.perSecond);
};

/**
 * Whether a class may use one more of today's calls. Backfills leave the calls that live buyers will need, upgrades
 * leave those that any other class could use, and all leave some for people.
 */
export const mayUse = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): boolean => {
  const left = leftToday(ledger, now, limits);
  if (kind === 'interactive') return left > 0;
  if (kind === 'upgrade' && leftOverInMs(ledger, now, limits) > 0) return false;
  return left > keptForPeople(limits) + (kind === 'backfill' ? expectedLive(ledger, now) * 1.2 : 0);
};

/**
 * Whether a class must come back later. An upgrade that may have a call within `momentMs` waits instead, because
 * left-over calls appear one by one.
 */
export const isRefused = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): boolean =>
  !mayUse(ledger, kind, now, limits) && (kind !== 'upgrade' || leftOverInMs(ledger, now, limits) > momentMs);

/** Whether calls are left today, but not for this class now. */
export const isKeptForOthers = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): boolean =>
  (kind === 'backfill' || kind === 'upgrade') && leftToday(ledger, now, limits) > 0;

/** How long a class that may not be used now is refused, in ms. */
export const refusedForMs = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): number => {
  if (!isKeptForOthers(ledger, kind, now, limits)) return msToNextUtcDay(now);
  const askedAgainMs = kind === 'upgrade' ? Math.max(leftOverInMs(ledger, now, limits), leastRetryMs) : keptRetryMs;
  return Math.min(askedAgainMs, msToNextUtcDay(now));
};
