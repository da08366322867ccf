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
}

export interface Limits {
  readonly perSecond: number;
  readonly perDay: number;
}

/** The longest time in ms from the moment of a permit until it reaches the process that requested it. */
export const permitDelayMs = 50;
/**
 * The longest time in ms from then until the call is sent. After a longer pause of the process, the call would fall
 * into another second.
 */
export const permitMs = 40;
/** A second plus both delays, so that no five calls are sent within one second. */
const windowMs = 1_010 + permitDelayMs + permitMs;
/** The demands of a process expire when it has not declared any for this time, in ms. */
const holderMs = 10_000;
/** A class that others keep from being served gets one call in this time, in ms. */
const starvedMs = 15_000;
/** How long a process leaves an available permit to the process whose turn it is, in ms. */
const courtesyMs = 200;
const hourMs = 3_600_000;
/** When a backfill asks again for calls that are kept for others, in ms. */
const keptRetryMs = 10 * 60_000;
const leastRetryMs = 1_000;
const momentMs = 5_000;
/** The share of the day's calls that is kept for people who wait for a page. */
const interactiveShare = 0.01;

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
};

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

/** The earliest time for the next permit under the limit per second. */
export const nextFreeAt = ({ recent, pausedUntil }: Ledger, { perSecond }: Limits): number => {
  const oldest = recent.length >= perSecond ? recent[recent.length - perSecond] : undefined;
  return Math.max(pausedUntil, oldest === undefined ? 0 : oldest + windowMs, recent.at(-1) ?? 0);
};

/** The live buyers expected until the end of the day at the pace of the last hour. */
export const expectedLive = (ledger: Ledger, now: number): number =>
  (faded(ledger, now) * msToNextUtcDay(now)) / hourMs;

const fadedBy = (ms: number): number => Math.exp(-Math.max(0, ms) / hourMs);

const faded = ({ pace, paceAt }: Ledger, now: number): number => pace * fadedBy(now - paceAt);

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

/** The demands of a process, by its callers that wait for a permit. */
export const demandsOf = (waiting: readonly (Permit & Pick<Demand, 'since'>)[]): Demand[] => {
  const demands = new Map<string, Demand>();
  for (const { class: kind, boxOfficeId, since } of waiting) {
    const key = `${kind} ${boxOfficeId}`;
    const known = demands.get(key);
    demands.set(key, {
      class: kind,
      boxOfficeId,
      count: (known?.count ?? 0) + 1,
      since: Math.min(known?.since ?? since, since),
    });
  }
  return [...demands.values()];
};

/** Replaces the demands of a process, and adds the live buyers that arrived since its last declaration. */
export const declare = (
  ledger: Ledger,
  holder: string,
  demands: readonly Demand[],
  arrivals: Readonly<Record<string, number>>,
  now: number,
): Ledger => {
  const known = Object.entries(ledger.holders).filter(([id, { until }]) => id !== holder && until > now);
  const came = Object.values(arrivals).reduce((sum, count) => sum + count, 0);
  const recentlyActive = Object.entries(ledger.active).filter(([, { at }]) => at > now - hourMs);
  return {
    ...ledger,
    holders: {
      ...Object.fromEntries(known),
      [holder]: { until: now + holderMs, demands },
    },
    ...(came > 0 ? { pace: faded(ledger, now) + came, paceAt: now } : {}),
    active: {
      ...Object.fromEntries(recentlyActive),
      ...Object.fromEntries(
        Object.entries(arrivals).map(([boxOfficeId, count]) => [
          boxOfficeId,
          { at: now, pace: expectedOf(ledger, boxOfficeId, now, hourMs) + count },
        ]),
      ),
    },
  };
};

/**
 * Grants a process the permits that are available now and whose turn it has. It never grants more than the limit in any
 * sliding second, nor in a UTC day. A permit is for now: each process fetches its own, and one that does not fetch it
 * at once loses the turn to others.
 */
export const serve = (
  ledger: Ledger,
  holder: string,
  now: number,
  limits: Limits,
): { readonly ledger: Ledger; readonly permits: readonly Permit[] } => {
  const permits: Permit[] = [];
  for (let served = ledger; ;) {
    const freeAt = nextFreeAt(served, limits);
    const waiting = freeAt <= now ? waitingIn(served, now) : [];
    const first = nextInTurn(served, waiting, now, limits);
    const overdue = first && now > Math.max(freeAt, first.since) + courtesyMs;
    const next =
      overdue && first.holder !== holder
        ? nextInTurn(
            served,
            waiting.filter((each) => each.holder === holder),
            now,
            limits,
          )
        : first;
    if (next?.holder !== holder) return { ledger: served, permits };
    served = give(served, next, now, limits);
    permits.push({ class: next.class, boxOfficeId: next.boxOfficeId });
  }
};

/**
 * Returns the permit of a call that was requested at `askedAt` and not made. The call counts for the day again if it is
 * still the same day; the second has lost it.
 */
export const withPermitReturned = (ledger: Ledger, kind: CallClass, askedAt: number): Ledger => {
  const { day, used, usedBy } = ledger;
  const own = usedBy[kind] ?? 0;
  return day === utcDay(askedAt) && own > 0
    ? { ...ledger, used: used - 1, usedBy: { ...usedBy, [kind]: own - 1 } }
    : ledger;
};

/** Pauses because Constant Contact reports throttling, longer each time in a row. */
export const throttled = (ledger: Ledger, now: number): Ledger => {
  const strikes = now - ledger.pausedUntil < 60_000 ? ledger.strikes + 1 : 1;
  return { ...ledger, strikes, pausedUntil: now + Math.min(30_000, windowMs * 2 ** (strikes - 1)) };
};

interface Candidate extends Demand {
  readonly holder: string;
}

const turnKey = (kind: CallClass, boxOfficeId: string): string => `${kind} ${boxOfficeId}`;

const waitingIn = ({ holders }: Ledger, now: number): Candidate[] =>
  Object.entries(holders).flatMap(([holder, { until, demands }]) =>
    until <= now ? [] : demands.flatMap((demand) => (demand.count > 0 ? [{ ...demand, holder }] : [])),
  );

/**
 * Picks the first class, unless another has starved; in it the box office with the lowest turn; of that the process
 * that waits longest.
 */
const nextInTurn = (
  ledger: Ledger,
  waiting: readonly Candidate[],
  now: number,
  limits: Limits,
): Candidate | undefined => {
  const groups = callClasses
    .filter((kind) => waiting.some((each) => each.class === kind) && mayUse(ledger, kind, now, limits))
    .map((kind) => ({ kind, candidates: waiting.filter((each) => each.class === kind) }));
  const hasStarved = ({ kind, candidates }: (typeof groups)[number]): boolean =>
    // Upgrades use only left-over calls.
    kind !== 'upgrade' &&
    Math.max(ledger.servedAt[kind] ?? 0, Math.min(...candidates.map(({ since }) => since))) < now - starvedMs;
  return (groups.find(hasStarved) ?? groups[0])?.candidates.reduce((best, each) =>
    comesBefore(ledger, each, best) ? each : best,
  );
};

/**
 * A total order, because every process must pick the same one as next. Otherwise each would leave the permit to
 * another.
 */
const comesBefore = (ledger: Ledger, a: Candidate, b: Candidate): boolean => {
  const difference = standing(ledger, a) - standing(ledger, b) || a.since - b.since;
  return difference < 0 || (difference === 0 && `${a.boxOfficeId} ${a.holder}` < `${b.boxOfficeId} ${b.holder}`);
};

/** A box office that joins gets the present turn, not a lower one for the time that it was away. */
const standing = ({ turns }: Ledger, { class: kind, boxOfficeId }: Permit): number =>
  Math.max(turns[turnKey(kind, boxOfficeId)] ?? 0, turns[kind] ?? 0);

const give = (ledger: Ledger, { holder, ...chosen }: Candidate, now: number, limits: Limits): Ledger => {
  const day = utcDay(now);
  const sameDay = ledger.day === day;
  const { class: kind, boxOfficeId } = chosen;
  const at = standing(ledger, chosen);
  const own = ledger.holders[holder];
  if (!own) return ledger;
  const isChosen = (each: Demand): boolean => each.class === kind && each.boxOfficeId === boxOfficeId;
  return {
    ...ledger,
    day,
    used: (sameDay ? ledger.used : 0) + 1,
    usedBy: { ...(sameDay ? ledger.usedBy : {}), [kind]: ((sameDay ? ledger.usedBy[kind] : 0) ?? 0) + 1 },
    recent: [...ledger.recent, now].slice(-limits.perSecond),
    servedAt: { ...ledger.servedAt, [kind]: now },
    turns: {
      // Lower turns are dropped, because they count as the present turn anyway.
      ...Object.fromEntries(Object.entries(ledger.turns).filter(([key, turn]) => !key.startsWith(kind) || turn > at)),
      [kind]: at,
      [turnKey(kind, boxOfficeId)]: at + 1,
    },
    holders: {
      ...ledger.holders,
      [holder]: {
        ...own,
        demands: own.demands.map((each) => (isChosen(each) ? { ...each, count: each.count - 1 } : each)),
      },
    },
  };
};
