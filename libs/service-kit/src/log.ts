import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Keys whose values are redacted in log lines, up to three levels deep. The exception is `code`: see `createLog`. */
const secretKeys = [
  'authorization',
  'cookie',
  'apiKey',
  'accessToken',
  'access_token',
  'refreshToken',
  'refresh_token',
  'idToken',
  'id_token',
  'clientSecret',
  'client_secret',
  'code',
  'codeVerifier',
  'password',
  'secret',
  'token',
  'email',
  'emailAddress',
  'email_address',
  'firstName',
  'first_name',
  'lastName',
  'last_name',
  'wholeName',
  'phone',
  'barcode',
  'address',
];

/** The fields in which MongoDB's driver puts whole documents that it was to write. */
const documentsOfErrors = ['writeErrors', 'errorResponse', 'result', 'op', 'err'];

/** The form of an error in a log line, without documents at any depth of causes. */
const shownError = (error: Error): object => {
  const without = (from: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(from)
        .filter(([key]) => !documentsOfErrors.includes(key))
        .map(([key, value]) => [key, key === 'cause' && isRecord(value) ? without(value) : value]),
    );
  return without({ ...pino.stdSerializers.errWithCause(error) });
};
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** The destination of log lines. Tests pass their own. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * The log of a service: JSON lines on standard output, with secrets and personal data redacted by key. An error is
 * logged under `err` with its code, message and stack. `code` is never redacted, so that error codes stay readable.
 * Do not log a secret under that key.
 */
export const createLog = (service: string, level: string, destination?: LogDestination): Log =>
  pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: shownError },
      redact: {
        paths: secretKeys
          .flatMap((key) => [key, `*.${key}`, `*.*.${key}`])
          .filter((path) => path !== '*.code' && path !== 'code' && path !== '*.*.code'),
        censor: '[redacted]',
      },
    },
    ...(destination ? [destination] : []),
  );
