import type { StateHolder, Switches } from './state';
import { defaultSwitches, openState } from './state';
import type { SandboxConfig } from './config';

export interface JournalEntry {
  at: string;
  method: string;
  path: string;
  status: number;
  account: string | null;
  body: unknown;
}

export interface Fault {
  method?: string;
  /** Regular expression on path and query. */
  path: string;
  times: number;
  kind: 'latency' | 'status' | 'timeout-after-write' | 'drop-before' | 'drop-after-write';
  ms?: number;
  status?: number;
}

/** Everything that the sandbox's doors share. */
export interface World {
  readonly config: SandboxConfig;
  readonly store: StateHolder;
  readonly journal: JournalEntry[];
  faults: Fault[];
  switches: Switches;
  limits: { perSecond: number; perDay: number; queuedActivities: number };
  /** Times of the calls of the last second. */
  recent: number[];
  /** Milliseconds: the system's time, or a set one. */
  now(): number;
  setClock(ms: number | undefined): void;
}

export const createWorld = (config: SandboxConfig): World => {
  let manual: number | undefined;
  return {
    config,
    store: openState(config.SANDBOX_DATA_FILE),
    journal: [],
    faults: [],
    switches: defaultSwitches(),
    limits: { perSecond: config.SANDBOX_CALLS_PER_SECOND, perDay: 10_000, queuedActivities: 1_000 },
    recent: [],
    now: () => manual ?? Date.now(),
    setClock: (ms) => {
      manual = ms;
    },
  };
};

/** A refusal in the shape of the vendor's errors. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly key: string,
    message: string,
  ) {
    super(message);
  }
}
export const badRequest = (message: string) => new Refusal(400, 'contacts.api.validation.error', message);
export const notFound = (what: string) => new Refusal(404, 'contacts.api.not_found', `${what} was not found`);
export const conflict = (message: string) => new Refusal(409, 'contacts.api.conflict', message);
export const isoAt = (ms: number): string => new Date(ms).toISOString();
