import { z } from 'zod';
import type { EndState } from './state';

const http = [
  'latency',
  'status',
  'throttled',
  'quota-exceeded',
  'drop-before',
  'drop-after-write',
  'timeout-before',
  'timeout-after-write',
  'malformed-body',
  'slow-body',
] as const;

export const faultSchema = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional(),
  /** Regular expression on path and query. */
  path: z.string().refine((pattern) => {
    try {
      return Boolean(new RegExp(pattern));
    } catch {
      return false;
    }
  }, 'is not a regular expression'),
  /** The number of calls that the fault affects; null for all. */
  times: z.number().int().min(1).nullable().default(1),
  /** The share of the matching calls that the fault affects, chosen by `seed`. */
  probability: z.number().min(0).max(1).default(1),
  seed: z.number().int().default(1),
  kind: z.enum([...http, 'activity']),
  /** The duration of a latency, a timeout or a slow body, in ms. */
  ms: z.number().min(0).optional(),
  status: z.number().int().min(400).max(599).optional(),
  /** The final state of an activity that the call queues, and the percentage of its items that it processes. */
  state: z.enum(['cancelled', 'failed', 'timed_out']).optional(),
  atPercent: z.number().min(0).max(100).default(0),
});
export type Fault = z.infer<typeof faultSchema>;

/** Returns numbers between 0 and 1, the same ones for the same seed (mulberry32). */
const randomOf = (seed: number) => {
  let state = seed >>> 0;
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

interface Armed {
  readonly fault: Fault;
  readonly pattern: RegExp;
  readonly random: () => number;
}

/** The requested faults. The first that matches a call affects it, and is used up after its number of times. */
export const createFaults = () => {
  let armed: Armed[] = [];
  const take = (isWanted: (fault: Fault) => boolean, path: string): Fault | undefined => {
    for (const { fault, pattern, random } of armed) {
      if (fault.times === 0 || !isWanted(fault) || !pattern.test(path) || random() >= fault.probability) continue;
      if (fault.times !== null) fault.times -= 1;
      return fault;
    }
    return undefined;
  };
  return {
    add: (fault: Fault): void => {
      armed.push({ fault, pattern: new RegExp(fault.path), random: randomOf(fault.seed) });
    },
    clear: (): void => {
      armed = [];
    },
    all: (): Fault[] => armed.map(({ fault }) => fault),
    /** The fault that affects a call. */
    ofCall: (method: string, path: string): Fault | undefined =>
      armed.length === 0
        ? undefined
        : take((fault) => fault.kind !== 'activity' && (!fault.method || fault.method === method), path),
    /** The final state of an activity that is queued now, unless it is `completed`. */
    fateOfActivity: (path: string): { state: Exclude<EndState, 'completed'>; atPercent: number } | undefined => {
      const fault = take(({ kind }) => kind === 'activity', path);
      return fault && { state: fault.state ?? 'failed', atPercent: fault.atPercent };
    },
  };
};

export type Faults = ReturnType<typeof createFaults>;
