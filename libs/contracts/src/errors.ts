/**
 * What an edge (GraphQL, HTTP, consumer, log) needs to know of an error. `docs/errors.md` says what each edge does
 * with each kind.
 */
export type ErrorKind =
  'invalid' | 'denied' | 'missing' | 'conflict' | 'throttled' | 'rejected' | 'unavailable' | 'defect';

interface ErrorEntry {
  readonly kind: ErrorKind;
  /** Says in one sentence, for readers of the generated docs, when the error happens. */
  readonly when: string;
}

const entry = (kind: ErrorKind, when: string): ErrorEntry => ({ kind, when });

/** Every error code that Boxlist shows to anyone. Codes are added and never renamed. */
export const errorRegistry = {
  BAD_INPUT: entry('invalid', 'An argument breaks a rule; `field` names the argument.'),
  BAD_EVENT: entry('invalid', 'An event on a topic breaks its contract.'),
  EVENT_TOO_LARGE: entry('invalid', 'An event is larger than the intake or Kafka accepts.'),
  EVENTS_UNREADABLE: entry(
    'invalid',
    'A range of events on a topic is unreadable: damaged, compressed with an unknown codec, or too large.',
  ),
  FOREIGN_TENANT: entry('invalid', 'A message names two different box offices.'),
  UNKNOWN_TEMPLATE: entry('invalid', 'There is no workflow template with this id.'),
  DETAIL_REQUIRED: entry('invalid', 'A detail that the workflow template requires is missing.'),
  DETAIL_INVALID: entry('invalid', 'A detail of a workflow has a key or value that its template does not accept.'),
  RETURN_URL_NOT_ALLOWED: entry(
    'invalid',
    'The page to return to after the sign-in is not on the list of allowed pages.',
  ),
  STATE_INVALID: entry(
    'invalid',
    'The sign-in did not start here, was already used, or took too long. Start it again.',
  ),
  TICKET_INVALID: entry(
    'invalid',
    'The ticket of a sign-in is unknown, took too long, or belongs to another person or box office. Start the ' +
      'sign-in again.',
  ),
  TOO_MANY_TO_RETRY: entry(
    'invalid',
    'More than 100,000 deliveries match a retry. Narrow the filter by workflow, reason or time.',
  ),
  OPERATION_TOO_COSTLY: entry(
    'invalid',
    'A GraphQL operation could return more than its budget allows; `cost` and `budget` say how much. Ask for less.',
  ),
  UPGRADE_NOT_OFFERED: entry(
    'invalid',
    'Imported contacts keep implicit permission, because the operator has not confirmed that making it explicit ' +
      'respects opt-outs.',
  ),
  UNAUTHENTICATED: entry('denied', 'The call carries no valid token.'),
  FORBIDDEN: entry('denied', "The caller's role does not allow this."),
  SIGNATURE_INVALID: entry(
    'denied',
    'A webhook is not signed with a secret of this box office, or its signature is too old.',
  ),
  SIGN_IN_DENIED: entry('denied', 'The person declined the sign-in at Constant Contact.'),
  NOT_FOUND: entry('missing', 'The item does not exist in the box office of the caller.'),
  CONNECTION_NOT_FOUND: entry('missing', 'There is no such connection.'),
  TICKET_TAILOR_KEY_MISSING: entry('missing', 'The box office has no Ticket Tailor API key yet. Set one first.'),
  BACKFILL_NOT_FOUND: entry('missing', 'There is no such backfill in this box office.'),
  BACKFILL_RUNNING: entry(
    'conflict',
    'The workflow already has a backfill in progress. Wait for it to finish, or cancel it.',
  ),
  BACKFILL_ENDED: entry('conflict', 'The backfill is done or cancelled, so it can no longer change.'),
  RETRY_NOT_FOUND: entry('missing', 'There is no such retry in this box office.'),
  RETRY_ENDED: entry('conflict', 'The retry is done, so it can no longer be cancelled.'),
  VERSION_CONFLICT: entry(
    'conflict',
    'Someone changed the document since the caller read it. Read it again, then retry.',
  ),
  LIMIT_REACHED: entry(
    'conflict',
    'The box office already has as many of these as it may have at once. End or delete one first.',
  ),
  ALREADY_ACTIVE: entry('conflict', 'The add-on is already active.'),
  NOT_ACTIVE: entry('conflict', 'The add-on is not active.'),
  ALREADY_EXISTS: entry('conflict', 'An item with this name or identity already exists.'),
  ENTITLEMENT_REQUIRED: entry('conflict', 'The add-on is not active. Activate it first.'),
  CONNECTION_REQUIRED: entry('conflict', 'The box office is not connected to Constant Contact. Sign in first.'),
  CONNECTION_NEEDS_RECONNECT: entry('conflict', 'The connection needs a new sign-in to Constant Contact.'),
  DIFFERENT_ACCOUNT: entry(
    'conflict',
    'The person signed in to a different Constant Contact account than the one of the connection.',
  ),
  SIGN_IN_INTERRUPTED: entry(
    'conflict',
    'Boxlist stopped while it completed a sign-in, and lost the tokens. Start the sign-in again.',
  ),
  RATE_LIMITED: entry('throttled', 'Too many calls. Try again after `retryAfterMs`.'),
  QUOTA_EXCEEDED: entry(
    'throttled',
    "Today's calls to Constant Contact are used up, or the rest is kept for other calls. New ones come at 00:00 UTC.",
  ),
  INTERACTIVE_CALLS_USED_UP: entry(
    'throttled',
    'Pages of this box office, or of all of them, have used up the calls to Constant Contact that pages may cause in ' +
      'a day. Orders are not affected. Lists and tags that were read stay visible. Try again after `retryAfterMs`, ' +
      'at 00:00 UTC.',
  ),
  REJECTED_BY_CONSTANT_CONTACT: entry('rejected', 'Constant Contact refused the call. Repeating it does not help.'),
  SIGN_IN_REFUSED: entry(
    'rejected',
    'Constant Contact refused the sign-in, or no longer accepts it. Start the sign-in again.',
  ),
  UNAUTHORIZED_AT_CONSTANT_CONTACT: entry('rejected', 'Constant Contact did not accept the access token.'),
  MISSING_PRIVILEGES: entry('rejected', 'The Constant Contact user or application lacks a right that the call needs.'),
  UNAUTHORIZED_AT_TICKET_TAILOR: entry('rejected', 'Ticket Tailor did not accept the API key.'),
  REJECTED_BY_TICKET_TAILOR: entry('rejected', 'Ticket Tailor refused the call. Repeating it does not help.'),
  TICKET_TAILOR_UNAVAILABLE: entry(
    'unavailable',
    'Ticket Tailor did not answer, or Boxlist could not read its answer.',
  ),
  CONSTANT_CONTACT_UNAVAILABLE: entry(
    'unavailable',
    'Constant Contact did not answer, answered with a server error, or sent an unreadable answer.',
  ),
  DATABASE_UNAVAILABLE: entry('unavailable', 'MongoDB did not answer, or cannot serve requests at the moment.'),
  KAFKA_UNAVAILABLE: entry('unavailable', 'Kafka did not acknowledge a message.'),
  KAFKA_TLS_FAILED: entry(
    'unavailable',
    'No secure connection to Kafka: a certificate is missing, expired or signed by an unknown authority, or one side ' +
      'expects TLS and the other does not.',
  ),
  KAFKA_SIGN_IN_REFUSED: entry('unavailable', "Kafka refused the service's user, password or token."),
  KAFKA_FORBIDDEN: entry('unavailable', "Kafka's access control list does not allow the service what it asked for."),
  EVENTS_STAND_STILL: entry(
    'unavailable',
    'A partition has made no progress for longer than `EVENTS_STAND_STILL_AFTER_MS`.',
  ),
  SERVICE_UNAVAILABLE: entry('unavailable', 'Another service did not answer in time. Try again.'),
  DEADLINE_EXCEEDED: entry(
    'unavailable',
    'A GraphQL operation took longer than `deadlineMs`. The fields that were ready are in the answer. A mutation may ' +
      'still take effect: read before you repeat it.',
  ),
  ISSUER_UNAVAILABLE: entry(
    'unavailable',
    "The token issuer's keys cannot be read, so Boxlist cannot check tokens. The token may be valid. Try again.",
  ),
  LEASE_LOST: entry('unavailable', 'Another process took over this work, or the buyer was erased meanwhile.'),
  DEFECT: entry('defect', 'An error in Boxlist. Its log has the details.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorRegistry;

interface AppErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/**
 * The only error class. `message` names the thing and the rule, and never a person. `details` are safe to log (ids
 * and field names); their `field` is the path of the invalid argument.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: { readonly field?: readonly string[] } & Readonly<Record<string, unknown>> = {},
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = errorRegistry[code].kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The names that the driver and mongoose use for errors when MongoDB cannot be reached. */
const unreachable = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoTopologyClosedError',
  'MongoServerClosedError',
  'MongoClientClosedError',
  'MongoStalePrimaryError',
  'MongoExpiredSessionError',
  'MongoOperationTimeoutError',
  'MongoWriteConcernError',
]);

/** MongoDB's error codes for the time that it cannot serve. The request itself was not at fault. */
const cannotServe = new Set([
  ...[6, 7, 89, 9001, 384], // another host cannot be reached
  ...[91, 189, 10107, 10058, 13435, 13436, 11600, 11602, 133, 134], // the server is stopping, or is not the primary
  ...[24, 46, 50, 64, 100, 112, 202, 262, 290, 462], // it is too busy: locks, time limits, write conflicts, overload
  ...[13, 18], // the credentials are wrong or are being changed, which an operator fixes
  ...[14031, 8000], // the disk or the rented storage is full
]);

const passingLabels = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
  'RetryableError',
  'SystemOverloadedError',
];

/**
 * The fields of the driver's errors that are read here. `errorResponse` and `err` are the error that a bulk write
 * met.
 */
interface DriverError {
  readonly code?: unknown;
  readonly errorLabels?: unknown;
  readonly errorResponse?: unknown;
  readonly err?: unknown;
}

/** Looks only at the fields of the error, so that this library does not depend on the driver. */
const isOutageOfMongo = (error: Error): boolean => {
  if (!error.name.startsWith('Mongo') && error.name !== 'PoolClearedOnNetworkError') return false;
  const { code, errorLabels, errorResponse, err } = error as DriverError;
  // A bulk write wraps the error that it met, and has neither that error's name nor its code.
  for (const met of [errorResponse, err])
    if (met instanceof Error && met !== error && isOutageOfMongo(met)) return true;
  return (
    unreachable.has(error.name) ||
    cannotServe.has(Number(code)) ||
    (Array.isArray(errorLabels) && passingLabels.some((label) => errorLabels.includes(label)))
  );
};

/**
 * Converts anything thrown into an AppError. An outage of MongoDB becomes DATABASE_UNAVAILABLE, which edges retry.
 * Any other error that is not an AppError becomes DEFECT. The `cause` is the original error.
 */
export const appErrorOf = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (error instanceof Error && isOutageOfMongo(error))
    return new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error });
  return new AppError('DEFECT', 'An error in Boxlist', {}, { cause: error });
};

/** The error kind of anything thrown. See {@link appErrorOf}. */
export const kindOf = (error: unknown): ErrorKind => appErrorOf(error).kind;

/** Makes a missing case of a union a compile error. Throws DEFECT if it is reached anyway. */
export const assertNever = (value: never): never => {
  throw new AppError('DEFECT', `Unexpected value of a closed set (${typeof value})`);
};
