import { z } from 'zod';
import { demoBoxOffices, type BoxOffice } from './box-offices';
import { createFaults } from './faults';

export const limitsSchema = z.strictObject({
  calls: z.number().int().min(1),
  windowMs: z.number().int().min(100),
});

interface JournalEntry {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly boxOffice: string | null;
}

const vendorLimits = { calls: 5_000, windowMs: 30 * 60_000 };

/** The sandbox's data; nothing is kept over a restart. */
export const createWorld = () => {
  const windows = new Map<string, { calls: number; endsAt: number }>();
  const world = {
    boxOffices: demoBoxOffices(),
    limits: vendorLimits,
    faults: createFaults(),
    journal: [] as JournalEntry[],
    seq: 0,
    ofKey: (apiKey: string): [string, BoxOffice] | undefined =>
      [...world.boxOffices].find(([, boxOffice]) => boxOffice.apiKey === apiKey),
    /** Counts a call of a box office in its window. */
    count: (name: string, now: number) => {
      const known = windows.get(name);
      const window = known && known.endsAt > now ? known : { calls: 0, endsAt: now + world.limits.windowMs };
      window.calls += 1;
      windows.set(name, window);
      return {
        isOver: window.calls > world.limits.calls,
        remaining: Math.max(0, world.limits.calls - window.calls),
        resetInSeconds: Math.max(1, Math.ceil((window.endsAt - now) / 1000)),
      };
    },
    note: (entry: Omit<JournalEntry, 'seq' | 'at'>): void => {
      world.seq += 1;
      world.journal.push({ seq: world.seq, at: new Date().toISOString(), ...entry });
      if (world.journal.length > 20_000) world.journal.splice(0, 10_000);
    },
    forgetWindows: (): void => windows.clear(),
    reset: (): void => {
      world.boxOffices = demoBoxOffices();
      world.limits = vendorLimits;
      world.faults.clear();
      world.journal = [];
      windows.clear();
    },
  };
  return world;
};

export type World = ReturnType<typeof createWorld>;
