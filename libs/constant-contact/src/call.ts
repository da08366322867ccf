import { AppError } from '@boxlist/contracts';
import { Pool, type FormData } from 'undici';
import { z } from 'zod';
import { guardMoment, isTooLate } from './sent-by';

export interface CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path below the API's base, with query. */
  readonly path: string;
  readonly accessToken: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as multipart, instead of a body. */
  readonly form?: FormData;
}

export type Call = <S extends z.ZodType>(options: CallOptions, answer: S) => Promise<z.infer<S>>;

/** One call as it travels. */
export interface Outgoing {
  readonly method: CallOptions['method'];
  /** With the prefix of the API's address, and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | FormData | undefined;
}
/** Takes a call there and brings the answer back; throws when none came. */
export type Send = (outgoing: Outgoing) => Promise<{ readonly status: number; readonly text: string }>;

interface CallerOptions {
  /** E.g. `https://api.cc.email/v3`. */
  readonly apiUrl: string;
  readonly timeoutMs: number;
  /** Another way than HTTP over kept connections. */
  readonly send?: Send;
}

const problem = z.object({ error_key: z.string().catch(''), error_message: z.string().catch('') });

/** The first error of a body that is an array or one object, as the vendor sends both. */
const problemOf = (text: string): z.infer<typeof problem> => {
  try {
    const body: unknown = JSON.parse(text);
    const parsed = problem.safeParse(Array.isArray(body) ? body[0] : body);
    if (parsed.success) return parsed.data;
  } catch {
    // Not JSON: there is nothing to learn from it.
  }
  return { error_key: '', error_message: '' };
};

/** Milliseconds until the vendor's day ends, 00:00 UTC. */
export const msUntilUtcMidnight = (nowMs: number): number => 86_400_000 - (nowMs % 86_400_000);

/**
 * Turns an answer that is no success into the AppError that says what to do about it. Keeps no text of the answer: it
 * may hold an e-mail.
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
      // By the key alone where it is one of the two known ones: texts of either may name the other.
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
 * Whether no connection came about, so that the call cannot have been applied; several attempts (IPv6, IPv4) come as
 * one error.
 */
const neverSent = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false;
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.length > 0 && error.errors.every(neverSent);
  return 'code' in error && unconnected.has(String(error.code));
};

/** HTTP over kept connections, made when first needed. */
const overHttp = (origin: string, timeoutMs: number): { send: Send; close: () => Promise<void> } => {
  const pool = new Pool(origin, {
    // As many as may be under way: a call that waited for another's answer would be sent late.
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

/** Makes calls. `close` ends the connections. */
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
