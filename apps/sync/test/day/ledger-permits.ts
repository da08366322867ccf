import {
  declare,
  demandsOf,
  mayUse,
  nextFreeAt,
  refusedForMs,
  serve,
  type CallClass,
  type Ledger,
  type Limits,
  type Permit,
} from '../../src/domain/ledger';
import type { VirtualTime } from './virtual-time';
import { DayUsedUp } from './work-orders';

interface Waiter extends Permit {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: DayUsedUp) => void;
}

/** The application's one ledger. */
export interface Shared {
  ledger: Ledger;
}

const arrivalsMs = 500;
const notItsTurnMs = 40;

/**
 * Permits as a process of sync gets them: it says what it wants, and takes what the ledger's rules give it. The
 * database between is left out.
 */
export const ledgerPermits = (time: VirtualTime, shared: Shared, holder: string, limits: Limits) => {
  let waiting: Waiter[] = [];
  let arrivals: Record<string, number> = {};
  let nextLook = Infinity;
  const lookAt = (moment: number): void => {
    if (moment >= nextLook) return;
    nextLook = moment;
    time.at(moment, () => {
      if (nextLook === moment) look();
    });
  };
  const look = (): void => {
    nextLook = Infinity;
    const now = time.now();
    const declared = declare(shared.ledger, holder, demandsOf(waiting), arrivals, now);
    arrivals = {};
    const { ledger, permits } = serve(declared, holder, now, limits);
    shared.ledger = ledger;
    for (const permit of permits) {
      const served = waiting.find((each) => each.class === permit.class && each.boxOfficeId === permit.boxOfficeId);
      waiting = waiting.filter((each) => each !== served);
      served?.resolve();
    }
    for (const refused of waiting.filter((each) => !mayUse(ledger, each.class, now, limits))) {
      waiting = waiting.filter((each) => each !== refused);
      refused.reject(new DayUsedUp(now + refusedForMs(ledger, refused.class, now, limits)));
    }
    if (waiting.length > 0) lookAt(Math.max(nextFreeAt(ledger, limits), now + (permits.length > 0 ? 1 : notItsTurnMs)));
  };
  return {
    take: (kind: CallClass, boxOfficeId: string): Promise<void> =>
      new Promise((resolve, reject) => {
        waiting.push({ class: kind, boxOfficeId, since: time.now(), resolve, reject });
        lookAt(time.now());
      }),
    arrived: (boxOfficeId: string): void => {
      arrivals[boxOfficeId] = (arrivals[boxOfficeId] ?? 0) + 1;
      lookAt(time.now() + arrivalsMs);
    },
  };
};
