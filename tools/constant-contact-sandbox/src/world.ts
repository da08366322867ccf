import type { SandboxConfig } from './config';
import { createFaults, type Faults } from './faults';
import { createJournal, type Journal } from './journal';
import { createLimiter, type Limiter, type Limits } from './limits';
import { openStore, type Store } from './store';
import { defaultSwitches, type Switches } from './switches';

export { isoAt } from './time';

/** Everything that the sandbox's endpoints share. */
export interface World {
  readonly config: SandboxConfig;
  readonly store: Store;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limiter: Limiter;
  switches: Switches;
  limits: Limits;
  /** For each contact, the time in ms until which a sign-up blocks others. */
  readonly busy: Map<string, number>;
  /** The time in ms: the system's, or a set one. */
  now(): number;
  setClock(ms: number | undefined): void;
  /** Resets everything to the state of a first start, except switches and limits. */
  reset(): void;
}

export const createWorld = (config: SandboxConfig): World => {
  let manual: number | undefined;
  const store = openStore(config.SANDBOX_DATA_FILE);
  const world: World = {
    config,
    store,
    journal: createJournal({ maxEntries: config.SANDBOX_JOURNAL_ENTRIES }),
    faults: createFaults(),
    limiter: createLimiter(store, () => world.limits),
    switches: defaultSwitches(),
    limits: {
      perSecond: config.SANDBOX_CALLS_PER_SECOND,
      perDay: config.SANDBOX_CALLS_PER_DAY,
      queuedActivities: 1_000,
      importBytes: 4_000_000,
    },
    busy: new Map(),
    now: () => manual ?? Date.now(),
    setClock: (ms) => {
      manual = ms;
    },
    reset: () => {
      store.reset();
      world.journal.reset();
      world.faults.clear();
      world.limiter.reset();
      world.busy.clear();
      manual = undefined;
    },
  };
  return world;
};
