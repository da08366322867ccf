/** How many calls people in front of a page may cause on one UTC day. */
export interface InteractiveLimits {
  /** For all box offices together. */
  readonly perDay: number;
  readonly perDayOfBoxOffice: number;
}

/** What people in front of a page have used. Times are in ms of the database's clock. */
export interface InteractiveUse {
  /** The UTC day that `usedBy` counts, `YYYY-MM-DD`. */
  readonly day: string;
  readonly used: number;
  /** Today's calls by box office. The limit for all of them bounds the number of entries. */
  readonly usedBy: Readonly<Record<string, number>>;
  /** When each box office that called a moment ago has all its calls at once again. */
  readonly restedAt: Readonly<Record<string, number>>;
  /** The times of the last interactive calls, oldest first, at most as many as one second allows. */
  readonly recent: readonly number[];
  /** The calls for other purposes since the last interactive one, at most `othersBetween`. */
  readonly othersSince: number;
}

/** Why an interactive call is refused, and when it may be asked for again. */
export interface InteractiveRefusal {
  readonly why: 'DAY_OF_BOX_OFFICE' | 'DAY' | 'BUSY';
  readonly retryAfterMs: number;
}

/** The longest time in ms that a person waits for one permit. After it, the page gets an error with a time to retry. */
export const longestInteractiveWaitMs = 8_000;
/** The interactive calls that a rested box office may make at once. A page with lists, tags and fields takes three. */
const atOnce = 8;
/** While orders wait, this many calls for orders lie between two interactive ones. */
const othersBetween = 3;
const leastRetryMs = 1_000;

export const noInteractiveUse: InteractiveUse = {
  day: '',
  used: 0,
  usedBy: {},
  restedAt: {},
  recent: [],
  othersSince: othersBetween,
};

/** The time in ms that one call of a box office takes of its rate: a quarter of the calls of a second is its share. */
const intervalMs = (perSecond: number): number => 4_000 / perSecond;

/**
 * The earliest time for a box office's next interactive call under its rate, in ms. `ahead` of its calls come before.
 */
export const interactiveFreeAt = (
  { restedAt }: InteractiveUse,
  boxOfficeId: string,
  { now, perSecond, ahead = 0 }: { readonly now: number; readonly perSecond: number; readonly ahead?: number },
): number => Math.max(restedAt[boxOfficeId] ?? 0, now) + (ahead + 1 - atOnce) * intervalMs(perSecond);

const usedOn = (use: InteractiveUse, day: string): Pick<InteractiveUse, 'used' | 'usedBy'> =>
  use.day === day ? use : noInteractiveUse;

/** Which limit of the day leaves no interactive call to a box office. Undefined while it has one. */
export const spentLimit = (
  use: InteractiveUse,
  boxOfficeId: string,
  day: string,
  { perDay, perDayOfBoxOffice }: InteractiveLimits,
  ahead = 0,
): 'DAY_OF_BOX_OFFICE' | 'DAY' | undefined => {
  const { used, usedBy } = usedOn(use, day);
  if ((usedBy[boxOfficeId] ?? 0) + ahead >= perDayOfBoxOffice) return 'DAY_OF_BOX_OFFICE';
  return used >= perDay ? 'DAY' : undefined;
};

/**
 * The earliest time at which one more interactive call leaves a quarter of each second free, in ms, so that an order
 * that comes finds a call. `secondMs`: how long a call counts for its second.
 */
export const quarterFreeAt = (
  { recent }: InteractiveUse,
  { perSecond, secondMs }: { readonly perSecond: number; readonly secondMs: number },
): number => {
  const most = Math.max(1, perSecond - Math.ceil(perSecond / 4));
  const oldest = recent.length >= most ? recent[recent.length - most] : undefined;
  return oldest === undefined ? 0 : oldest + secondMs;
};

/** Whether orders that wait have had their calls since the last interactive one: it is one of four in a row. */
export const ordersHadTheirs = ({ othersSince }: InteractiveUse): boolean => othersSince >= othersBetween;

/** The use after one more interactive call of a box office. */
export const withInteractiveCall = (
  use: InteractiveUse,
  boxOfficeId: string,
  { day, now, perSecond }: { readonly day: string; readonly now: number; readonly perSecond: number },
): InteractiveUse => {
  const { used, usedBy } = usedOn(use, day);
  const resting = Object.entries(use.restedAt).filter(([, at]) => at > now);
  return {
    day,
    used: used + 1,
    usedBy: { ...usedBy, [boxOfficeId]: (usedBy[boxOfficeId] ?? 0) + 1 },
    restedAt: {
      ...Object.fromEntries(resting),
      [boxOfficeId]: Math.max(use.restedAt[boxOfficeId] ?? 0, now) + intervalMs(perSecond),
    },
    recent: [...use.recent, now].slice(-perSecond),
    othersSince: 0,
  };
};

/** The use after a call for another purpose. */
export const withOtherCall = (use: InteractiveUse): InteractiveUse =>
  use.othersSince >= othersBetween ? use : { ...use, othersSince: use.othersSince + 1 };

/** Returns an interactive call that was not made. The rate has lost it. */
export const withInteractiveReturned = (use: InteractiveUse, boxOfficeId: string): InteractiveUse => {
  const own = use.usedBy[boxOfficeId] ?? 0;
  return own > 0 ? { ...use, used: use.used - 1, usedBy: { ...use.usedBy, [boxOfficeId]: own - 1 } } : use;
};

/**
 * The refusal of an interactive call that asks since `since` and has `ahead` calls of its box office before it.
 * Undefined while it may wait. `freeAt`: when the ledger may grant any call.
 */
export const interactiveRefusal = (
  use: InteractiveUse,
  { boxOfficeId, since }: { readonly boxOfficeId: string; readonly since: number },
  given: {
    readonly ahead: number;
    readonly now: number;
    readonly day: string;
    readonly msToNextDay: number;
    readonly freeAt: number;
    readonly perSecond: number;
    readonly limits: InteractiveLimits;
  },
): InteractiveRefusal | undefined => {
  const { ahead, now, day, msToNextDay, freeAt, perSecond, limits } = given;
  const spent = spentLimit(use, boxOfficeId, day, limits, ahead);
  if (spent) return { why: spent, retryAfterMs: msToNextDay };
  const until = since + longestInteractiveWaitMs;
  const mayAt = Math.max(freeAt, interactiveFreeAt(use, boxOfficeId, { now, perSecond, ahead }));
  return now >= until || mayAt > until
    ? { why: 'BUSY', retryAfterMs: Math.ceil(Math.max(leastRetryMs, mayAt - now)) }
    : undefined;
};
