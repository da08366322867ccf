/**
 * What an edge (GraphQL, HTTP, consumer, log) needs to know of an error; see `docs/errors.md` for what each edge does.
 */
export type ErrorKind =
  'invalid' | 'denied' | 'missing' | 'conflict' | 'throttled' | 'rejected' | 'unavailable' | 'defect';

interface ErrorEntry {
  readonly kind: ErrorKind;
  /** One sentence for the reader of the generated docs: when it happens. */
  readonly when: string;
}

const entry = (kind: ErrorKind, when: string): ErrorEntry => ({ kind, when });

/** Every error code that Boxlist shows to anyone. A code is added, never renamed. */
export const errorRegistry = {
  BAD_INPUT: entry('invalid', 'An argument breaks a rule; `field` says which.'),
  BAD_EVENT: entry('invalid', 'An event on a topic is not what its contract says.'),
  EVENT_TOO_LARGE: entry('invalid', 'An event is larger than the intake, or Kafka, accepts.'),
  EVENTS_UNREADABLE: entry(
    'invalid',
    'A range of events on a topic could not be read at all: damaged, compressed in an unknown way, or too large.',
  ),
  FOREIGN_TENANT: entry('invalid', 'A message names two different box offices.'),
  UNKNOWN_TEMPLATE: entry('invalid', 'There is no workflow template of that id.'),
  DETAIL_REQUIRED: entry('invalid', 'A detail that the workflow template asks for is missing.'),
  DETAIL_INVALID: entry('invalid', 'A detail of a workflow has a value that its template does not take.'),
  RETURN_URL_NOT_ALLOWED: entry('invalid', 'The page to return to after sign-in is not on the allowed list.'),
  STATE_INVALID: entry('invalid', 'The sign-in was not begun here, was used already, or took too long.'),
  TOO_MANY_TO_RETRY: entry(
    'invalid',
    'More than 100,000 deliveries match a retry; take fewer at once, by workflow, reason or time.',
  ),
  UPGRADE_NOT_OFFERED: entry(
    'invalid',
    'Imported contacts are not given explicit permission later: the operator does not know that this leaves opt-outs alone.',
  ),
  UNAUTHENTICATED: entry('denied', 'No valid token came with the call.'),
  FORBIDDEN: entry('denied', "The caller's role does not allow this."),
  SIGNATURE_INVALID: entry(
    'denied',
    'A webhook is not signed with the secret of that box office, or its signature is too old.',
  ),
  SIGN_IN_DENIED: entry('denied', 'The person declined at Constant Contact.'),
  NOT_FOUND: entry('missing', 'There is no such thing in the box office of the caller.'),
  CONNECTION_NOT_FOUND: entry('missing', 'There is no such connection.'),
  WEBHOOK_NOT_CONFIGURED: entry('missing', 'The box office has no webhook secret yet.'),
  TICKET_TAILOR_KEY_MISSING: entry('missing', 'The box office has no API key of Ticket Tailor yet.'),
  BACKFILL_NOT_FOUND: entry('missing', 'There is no such backfill in this box office.'),
  BACKFILL_RUNNING: entry('conflict', 'A backfill of the workflow is not done yet; wait for it, or cancel it.'),
  BACKFILL_ENDED: entry('conflict', 'The backfill is done or cancelled and cannot be changed any more.'),
  RETRY_NOT_FOUND: entry('missing', 'There is no such retry in this box office.'),
  RETRY_ENDED: entry('conflict', 'The retry is done and cannot be cancelled any more.'),
  VERSION_CONFLICT: entry('conflict', 'Somebody changed the document since it was read; read again.'),
  ALREADY_ACTIVE: entry('conflict', 'The add-on is active already.'),
  NOT_ACTIVE: entry('conflict', 'The add-on is not active.'),
  ALREADY_EXISTS: entry('conflict', 'Something of that name exists already.'),
  ENTITLEMENT_REQUIRED: entry('conflict', 'The add-on must be activated first.'),
  CONNECTION_REQUIRED: entry('conflict', 'The box office must sign in to Constant Contact first.'),
  CONNECTION_NEEDS_RECONNECT: entry('conflict', 'The connection must be renewed by signing in again.'),
  DIFFERENT_ACCOUNT: entry('conflict', 'The sign-in was to another Constant Contact account than the connection has.'),
  RATE_LIMITED: entry('throttled', 'Too many calls; try again after the given time.'),
  QUOTA_EXCEEDED: entry(
    'throttled',
    "The application's calls of the day at Constant Contact are used up until 00:00 UTC.",
  ),
  REJECTED_BY_CONSTANT_CONTACT: entry('rejected', 'Constant Contact refused the call for good.'),
  UNAUTHORIZED_AT_CONSTANT_CONTACT: entry('rejected', 'Constant Contact did not accept the access token.'),
  MISSING_PRIVILEGES: entry('rejected', 'The Constant Contact user may not write contacts.'),
  UNAUTHORIZED_AT_TICKET_TAILOR: entry('rejected', 'Ticket Tailor did not accept the API key.'),
  REJECTED_BY_TICKET_TAILOR: entry('rejected', 'Ticket Tailor refused the call for good.'),
  TICKET_TAILOR_UNAVAILABLE: entry(
    'unavailable',
    'Ticket Tailor did not answer, or answered in a way that is not understood.',
  ),
  CONSTANT_CONTACT_UNAVAILABLE: entry(
    'unavailable',
    'Constant Contact did not answer, or answered with a server error.',
  ),
  DATABASE_UNAVAILABLE: entry('unavailable', 'MongoDB did not answer, or cannot serve at present.'),
  KAFKA_UNAVAILABLE: entry('unavailable', 'Kafka did not acknowledge.'),
  EVENTS_STAND_STILL: entry('unavailable', 'Events of a partition have made no progress for longer than the setting.'),
  SERVICE_UNAVAILABLE: entry('unavailable', 'Another part of Boxlist did not answer.'),
  LEASE_LOST: entry('unavailable', 'Another process took over this work.'),
  DEFECT: entry('defect', 'A fault of Boxlist; the details are in its log.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorRegistry;

interface AppErrorOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/**
 * The one error class. `message` names the thing and the rule and never a person; `details` are safe to log
 * (ids and field names). `field` in `details` is the path of the argument at fault.
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

/** The driver's failures of reaching MongoDB, by the names that it and mongoose give them. */
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

/** What MongoDB answers while it cannot serve, by its own codes: no fault of what it was asked. */
const cannotServe = new Set([
  ...[6, 7, 89, 9001, 384], // another host is not reached
  ...[91, 189, 10107, 10058, 13435, 13436, 11600, 11602, 133, 134], // it stops, or is not the primary now
  ...[24, 46, 50, 64, 100, 112, 202, 262, 290, 462], // it is too busy: locks, time limits, write conflicts, overload
  ...[13, 18], // its credentials are being changed, or are wrong: an operator mends that
  ...[14031, 8000], // its disk, or what was rented of it, is full
]);

const passingLabels = [
  'RetryableWriteError',
  'TransientTransactionError',
  'UnknownTransactionCommitResult',
  'RetryableError',
  'SystemOverloadedError',
];

/** What the driver's errors carry; `errorResponse` and `err` are what a bulk write met. */
interface DriverError {
  readonly code?: unknown;
  readonly errorLabels?: unknown;
  readonly errorResponse?: unknown;
  readonly err?: unknown;
}

/** Told by what the error carries, so that whoever looks at kinds needs no driver. */
const isOutageOfMongo = (error: Error): boolean => {
  if (!error.name.startsWith('Mongo') && error.name !== 'PoolClearedOnNetworkError') return false;
  const { code, errorLabels, errorResponse, err } = error as DriverError;
  // A bulk write wraps what it met, and gives it neither a name nor a code.
  for (const met of [errorResponse, err])
    if (met instanceof Error && met !== error && isOutageOfMongo(met)) return true;
  return (
    unreachable.has(error.name) ||
    cannotServe.has(Number(code)) ||
    (Array.isArray(errorLabels) && passingLabels.some((label) => errorLabels.includes(label)))
  );
};

/**
 * Anything thrown as the AppError that an edge acts on: MongoDB's outages as DATABASE_UNAVAILABLE, so that nothing is
 * given up for them, and whatever else is no AppError as DEFECT. The `cause` is what was thrown.
 */
export const appErrorOf = (error: unknown): AppError => {
  if (error instanceof AppError) return error;
  if (error instanceof Error && isOutageOfMongo(error))
    return new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error });
  return new AppError('DEFECT', 'A fault of Boxlist', {}, { cause: error });
};

/** The kind of anything thrown, see {@link appErrorOf}. */
export const kindOf = (error: unknown): ErrorKind => appErrorOf(error).kind;

/** Makes a forgotten case of a union a compile error, and a defect when it happens all the same. */
export const assertNever = (value: never): never => {
  throw new AppError('DEFECT', `Unexpected value of a closed set (${typeof value})`);
};
