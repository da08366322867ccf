/** Work that must finish before the process stops, such as a refresh whose tokens are not saved yet. */
export interface InFlight {
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when no tracked work is running. Ignores failures. */
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
