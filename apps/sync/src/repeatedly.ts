import { neverRests } from '@boxlist/event-bus';
import type { Context } from './context';

/**
 * Does something again and again until closed, never twice at once, for the first time `atOnce` or after a while; a failure is logged and tried again. In a process that rests it is done less often, and at once
 * when the rest ends.
 */
export const repeatedly = (
  { log, rest = neverRests }: Context,
  { everyMs, delayed, atOnce = false }: { everyMs: number; delayed: string; atOnce?: boolean },
  pass: (goesOn: () => boolean) => Promise<void>,
) => {
  let closed = false;
  let running: Promise<void> | undefined;
  const begin = (): void => {
    running ??= pass(() => !closed)
      .catch((error: unknown) => log.warn({ err: error }, delayed))
      .finally(() => (running = undefined));
  };
  const end = rest.every(everyMs, begin);
  if (atOnce) begin();
  return {
    close: async (): Promise<void> => {
      closed = true;
      end();
      await running;
    },
  };
};
