/** Notifies the dispatcher of this process of new work, from any part of the process. */
export interface WorkSignal {
  notify(): void;
  /** Calls the listener at each notification, until the returned function is called. */
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
