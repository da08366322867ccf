/** How long a process counts as busy after it got work. */
const busyMs = 10_000;
/** An idle process waits this many times as long between two polls. */
const slower = 10;
/** The upper limit of that wait, so that an idle process still finds work that another process left for it. */
const restingMs = 5_000;

/** Whether a process is idle. There is one for each process, or one for each poller in it. */
export interface Rest {
  /**
   * Says that there is, or may soon be, work. All pollers of an idle process poll at once. Afterwards they poll as
   * often as in a busy process.
   */
  end(): void;
  /**
   * Calls `look` repeatedly, first after `everyMs`, until the returned function is called. Does not keep the process
   * alive.
   */
  every(everyMs: number, look: () => void): () => void;
}

/** `now` returns milliseconds of a clock that never goes back. */
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
 * For pollers that always poll at the same rate. It keeps no reference to them, so all processes of a test may share
 * it, even those that are never closed.
 */
export const neverRests: Rest = {
  end: () => undefined,
  every: (everyMs, look) => {
    const timer = setInterval(look, everyMs);
    timer.unref();
    return () => clearInterval(timer);
  },
};
