import { AppError } from '@boxlist/contracts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { DecoratorHandler, type Dispatcher } from 'undici';

const deadlines = new AsyncLocalStorage<number>();

/**
 * Calls made within `run` are sent before this moment (ms of `performance.now()`), or not at all: then
 * CONSTANT_CONTACT_UNAVAILABLE with `tooLate`, and nothing has left the process. It is looked at right before the
 * request is written, after any wait for a connection. It does not promise how long the write or the network takes.
 */
export const sentBy = <T>(deadline: number, run: () => Promise<T>): Promise<T> => deadlines.run(deadline, run);

/** Whether a call failed because its moment had passed before it was sent. */
export const isTooLate = (error: unknown): boolean => error instanceof AppError && error.details.tooLate === true;

interface Passed {
  onRequestStart(...start: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>): void;
}
// Its published types leave out what it passes on.
const Passing = DecoratorHandler as unknown as new (handler: Dispatcher.DispatchHandler) => Passed;

class Guarded extends Passing {
  constructor(
    handler: Dispatcher.DispatchHandler,
    private readonly deadline: number,
  ) {
    super(handler);
  }

  override onRequestStart(...start: Parameters<Passed['onRequestStart']>): void {
    // Thrown, the request is taken from the queue and its connection stays open; aborted, the connection is lost.
    if (performance.now() > this.deadline)
      throw new AppError('CONSTANT_CONTACT_UNAVAILABLE', 'The call was not sent, because its permit had expired', {
        tooLate: true,
        mayHaveBeenApplied: false,
      });
    super.onRequestStart(...start);
  }
}

/** Keeps calls from being written after their moment. */
export const guardMoment: Dispatcher.DispatcherComposeInterceptor = (dispatch) => {
  return (options, handler) => {
    const deadline = deadlines.getStore();
    return dispatch(options, deadline === undefined ? handler : new Guarded(handler, deadline));
  };
};
