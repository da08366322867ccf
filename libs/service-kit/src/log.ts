import { pino, type Logger } from 'pino';

export type Log = Logger;

/** Keys whose values never reach a log line, wherever they stand up to three levels deep. */
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

/** What MongoDB's driver hangs on its errors: whole documents that were to be written. */
const documentsOfErrors = ['writeErrors', 'errorResponse', 'result', 'op', 'err'];

/** An error as a log line shows it, at any depth of causes. */
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

/** Where log lines go; tests give their own. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * The log of a service: JSON lines on standard output, with secrets and personal data redacted by key. An error is
 * logged with its code, message and stack; its `code` is kept because it stands under `err`.
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
