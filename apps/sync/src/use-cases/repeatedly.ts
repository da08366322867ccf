import type { Context } from '../context';

/** Does something again and again until closed, never twice at once; a failure is logged and tried again. */
export const repeatedly = (
  { log }: Context,
  { everyMs, delayed }: { everyMs: number; delayed: string },
  pass: (goesOn: () => boolean) => Promise<void>,
) => {
  let closed = false;
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= pass(() => !closed)
      .catch((error: unknown) => log.warn({ err: error }, delayed))
      .finally(() => (running = undefined));
  }, everyMs);
  return {
    close: async (): Promise<void> => {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
};
