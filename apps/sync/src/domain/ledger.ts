import { expectedOf, faded, hourMs, mayUse, msToNextUtcDay, utcDay } from './calls-of-the-day';
import {
  interactiveFreeAt,
  interactiveRefusal,
  ordersHadTheirs,
  quarterFreeAt,
  spentLimit,
  withInteractiveCall,
  withInteractiveReturned,
  withOtherCall,
  type InteractiveRefusal,
} from './interactive-calls';
import {
  callClasses,
  windowMs,
  type CallClass,
  type Demand,
  type Ledger,
  type Limits,
  type Permit,
} from './ledger-state';

/** The demands of a process expire when it has not declared any for this time, in ms. */
const holderMs = 10_000;
/** A class that others keep from being served gets one call in this time, in ms. */
const starvedMs = 15_000;
/** How long a process leaves an available permit to the process whose turn it is, in ms. */
const courtesyMs = 200;
/** The earliest time for the next permit under the limit per second. */
export const nextFreeAt = ({ recent, pausedUntil }: Ledger, { perSecond }: Limits): number => {
  const oldest = recent.length >= perSecond ? recent[recent.length - perSecond] : undefined;
  return Math.max(pausedUntil, oldest === undefined ? 0 : oldest + windowMs, recent.at(-1) ?? 0);
};

/**
 * Why an interactive call that waits since `since` is refused now. Undefined while it may wait. `ahead`: how many calls
 * of its box office come before it.
 */
export const refusalForPage = (
  ledger: Ledger,
  call: Pick<Demand, 'boxOfficeId' | 'since'>,
  ahead: number,
  now: number,
  limits: Limits,
): InteractiveRefusal | undefined =>
  interactiveRefusal(ledger.interactive, call, {
    ahead,
    now,
    day: utcDay(now),
    msToNextDay: msToNextUtcDay(now),
    freeAt: nextFreeAt(ledger, limits),
    perSecond: limits.perSecond,
    limits: limits.interactive,
  });

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
    const waiting = freeAt <= now ? waitingIn(served, now, limits) : [];
    const first = nextInTurn(served, waiting, now, limits);
    const overdue = first && now > Math.max(freeAtFor(served, first, now, limits), first.since) + courtesyMs;
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
export const withPermitReturned = (ledger: Ledger, { class: kind, boxOfficeId }: Permit, askedAt: number): Ledger => {
  const { day, used, usedBy, interactive } = ledger;
  const own = usedBy[kind] ?? 0;
  if (day !== utcDay(askedAt) || own === 0) return ledger;
  return {
    ...ledger,
    used: used - 1,
    usedBy: { ...usedBy, [kind]: own - 1 },
    interactive: kind === 'interactive' ? withInteractiveReturned(interactive, boxOfficeId) : interactive,
  };
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

const waitingIn = (ledger: Ledger, now: number, limits: Limits): Candidate[] =>
  Object.entries(ledger.holders).flatMap(([holder, { until, demands }]) =>
    until <= now
      ? []
      : demands.flatMap((demand) =>
          demand.count > 0 && isWithinShare(ledger, demand, now, limits) ? [{ ...demand, holder }] : [],
        ),
  );

/** Whether the call may be made now as far as the share of interactive calls goes. */
const isWithinShare = (ledger: Ledger, call: Permit, now: number, limits: Limits): boolean =>
  call.class !== 'interactive' ||
  (freeAtFor(ledger, call, now, limits) <= now &&
    !spentLimit(ledger.interactive, call.boxOfficeId, utcDay(now), limits.interactive));

/**
 * The earliest time for this call, in ms. An interactive call also waits for the rate of its box office, and for the
 * calls that all interactive ones leave free.
 */
export const freeAtFor = (
  ledger: Ledger,
  { class: kind, boxOfficeId }: Permit,
  now: number,
  limits: Limits,
): number => {
  const freeAt = nextFreeAt(ledger, limits);
  if (kind !== 'interactive') return freeAt;
  const { perSecond } = limits;
  return Math.max(
    freeAt,
    quarterFreeAt(ledger.interactive, { perSecond, secondMs: windowMs }),
    interactiveFreeAt(ledger.interactive, boxOfficeId, { now, perSecond }),
  );
};

/** The classes of calls that orders wait for. Interactive calls leave them their floor. */
const ofOrders: ReadonlySet<CallClass> = new Set(['live', 'retry', 'poll']);

/**
 * Picks the first class, unless another has starved; in it the box office with the lowest turn; of that the process
 * that waits longest. Passes over interactive calls that would take the floor of the orders.
 */
const nextInTurn = (
  ledger: Ledger,
  waiting: readonly Candidate[],
  now: number,
  limits: Limits,
): Candidate | undefined => {
  const usable = callClasses.filter(
    (kind) => waiting.some((each) => each.class === kind) && mayUse(ledger, kind, now, limits),
  );
  const ordersWait = usable.some((kind) => ofOrders.has(kind));
  const groups = usable
    .filter((kind) => kind !== 'interactive' || !ordersWait || ordersHadTheirs(ledger.interactive))
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
  const { perSecond } = limits;
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
    recent: [...ledger.recent, now].slice(-perSecond),
    interactive:
      kind === 'interactive'
        ? withInteractiveCall(ledger.interactive, boxOfficeId, { day, now, perSecond })
        : withOtherCall(ledger.interactive),
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
