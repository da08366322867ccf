import type { Context } from '../context';

/** Does something again and again until closed, never twice at once, for the first time `atOnce` or after a while; a failure is logged and tried again. */
export const repeatedly = (
  { log }: Context,
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
  const timer = setInterval(begin, everyMs);
  if (atOnce) begin();
  return {
    close: async (): Promise<void> => {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
};
