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
      redact: {
        paths: secretKeys
          .flatMap((key) => [key, `*.${key}`, `*.*.${key}`])
          .filter((path) => path !== '*.code' && path !== 'code' && path !== '*.*.code'),
        censor: '[redacted]',
      },
    },
    ...(destination ? [destination] : []),
  );
