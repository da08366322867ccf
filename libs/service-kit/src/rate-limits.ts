import { AppError } from '@boxlist/contracts';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { createHmac } from 'node:crypto';
import { windowMs, type SharedCounter } from './shared-counter';
import { counter } from './telemetry';

export interface RateLimit {
  /**
   * Counts a request of this key, or `cost` requests. Throws RATE_LIMITED, with the time until the next minute begins,
   * if the key has no requests left. Almost always answers without a promise.
   */
  take(key: string, cost?: number): Promise<void> | undefined;
}

interface RateLimitsOptions {
  /** Shares the limits between processes. Without it each process has limits of its own. */
  readonly shared?: SharedCounter;
  /** Any secret that all processes of the service have. Keys are stored as their hash with it. */
  readonly secret: string | Uint8Array;
  readonly clock?: () => number;
}

/** What one process may still admit of a key in its present minute. */
interface Budget {
  endsAtMs: number;
  left: number;
  /** All that this process had to spend so far, spent or not. */
  given: number;
  /** Whether the share that needs no lease was reported. */
  reported: boolean;
  /** Whether there is nothing more to lease in this minute. */
  exhausted: boolean;
  leasing?: Promise<void>;
}

const refused = counter('boxlist_rate_limited_total', 'Requests refused by a rate limit');
/** More keys than this at once make the keys unused for longest start anew. */
const maxKeys = 50_000;

/**
 * The part of an address that identifies a client: an IPv4 address, or the first 64 bits of an IPv6 address, because
 * one client usually has all addresses of a /64.
 */
export const clientOf = (ip: string): string => {
  try {
    // An IPv4 address in the form of IPv6 is the IPv4 address.
    const address = ipaddr.process(ip);
    if (!('parts' in address)) return address.toString();
    return new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0]).toString();
  } catch {
    return 'unknown';
  }
};

/**
 * Limits of requests in a minute, shared by the processes of a service. Each process admits a twentieth of a limit by
 * itself, then leases twentieths from the shared count. So a key with few requests costs no call of the database, and
 * one with many a call for each twentieth. Processes together may admit up to a twentieth each above the limit, or
 * below it. While the database is down, each process admits the whole limit.
 */
export const createRateLimits = ({ shared, secret, clock = Date.now }: RateLimitsOptions) => {
  const hashOf = (name: string, key: string): string =>
    createHmac('sha256', secret).update(`rate limit\n${name}\n${key}`).digest('base64url');
  return {
    /** A limit of its own. `what` names for whom it is, in its messages. A limit of 0 admits everything. */
    limit: (name: string, perMinute: number, what: string): RateLimit => {
      if (perMinute === 0) return { take: () => undefined };
      const lease = createLease(perMinute, clock, shared, (key) => hashOf(name, key));
      const budgets = createBudgets(lease.slice, clock);
      const refuse = (budget: Budget): never => {
        refused({ limit: name });
        const retryAfterMs = Math.max(1_000, budget.endsAtMs - clock());
        throw new AppError(
          'RATE_LIMITED',
          `Too many requests from this ${what}. Try again in ${Math.ceil(retryAfterMs / 1_000)} seconds.`,
          { limit: name },
          { retryAfterMs },
        );
      };
      const borrow = async (key: string, cost: number): Promise<void> => {
        for (;;) {
          const budget = budgets(key);
          if (spend(budget, cost)) return;
          if (budget.exhausted) refuse(budget);
          await (budget.leasing ??= lease.extend(budget, key, cost - budget.left));
        }
      };
      return {
        take: (key, cost = 1) => {
          const budget = budgets(key);
          if (spend(budget, cost)) return undefined;
          return budget.exhausted ? refuse(budget) : borrow(key, cost);
        },
      };
    },
  };
};

const spend = (budget: Budget, cost: number): boolean => {
  if (budget.left < cost) return false;
  budget.left -= cost;
  return true;
};

/** The budgets of a process by key. A minute begins with the first request. */
const createBudgets = (slice: number, clock: () => number) => {
  const known = new LRUCache<string, Budget>({ max: maxKeys });
  return (key: string): Budget => {
    const found = known.get(key);
    if (found && found.endsAtMs > clock()) return found;
    const fresh = { endsAtMs: clock() + windowMs, left: slice, given: slice, reported: false, exhausted: false };
    known.set(key, fresh);
    return fresh;
  };
};

/** Extends budgets by slices of the limit that all processes share. */
const createLease = (
  perMinute: number,
  clock: () => number,
  shared: SharedCounter | undefined,
  hashOf: (key: string) => string,
) => {
  const slice = Math.ceil(perMinute / 20);
  const give = (budget: Budget, points: number): void => {
    budget.left += points;
    budget.given += points;
  };
  const extend = async (budget: Budget, key: string, missing: number): Promise<void> => {
    const wanted = Math.max(slice, missing);
    try {
      if (!shared) throw new Error('The limits are not shared');
      const unreported = budget.reported ? 0 : slice;
      const { total, endsInMs } = await shared.add(hashOf(key), wanted + unreported);
      budget.reported = true;
      budget.endsAtMs = clock() + endsInMs;
      const granted = Math.max(0, Math.min(wanted, perMinute - (total - wanted)));
      budget.exhausted = granted < wanted;
      give(budget, granted);
    } catch {
      budget.exhausted = true;
      give(budget, Math.max(0, perMinute - budget.given));
    } finally {
      budget.leasing = undefined;
    }
  };
  return { slice, extend };
};
