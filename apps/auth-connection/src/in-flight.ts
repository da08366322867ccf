/** Work that must not be cut off when the process stops, e.g. a refresh whose answer is not saved yet. */
export interface InFlight {
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing tracked is running, however it ended. */
  settled(): Promise<void>;
}

export const createInFlight = (): InFlight => {
  const running = new Set<Promise<unknown>>();
  return {
    track: (work) => {
      const ended = work
        .catch(() => undefined)
        .finally(() => {
          running.delete(ended);
        });
      running.add(ended);
      return work;
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
};
