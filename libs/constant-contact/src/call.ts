import { AppError } from '@boxlist/contracts';
import { Pool, type FormData } from 'undici';
import { z } from 'zod';
import { guardMoment, isTooLate } from './sent-by';

export interface CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the base address of the API, including the query. */
  readonly path: string;
  readonly accessToken: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as multipart instead of `body`. */
  readonly form?: FormData;
}

export type Call = <S extends z.ZodType>(options: CallOptions, answer: S) => Promise<z.infer<S>>;

/** One call as it is sent. */
export interface Outgoing {
  readonly method: CallOptions['method'];
  /** Includes the path prefix of the API's address, and the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | undefined;
}
/** Sends a call and resolves with the answer. Throws if there is no answer. */
export type Send = (outgoing: Outgoing) => Promise<{ readonly status: number; readonly text: string }>;

interface CallerOptions {
  /** For example `https://api.cc.email/v3`. */
  readonly apiUrl: string;
  readonly timeoutMs: number;
  /** Replaces HTTP over kept-alive connections. */
  readonly send?: Send;
}

const problem = z.object({ error_key: z.string().catch(''), error_message: z.string().catch('') });

/** The first error of an answer. The vendor sends an array of errors or a single object. */
const problemOf = (text: string): z.infer<typeof problem> => {
  try {
    const body: unknown = JSON.parse(text);
    const parsed = problem.safeParse(Array.isArray(body) ? body[0] : body);
    if (parsed.success) return parsed.data;
  } catch {
    // The body is not JSON, so it has no error key.
  }
  return { error_key: '', error_message: '' };
};

/** Milliseconds until the vendor's day ends, at 00:00 UTC. */
export const msUntilUtcMidnight = (nowMs: number): number => 86_400_000 - (nowMs % 86_400_000);

/**
 * Turns an unsuccessful answer into an AppError whose code says what to do. It keeps no text of the answer, which may
 * contain an e-mail address.
 */
const failureOf = (status: number, text: string, what: string, isWrite: boolean): AppError => {
  const { error_key: key, error_message: message } = problemOf(text);
  const details = { status, key: /^[\w.-]{1,60}$/.test(key) ? key : '', call: what };
  switch (status) {
    case 401:
      return new AppError(
        'UNAUTHORIZED_AT_CONSTANT_CONTACT',
        'Constant Contact did not accept the access token',
        details,
      );
    case 403:
      return new AppError(
        'MISSING_PRIVILEGES',
        'The Constant Contact user or application is not allowed to do this',
        details,
      );
    case 404:
      return new AppError('NOT_FOUND', 'Constant Contact does not have this item', details);
    case 409:
      return new AppError('ALREADY_EXISTS', 'Constant Contact already has this item', details);
    case 429:
      // A known key decides alone, because the message of either error may mention the other.
      if (key !== 'throttled' && /quota/i.test(`${key} ${message}`)) {
        return new AppError(
          'QUOTA_EXCEEDED',
          "Today's calls to Constant Contact are used up; new ones come at 00:00 UTC",
          details,
          {
            retryAfterMs: msUntilUtcMidnight(Date.now()),
          },
        );
      }
      return new AppError(
        'RATE_LIMITED',
        'Constant Contact asks Boxlist to slow down',
        { ...details, queued: /queued/i.test(message) },
        { retryAfterMs: /queued/i.test(message) ? 60_000 : 1_000 },
      );
    default:
      return status >= 500
        ? new AppError('CONSTANT_CONTACT_UNAVAILABLE', `Constant Contact answered ${status}`, {
            ...details,
            mayHaveBeenApplied: isWrite,
          })
        : new AppError('REJECTED_BY_CONSTANT_CONTACT', `Constant Contact refused the call (${status})`, details);
  }
};

const unconnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Whether no connection was opened, so that Constant Contact cannot have applied the call. Several attempts (IPv6,
 * IPv4) arrive as one error that lists them.
 */
const neverSent = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.length > 0 && error.errors.every(neverSent);
  return 'code' in error && unconnected.has(String(error.code));
};

/** HTTP over kept-alive connections, which open when first needed. */
const overHttp = (origin: string, timeoutMs: number): { send: Send; close: () => Promise<void> } => {
  const pool = new Pool(origin, {
    // As many as may be in progress at once. A call that had to wait for a connection would be sent too late.
    connections: 100,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  });
  const guarded = pool.compose(guardMoment);
  return {
    send: async (outgoing) => {
      const { statusCode, body } = await guarded.request({ ...outgoing, signal: AbortSignal.timeout(timeoutMs) });
      return { status: statusCode, text: await body.text() };
    },
    close: () => pool.close(),
  };
};

/** Creates the function that makes calls. `close` closes its connections. */
export const createCaller = ({
  apiUrl,
  timeoutMs,
  send: given,
}: CallerOptions): { call: Call; close: () => Promise<void> } => {
  const base = new URL(apiUrl);
  const { send, close } = given ? { send: given, close: async () => undefined } : overHttp(base.origin, timeoutMs);
  const prefix = base.pathname.replace(/\/$/, '');
  const call: Call = async ({ method, path, accessToken, body, form }, answer) => {
    const what = `${method} ${path.split('?')[0]?.replace(/[0-9a-f-]{36}/g, ':id') ?? ''}`;
    const isWrite = method !== 'GET';
    let status: number;
    let text: string;
    try {
      ({ status, text } = await send({
        method,
        path: `${prefix}${path}`,
        headers: {
          authorization: `Bearer ${accessToken}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
      }));
    } catch (error) {
      if (isTooLate(error)) throw error;
      throw new AppError(
        'CONSTANT_CONTACT_UNAVAILABLE',
        'Constant Contact did not answer',
        { call: what, mayHaveBeenApplied: isWrite && !neverSent(error) },
        { cause: error instanceof Error ? new Error(error.name) : undefined },
      );
    }
    if (status < 200 || status > 299) throw failureOf(status, text, what, isWrite);
    const parsed = answer.safeParse(text === '' ? undefined : safeJson(text));
    if (parsed.success) return parsed.data;
    throw new AppError('CONSTANT_CONTACT_UNAVAILABLE', 'Boxlist could not read the answer from Constant Contact', {
      call: what,
      mayHaveBeenApplied: isWrite,
    });
  };
  return { call, close };
};

const safeJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
