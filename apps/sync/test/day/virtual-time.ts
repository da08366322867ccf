interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly fire: () => void;
}

const comesFirst = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

/**
 * A clock that nobody waits for: it stands while anything can go on, and then moves to the next moment that somebody
 * sleeps until. Times in ms.
 */
export const createVirtualTime = (startAt: number) => {
  /** A heap: of two, the one that comes first stands nearer to its beginning. */
  const timers: Timer[] = [];
  let now = startAt;
  let seq = 0;
  const swap = (a: number, b: number): void => {
    [timers[a], timers[b]] = [timers[b]!, timers[a]!];
  };
  const push = (timer: Timer): void => {
    let at = timers.push(timer) - 1;
    for (let above = (at - 1) >> 1; at > 0 && comesFirst(timer, timers[above]!); above = (at - 1) >> 1) {
      swap(at, above);
      at = above;
    }
  };
  const pop = (): void => {
    const last = timers.pop()!;
    if (timers.length === 0) return;
    timers[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      let first = at;
      if (left < timers.length && comesFirst(timers[left]!, timers[first]!)) first = left;
      if (right < timers.length && comesFirst(timers[right]!, timers[first]!)) first = right;
      if (first === at) return;
      swap(at, first);
      at = first;
    }
  };
  const at = (moment: number, fire: () => void): void => push({ at: Math.max(now, moment), seq: (seq += 1), fire });
  return {
    now: () => now,
    /** Fires at that moment, or at once when it has passed. */
    at,
    sleep: (ms: number): Promise<void> => new Promise((resolve) => at(now + ms, resolve)),
    /** Lets the time pass until that moment; what would come later does not happen. */
    run: async (until: number): Promise<void> => {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const [next] = timers;
        if (!next || next.at >= until) break;
        now = next.at;
        for (let first: Timer | undefined = next; first?.at === now; first = timers[0]) {
          pop();
          first.fire();
        }
      }
      now = until;
    },
  };
};

export type VirtualTime = ReturnType<typeof createVirtualTime>;
