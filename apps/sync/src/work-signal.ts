/** Tells the dispatcher of this process that there is work, from wherever it is found. */
export interface WorkSignal {
  notify(): void;
  /** Calls back at each notice, until the answer is called. */
  onWork(listener: () => void): () => void;
}

export const createWorkSignal = (): WorkSignal => {
  const listeners = new Set<() => void>();
  return {
    notify: () => {
      for (const listener of listeners) listener();
    },
    onWork: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};
