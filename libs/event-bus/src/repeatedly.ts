import { kindOf, type LogFields } from '@boxlist/contracts';
import type { BusLog } from './event-bus';
import { neverRests, type Rest } from './rest';

export interface Repeated {
  /**
   * Runs a pass now and resolves when it has ended. Never rejects. During a pass it schedules one more pass and
   * resolves after that one, because the current pass may have looked too early.
   */
  run(): Promise<void>;
  /** Starts no further pass, and waits for the current one. */
  close(): Promise<void>;
}

interface Needs {
  readonly log: Pick<BusLog, 'warn'>;
  /** The idle state of the process. Passes are rarer while it is idle. Without `rest` they never are. */
  readonly rest?: Rest;
}

interface Options {
  readonly everyMs: number;
  /** The log event for a failed pass. */
  readonly delayed: string;
  /** More fields of that log event. */
  readonly about?: LogFields;
  /** Whether the first pass starts now. Otherwise it starts after `everyMs`. */
  readonly atOnce?: boolean;
}

/**
 * Polls: runs a pass repeatedly until closed, never two at once. It logs a failed pass, and the next pass tries
 * again. A long pass calls `goesOn` to learn whether to stop early.
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
