import { kindOf } from '@boxlist/contracts';
import type { BusLog } from './event-bus';
import { neverRests, type Rest } from './rest';

export interface Repeated {
  /**
   * Runs a pass now, and resolves when it has ended; never rejects. While a pass is under way it resolves after another
   * one that follows, since the first may have looked too early.
   */
  run(): Promise<void>;
  /** Starts no further pass, and waits for the one under way. */
  close(): Promise<void>;
}

interface Needs {
  readonly log: Pick<BusLog, 'warn'>;
  /** In a process that rests the passes are rarer. Without it they never are. */
  readonly rest?: Rest;
}

interface Options {
  readonly everyMs: number;
  /** The log event of a pass that failed. */
  readonly delayed: string;
  /** More fields of that log event. */
  readonly about?: object;
  /** Whether the first pass starts now; otherwise after `everyMs`. */
  readonly atOnce?: boolean;
}

/**
 * Polls: runs a pass again and again until closed, never two at once. A pass that fails is logged, and the next one
 * tries again. A long pass asks `goesOn` whether it should stop early.
 */
export const repeatedly = (
  { log, rest = neverRests }: Needs,
  { everyMs, delayed, about = {}, atOnce = false }: Options,
  pass: (goesOn: () => boolean) => Promise<void>,
): Repeated => {
  let closed = false;
  let again = false;
  let running: Promise<void> | undefined;
  const goesOn = (): boolean => !closed;
  const passes = async (): Promise<void> => {
    do {
      again = false;
      await pass(goesOn);
    } while (again && !closed);
  };
  const start = (): Promise<void> =>
    (running ??= passes()
      .catch((error: unknown) => log.warn({ err: error, kind: kindOf(error), ...about }, delayed))
      .finally(() => (running = undefined)));
  const endPolls = rest.every(everyMs, () => void start());
  if (atOnce) void start();
  return {
    run: () => {
      if (running) again = true;
      return start();
    },
    close: async () => {
      closed = true;
      endPolls();
      await running;
    },
  };
};
