import { AppError } from '@boxlist/contracts';
import type { ServerResponse } from 'node:http';
import type { Log } from './log';
import { operationsCut } from './operation-report';

/** One GraphQL operation while it runs. */
export interface Operation {
  /** Aborts when the deadline passes or the caller leaves. Its reason is an AppError. */
  readonly signal: AbortSignal;
  /**
   * Runs a resolver in its turn. When the operation has ended, it throws the reason: without calling the resolver if
   * that has not begun, and without waiting for it otherwise.
   */
  run<T>(resolve: () => T | Promise<T>): T | Promise<T>;
}

/**
 * Resolvers of one operation that may wait at the same time, for MongoDB or another service. It leaves the rest of the
 * process's connections to other callers, and what has not begun need not be stopped.
 */
const atOnce = 8;

const isPromise = <T>(value: T | Promise<T>): value is Promise<T> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

/** Lets resolvers wait for their turn, and ends all of them with the signal. */
const turnsUntil = (signal: AbortSignal): Operation['run'] => {
  let taken = 0;
  let waiting: (() => void)[] = [];
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      waiting = [];
      reject(signal.reason as AppError);
    });
  });
  ended.catch(() => undefined);
  /** Gives a turn to the next resolver that waits. */
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else taken -= 1;
  };
  const begin = <T>(resolve: () => T | Promise<T>): T | Promise<T> => {
    let result: T | Promise<T> | undefined;
    try {
      result = resolve();
      return isPromise(result) ? Promise.race([result, ended]) : result;
    } finally {
      if (isPromise(result)) void result.then(leave, leave);
      else leave();
    }
  };
  return (resolve) => {
    signal.throwIfAborted();
    if (taken < atOnce) {
      taken += 1;
      return begin(resolve);
    }
    const turn = new Promise<void>((start) => waiting.push(start));
    return Promise.race([turn.then(() => begin(resolve)), ended]);
  };
};

interface OperationOptions {
  readonly deadlineMs: number;
  readonly log: Log;
  readonly requestId: string;
}

/**
 * Begins an operation that answers with `response`. It ends when the deadline passes (DEADLINE_EXCEEDED) or when the
 * connection closes before the whole answer is sent.
 */
export const startOperation = (
  response: ServerResponse,
  { deadlineMs, log, requestId }: OperationOptions,
): Operation => {
  const ending = new AbortController();
  const end = (reason: 'DEADLINE_EXCEEDED' | 'CALLER_LEFT', error: AppError): void => {
    if (ending.signal.aborted) return;
    operationsCut({ reason });
    log.info({ reason, requestId }, 'operation.cut');
    ending.abort(error);
  };
  const deadline = setTimeout(
    () => end('DEADLINE_EXCEEDED', new AppError('DEADLINE_EXCEEDED', deadlineMessage(deadlineMs), { deadlineMs })),
    deadlineMs,
  );
  response.once('close', () => {
    clearTimeout(deadline);
    if (!response.writableFinished)
      end('CALLER_LEFT', new AppError('SERVICE_UNAVAILABLE', 'The caller left before the answer was sent'));
  });
  return { signal: ending.signal, run: turnsUntil(ending.signal) };
};

const deadlineMessage = (ms: number): string =>
  `The operation took longer than ${ms} ms, so this part of the answer is missing`;

/** The key of an operation in the context of its resolvers. Apollo Server copies the context with such keys. */
const operationKey = Symbol('operation');

/** Adds an operation to the context of its resolvers, for `inTurns`. */
export const withOperation = <C extends object>(context: C, operation: Operation): C =>
  Object.assign(context, { [operationKey]: operation });

type Resolver = (...args: unknown[]) => unknown;

/** Where the arguments of a resolver hold the context. */
const contextAt = (name: string): number => (name === '__resolveReference' ? 1 : 2);

const inTurn =
  (resolver: Resolver, name: string): Resolver =>
  (...args) => {
    const context = args[contextAt(name)] as { readonly [operationKey]?: Operation } | undefined;
    const operation = context?.[operationKey];
    return operation ? operation.run(() => resolver(...args)) : resolver(...args);
  };

/** Makes resolvers wait for their turn in the operation of their context, and end with it. Scalars stay as they are. */
export const inTurns = (resolvers: object): object =>
  Object.fromEntries(
    Object.entries(resolvers as Record<string, unknown>).map(([type, fields]) => [
      type,
      Object.getPrototypeOf(fields) === Object.prototype
        ? Object.fromEntries(
            Object.entries(fields as Record<string, unknown>).map(([name, resolver]) => [
              name,
              typeof resolver === 'function' && name !== '__resolveType'
                ? inTurn(resolver as Resolver, name)
                : resolver,
            ]),
          )
        : fields,
    ]),
  );
