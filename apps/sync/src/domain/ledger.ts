/** What a call is for. The order is the order of service. */
export const callClasses = ['interactive', 'live', 'retry', 'poll', 'backfill', 'upgrade'] as const;
export type CallClass = (typeof callClasses)[number];

/** Permits that a process wants, for one box office in one class. */
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
 * What the application has used of Constant Contact's limits, and who waits for the rest. One for all processes. Times
 * in ms of the database's clock.
 */
export interface Ledger {
  /** The UTC day that `used` and `usedBy` count, `YYYY-MM-DD`. */
  readonly day: string;
  readonly used: number;
  readonly usedBy: Readonly<Partial<Record<CallClass, number>>>;
  /** When the last permits were given, oldest first; as many as a second takes. */
  readonly recent: readonly number[];
  /**
   * Set when Constant Contact itself said that the day is used up, with the limit that was set then: one that is raised
   * after that counts.
   */
  readonly exhaustedDay: string | null;
  readonly exhaustedAtLimit?: number;
  /** No permits before; set when Constant Contact says that it is throttling, longer each time in a row. */
  readonly pausedUntil: number;
  readonly strikes: number;
  /** Where each box office stands in its class's round, by `class boxOfficeId`: the one that stands lowest is next. */
  readonly turns: Readonly<Record<string, number>>;
  /** When each class was last served. */
  readonly servedAt: Readonly<Partial<Record<CallClass, number>>>;
  /** What each process wants; forgotten when it falls silent. */
  readonly holders: Readonly<Record<string, { readonly until: number; readonly demands: readonly Demand[] }>>;
  /** Live buyers of about the last hour, older ones fading out, as of `paceAt`. */
  readonly pace: number;
  readonly paceAt: number;
  /**
   * The box offices that had a live buyer in the last hour: when the last one came, and the pace of each as of then.
   */
  readonly active: Readonly<Record<string, { readonly at: number; readonly pace: number }>>;
}

export interface Limits {
  readonly perSecond: number;
  readonly perDay: number;
}

/** How late after its moment a permit may reach the one who takes it. */
export const permitDelayMs = 50;
/**
 * How old it may be when the call goes out, once it is there: one that a pause of the process has made old would fall
 * into another second.
 */
export const permitMs = 40;
/** More than a second by both, so that no five calls go out within one. */
const windowMs = 1_010 + permitDelayMs + permitMs;
/** A process that has not been heard of for so long wants nothing any more. */
const holderMs = 10_000;
/** A class that others keep from being served gets one call in this time. */
const starvedMs = 15_000;
/** For how long a process leaves a free permit to another whose turn it is. */
const courtesyMs = 200;
const hourMs = 3_600_000;
/** How soon it is asked again for calls that are kept for others. */
const keptRetryMs = 10 * 60_000;
const leastRetryMs = 1_000;
const momentMs = 5_000;
/** Kept for what people wait for in front of a page. */
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

/** How many calls are left today. */
export const leftToday = (ledger: Ledger, now: number, { perDay }: Limits): number => {
  const day = utcDay(now);
  if (ledger.exhaustedDay === day && perDay <= (ledger.exhaustedAtLimit ?? perDay)) return 0;
  return Math.max(0, perDay - (ledger.day === day ? ledger.used : 0));
};

/** Constant Contact says that the day is used up. */
export const exhausted = (ledger: Ledger, now: number, { perDay }: Limits): Ledger => ({
  ...ledger,
  exhaustedDay: utcDay(now),
  exhaustedAtLimit: perDay,
});

/** When the next permit may be given by the limit of a second. */
export const nextFreeAt = ({ recent, pausedUntil }: Ledger, { perSecond }: Limits): number => {
  const oldest = recent.length >= perSecond ? recent[recent.length - perSecond] : undefined;
  return Math.max(pausedUntil, oldest === undefined ? 0 : oldest + windowMs, recent.at(-1) ?? 0);
};

/** Live buyers to be expected until the day ends, if it goes on as in the last hour. */
export const expectedLive = (ledger: Ledger, now: number): number =>
  (faded(ledger, now) * msToNextUtcDay(now)) / hourMs;

const fadedBy = (ms: number): number => Math.exp(-Math.max(0, ms) / hourMs);

const faded = ({ pace, paceAt }: Ledger, now: number): number => pace * fadedBy(now - paceAt);

/** Live buyers of a box office to be expected within a time, if it goes on as in the last hour. */
export const expectedOf = ({ active }: Ledger, boxOfficeId: string, now: number, ms: number): number => {
  const own = active[boxOfficeId];
  return own ? (own.pace * fadedBy(now - own.at) * ms) / hourMs : 0;
};

const keptForPeople = ({ perDay }: Limits): number => Math.floor(perDay * interactiveShare);

/**
 * In how long, in ms, a call is left over whatever comes: from when on the second's limit lets orders not use all that
 * the day has left for them.
 */
const leftOverInMs = (ledger: Ledger, now: number, limits: Limits): number => {
  const left = Math.max(0, leftToday(ledger, now, limits) - keptForPeople(limits));
  return Math.max(0, msToNextUtcDay(now) - (left * windowMs) / limits.perSecond);
};

/**
 * Whether a class may use one more of today's calls: backfills leave what live buyers will need, upgrades what anybody
 * could, and all leave some for people.
 */
export const mayUse = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): boolean => {
  const left = leftToday(ledger, now, limits);
  if (kind === 'interactive') return left > 0;
  if (kind === 'upgrade' && leftOverInMs(ledger, now, limits) > 0) return false;
  return left > keptForPeople(limits) + (kind === 'backfill' ? expectedLive(ledger, now) * 1.2 : 0);
};

/**
 * Whether a class is told to come again later. Upgrades live on what is left over from one moment to the next: who may
 * have a call in a moment waits for it.
 */
export const isRefused = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): boolean =>
  !mayUse(ledger, kind, now, limits) && (kind !== 'upgrade' || leftOverInMs(ledger, now, limits) > momentMs);

/** Whether the day has calls left, though none for a class that may not be used now. */
export const isKeptForOthers = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): boolean =>
  (kind === 'backfill' || kind === 'upgrade') && leftToday(ledger, now, limits) > 0;

/** For how long a class is refused that may not be used now, in ms. */
export const refusedForMs = (ledger: Ledger, kind: CallClass, now: number, limits: Limits): number => {
  if (!isKeptForOthers(ledger, kind, now, limits)) return msToNextUtcDay(now);
  const askedAgainMs = kind === 'upgrade' ? Math.max(leftOverInMs(ledger, now, limits), leastRetryMs) : keptRetryMs;
  return Math.min(askedAgainMs, msToNextUtcDay(now));
};

/** What a process wants, by those of it who wait for a permit. */
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

/**
 * A process says what it wants now, and how many live buyers came since it last said so. Its earlier wants are
 * forgotten.
 */
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
 * Gives a process the permits that are free now and whose turn is its own. Never more than the limit in any sliding
 * second, nor in a UTC day. A permit is for now: whoever is next fetches its own, and one that does not come for it in
 * a moment loses the turn to the others.
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
 * A call for which a permit was asked at that time was not made after all. The day has it again if it is still the same
 * one; its second is gone.
 */
export const givenBack = (ledger: Ledger, kind: CallClass, askedAt: number): Ledger => {
  const { day, used, usedBy } = ledger;
  const own = usedBy[kind] ?? 0;
  return day === utcDay(askedAt) && own > 0
    ? { ...ledger, used: used - 1, usedBy: { ...usedBy, [kind]: own - 1 } }
    : ledger;
};

/** Constant Contact says that it is throttling: nothing for a while, longer each time in a row. */
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
 * The class that comes first, unless another has starved; in it the box office that stands lowest in the round; of it
 * who waits longest.
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
    // Upgrades have what is left over, and no claim to more.
    kind !== 'upgrade' &&
    Math.max(ledger.servedAt[kind] ?? 0, Math.min(...candidates.map(({ since }) => since))) < now - starvedMs;
  return (groups.find(hasStarved) ?? groups[0])?.candidates.reduce((best, each) =>
    comesBefore(ledger, each, best) ? each : best,
  );
};

/** A total order: every process must name the same one as next, or each leaves the permit to another. */
const comesBefore = (ledger: Ledger, a: Candidate, b: Candidate): boolean => {
  const difference = standing(ledger, a) - standing(ledger, b) || a.since - b.since;
  return difference < 0 || (difference === 0 && `${a.boxOfficeId} ${a.holder}` < `${b.boxOfficeId} ${b.holder}`);
};

/** One that joins the round stands where the round is, and not before it for the time it was away. */
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
      // Those that the round has passed stand where it is anyway.
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
