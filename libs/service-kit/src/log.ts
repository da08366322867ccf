import { logFields, type LogField, type LogFields } from '@boxlist/contracts';
import { pino } from 'pino';
import { safeText } from './safe-text';
import { shownError } from './shown-error';

/** Writes lines of an event and fields that `logFields` names. There is no other way to write a log. */
export interface Log {
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
}

/** The destination of log lines. Tests pass their own. */
export interface LogDestination {
  write(line: string): void;
}

const removed = '[removed]';
const matching =
  (form: RegExp) =>
  (value: unknown): unknown =>
    typeof value === 'string' && form.test(value) ? value : removed;

/** Each kind's form. A value of another form may be anything, so the log does not show it. */
const shownAs: Record<(typeof logFields)[LogField], (value: unknown) => unknown> = {
  error: (value) => shownError(value),
  id: matching(/^[A-Za-z0-9][\w.:-]{0,160}$/),
  word: matching(/^[\w.:/-]{1,80}$/),
  number: (value) => (typeof value === 'number' ? value : removed),
  flag: (value) => (typeof value === 'boolean' ? value : removed),
  time: (value) => (value instanceof Date ? value : matching(/^[\d:.TZ-]{10,30}$/)(value)),
  address: matching(/^https?:\/\/[\w.:[\]-]+\/?$/),
  safeText: (value) => (typeof value === 'string' ? safeText(value) : removed),
};

/** Only codes of errors look like this. What OAuth and a person call a code does not. */
const isErrorCode = (value: unknown): boolean => typeof value === 'string' && /^[A-Z][A-Z_]{2,59}$/.test(value);

const shownValue = (field: string, value: unknown): unknown => {
  const kind = Object.hasOwn(logFields, field) ? logFields[field as LogField] : undefined;
  if (kind === undefined) return removed;
  if (value === null || value === undefined) return value;
  if (field === 'code' && !isErrorCode(value)) return removed;
  return shownAs[kind](value);
};

const shownFields = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, shownValue(field, value)]));

/** An event is a fixed name such as `order.taken`. A text of a library has no place there. */
const shownEvent = (event: unknown): unknown => matching(/^[a-zA-Z-]+(\.[a-z-]+)*$/)(event);

/**
 * The log of a service: JSON lines on standard output. It shows only fields that `logFields` names, only in the form
 * of their kind, and of an error only what {@link shownError} shows. All else reads `[removed]`.
 */
export const createLog = (service: string, level: string, destination?: LogDestination): Log => {
  const lines = pino(
    // Without a serializer of our own, pino rewrites what looks like an error.
    { level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: (err: unknown) => err } },
    ...(destination ? [destination] : []),
  );
  const at =
    (name: 'info' | 'warn' | 'error') =>
    (fields: LogFields, event: string): void => {
      if (lines.isLevelEnabled(name)) lines[name](shownFields(fields), String(shownEvent(event)));
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};
