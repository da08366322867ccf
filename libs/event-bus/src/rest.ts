/** For how long a process counts as busy after something gave it work. */
const busyMs = 10_000;
/** How many times as long it waits between two looks while it rests, */
const slower = 10;
/** but not longer than this by it: what another process left for it is then found. */
const restingMs = 5_000;

/** Whether a process has something to do. One for each process, or for each thing in it that looks for work. */
export interface Rest {
  /** Says that there is, or may soon be, work: all look at once, and then as often as a busy process does. */
  end(): void;
  /** Looks again and again until the answer is called, for the first time after `everyMs`. Keeps no process alive. */
  every(everyMs: number, look: () => void): () => void;
}

/** `now` in ms, of a clock that never goes back. */
export const createRest = (now: () => number = () => performance.now()): Rest => {
  const sleepers = new Set<() => void>();
  let busyUntil = now() + busyMs;
  const rests = (): boolean => now() >= busyUntil;
  const pauseMs = (everyMs: number): number =>
    rests() ? Math.max(everyMs, Math.min(everyMs * slower, restingMs)) : everyMs;
  return {
    end: () => {
      const rested = rests();
      busyUntil = now() + busyMs;
      if (rested) for (const wake of sleepers) wake();
    },
    every: (everyMs, look) => {
      let timer: NodeJS.Timeout | undefined;
      const wake = (): void => {
        clearTimeout(timer);
        timer = setTimeout(wake, pauseMs(everyMs));
        timer.unref();
        look();
      };
      timer = setTimeout(wake, everyMs);
      timer.unref();
      sleepers.add(wake);
      return () => {
        clearTimeout(timer);
        sleepers.delete(wake);
      };
    },
  };
};

/**
 * For what is to look as often always. It knows nobody who looks: all processes of a test may share it, also those that
 * are never closed.
 */
export const neverRests: Rest = {
  end: () => undefined,
  every: (everyMs, look) => {
    const timer = setInterval(look, everyMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
