/** For how long a process counts as busy after something gave it work. */
const busyMs = 10_000;
/** How many times as long a chore waits in a process that rests, */
const slower = 5;
/** but not longer than this by it: what another process gave it to do is then found. */
const restingMs = 5_000;

/** Whether a process has something to do. One for each process. */
export interface Rest {
  /** Says that there is, or may soon be, work: chores look at once, and then as often as they do in a busy process. */
  end(): void;
  /** How long after a pass began the next one may begin. */
  pauseMs(everyMs: number): number;
  /** Calls `wake` whenever a rest ends, until the answer is called. */
  onEnd(wake: () => void): () => void;
}

export const createRest = (now: () => number): Rest => {
  const sleepers = new Set<() => void>();
  let busyUntil = now() + busyMs;
  const rests = (): boolean => now() >= busyUntil;
  return {
    end: () => {
      const rested = rests();
      busyUntil = now() + busyMs;
      if (rested) for (const wake of sleepers) wake();
    },
    pauseMs: (everyMs) => (rests() ? Math.max(everyMs, Math.min(everyMs * slower, restingMs)) : everyMs),
    onEnd: (wake) => {
      sleepers.add(wake);
      return () => void sleepers.delete(wake);
    },
  };
};
