import { AppError, appErrorOf, type ErrorKind } from '@boxlist/contracts';
import { types } from 'node:util';
import { ownText, safeText } from './safe-text';
import { ConfigError } from './settings';

/** An error as a log shows it. It has no field whose value comes from a request, a document or an answer. */
export interface ShownError {
  readonly name: string;
  readonly kind?: ErrorKind;
  readonly code?: string | number;
  readonly codeName?: string;
  readonly syscall?: string;
  readonly status?: number;
  readonly subgraph?: string;
  readonly labels?: readonly string[];
  readonly message?: string;
  /** The path of the invalid argument, as AppError names it. */
  readonly field?: readonly string[];
  readonly retryAfterMs?: number;
  /** What broke the rules of a schema: the codes alone, because texts and paths may quote the input. */
  readonly issues?: readonly string[];
  /** The codes of the writes of a batch that failed. */
  readonly writeErrors?: readonly number[];
  /** Where it was thrown: files and lines, without the message that a stack begins with. */
  readonly at?: readonly string[];
  readonly cause?: ShownError;
  readonly errors?: readonly ShownError[];
}

const deepest = 5;
const most = 5;
const mostFrames = 12;

/** Classes whose messages begin with fixed words. Of all others a log shows class, code and place. */
const knownMessages = new RegExp(
  [
    /^(Mongo|Mongoose|KafkaJS|JW[A-Z]|JOSE)\w*$/,
    /^(Type|Range|Reference|Abort|Timeout|Cast|ParallelSave|Version)Error$/,
    /^(Connect|Headers|Body)TimeoutError$|^SocketError$|^GraphQLError$/,
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Also an error of another realm, which is no instance of this one's class. */
const isError = (value: unknown): value is Error => value instanceof Error || types.isNativeError(value);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const word = (value: unknown, form: RegExp): string | undefined =>
  typeof value === 'string' && form.test(value) ? value : undefined;
const integer = (value: unknown): number | undefined => (Number.isSafeInteger(value) ? (value as number) : undefined);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value.slice(0, most) : []);

const nameForm = /^[A-Za-z_$][\w$]{0,59}$/;
const codeForm = /^[A-Z][A-Z0-9_]{1,59}$/;
const labelForm = /^[A-Za-z]{1,40}$/;

/**
 * The frames of a stack. A stack begins with the message, which may have any form, even that of a frame; so a frame
 * counts only if it names a source file, and is shown without the name of a function.
 */
const framesOf = ({ stack, message }: Error): string[] => {
  if (typeof stack !== 'string') return [];
  const begins = message ? stack.indexOf(message) : -1;
  return (begins < 0 ? stack : stack.slice(begins + message.length))
    .split('\n')
    .flatMap(
      (line) => /^\s+at (?:.*\()?((?:file:\/\/|node:)?[\w./@\\:+ -]*?\.?[\w/]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? [],
    )
    .map((place) => place.replace(/^file:\/\//, '').replace(/:\d+$/, ''))
    .filter((place) => /^node:[\w/]+:\d+$|^(\/|[A-Z]:\\)[^@]*(\/@[\w-]+[/\\][^@]*)*\.[cm]?[jt]sx?:\d+$/.test(place))
    .map((place) => place.replace(/^.*\/(node_modules|apps|libs|tools|dist)\//, '$1/'))
    .slice(0, mostFrames);
};

const messageOf = (error: Error, name: string): string | undefined => {
  if (error instanceof AppError) return ownText(error.message);
  // It is for the person who starts the service, and names settings without their values.
  if (error instanceof ConfigError) return error.message;
  return knownMessages.test(name) ? safeText(error.message) : undefined;
};

const codeOf = (error: Record<string, unknown>): string | number | undefined => {
  const { code, type, extensions } = error;
  const ofGraph = isRecord(extensions) ? extensions.code : undefined;
  return [code, type, ofGraph].map((each) => integer(each) ?? word(each, codeForm)).find((each) => each !== undefined);
};

/** What the libraries say of an error in fields of a closed form. */
const ofLibraries = (error: Record<string, unknown>): Partial<ShownError> => {
  const { extensions, errorLabels, errorLabelSet, issues, writeErrors } = error;
  const labels = errorLabelSet instanceof Set ? [...errorLabelSet] : list(errorLabels);
  return {
    codeName: word(error.codeName, /^[A-Za-z]{1,60}$/),
    syscall: word(error.syscall, /^[a-z]{1,20}$/),
    status: integer(error.statusCode) ?? integer(error.status),
    subgraph: isRecord(extensions) ? word(extensions.serviceName, /^[a-z-]{1,40}$/) : undefined,
    labels: labels.flatMap((each) => word(each, labelForm) ?? []),
    issues: list(issues).flatMap((each) => (isRecord(each) ? (word(each.code, /^[a-z_]{1,40}$/) ?? []) : [])),
    writeErrors: (Array.isArray(writeErrors) ? list(writeErrors) : [writeErrors]).flatMap((each) =>
      isRecord(each) ? (integer(each.code) ?? []) : [],
    ),
  };
};

const ofBoxlist = (error: Error): Partial<ShownError> => {
  if (!(error instanceof AppError)) return {};
  const { field } = error.details;
  return {
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(field ? { field: field.flatMap((each) => word(each, /^[A-Za-z][A-Za-z0-9]{0,39}$|^\d{1,5}$/) ?? []) } : {}),
  };
};

const compact = (fields: object): Partial<ShownError> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

/**
 * An error as a log may show it: class, code and kind, place in the sources, and those texts that cannot carry data.
 * A driver's error holds whole documents, and a parser's message a part of the input; this names the fields to show,
 * and leaves out all others, at any depth of causes.
 */
export const shownError = (thrown: unknown, depth = 0): ShownError => {
  if (!isError(thrown)) return { name: 'not an Error', message: `a ${thrown === null ? 'null' : typeof thrown}` };
  const fields = thrown as unknown as Record<string, unknown>;
  const name = word(thrown.name, nameForm) ?? 'Error';
  const inner = [fields.cause, fields.originalError].find((each): each is Error => isError(each) && each !== thrown);
  const errors = (thrown as Partial<AggregateError>).errors;
  const goesOn = depth < deepest;
  return {
    name,
    ...compact({
      kind: appErrorOf(thrown).kind,
      code: codeOf(fields),
      ...ofLibraries(fields),
      ...ofBoxlist(thrown),
      message: messageOf(thrown, name),
      at: framesOf(thrown),
      cause: goesOn && inner ? shownError(inner, depth + 1) : undefined,
      errors: goesOn ? list(errors).flatMap((each) => (isError(each) ? shownError(each, depth + 1) : [])) : undefined,
    }),
  };
};
