import { AppError } from '@boxlist/contracts';
import { AsyncLocalStorage } from 'node:async_hooks';
import { DecoratorHandler, type Dispatcher } from 'undici';

const deadlines = new AsyncLocalStorage<number>();

/**
 * Calls made within `run` are sent before `deadline` (milliseconds of `performance.now()`) or not at all. A late call
 * throws CONSTANT_CONTACT_UNAVAILABLE with `tooLate`, and nothing has left the process. The check comes after any
 * wait for a connection, right before the request is written. How long the write or the network then takes is not
 * limited.
 */
export const sentBy = <T>(deadline: number, run: () => Promise<T>): Promise<T> => deadlines.run(deadline, run);

/** Whether a call failed because its deadline passed before it was sent. */
export const isTooLate = (error: unknown): boolean => error instanceof AppError && error.details.tooLate === true;

interface Passed {
  onRequestStart(...start: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>): void;
}
// undici's published types leave out the handlers that this class passes on.
const Passing = DecoratorHandler as unknown as new (handler: Dispatcher.DispatchHandler) => Passed;

class Guarded extends Passing {
  constructor(
    handler: Dispatcher.DispatchHandler,
    private readonly deadline: number,
  ) {
    super(handler);
  }

  override onRequestStart(...start: Parameters<Passed['onRequestStart']>): void {
    // A throw here removes the request from the queue and keeps the connection open. An abort would lose the
    // connection.
    if (performance.now() > this.deadline)
      throw new AppError('CONSTANT_CONTACT_UNAVAILABLE', 'The call was not sent, because its permit had expired', {
        tooLate: true,
        mayHaveBeenApplied: false,
      });
    super.onRequestStart(...start);
  }
}

/** Stops a request whose `sentBy` deadline has passed before it is written. */
export const guardMoment: Dispatcher.DispatcherComposeInterceptor = (dispatch) => {
  return (options, handler) => {
    const deadline = deadlines.getStore();
    return dispatch(options, deadline === undefined ? handler : new Guarded(handler, deadline));
  };
};
