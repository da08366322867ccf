import { errorRegistry, type ErrorCode } from '@boxlist/contracts';

/** The kinds of things that a page shows of an account. */
export type ResourceKind = 'lists' | 'tags' | 'fields';

/** How long what was read of an account is shown without reading it again, in ms. */
export const freshMs = 10 * 60_000;
/** A page may ask for a new reading when the last one is at least this old, in ms. */
const refreshEveryMs = 15_000;
/** How long what was read is shown while it cannot be read again, in ms. */
export const keptMs = 24 * 3_600_000;
/** How long a failed reading is not repeated, in ms: as long as the error says, within these. */
const leastFailureMs = 15_000;
const mostFailureMs = 60_000;

/** A reading that failed. It is not repeated before `until`. */
export interface FailedReading {
  readonly code: ErrorCode;
  readonly message: string;
  readonly until: Date;
}

/** What is known of one kind of resource of a connection. */
export interface KnownResource {
  /** The version of the connection that was read. What another version has read says nothing. */
  readonly version: number;
  /** Null if nothing has been read. */
  readonly readAt: Date | null;
  readonly freshUntil: Date;
  readonly failure: FailedReading | null;
}

/** Until when a failed reading is not repeated. */
export const failedUntil = (retryAfterMs: number | undefined, now: Date): Date =>
  new Date(now.getTime() + Math.min(mostFailureMs, Math.max(leastFailureMs, retryAfterMs ?? 0)));

/** Whether what was read before may be shown in place of a reading that failed with this code. */
const isPassing = (code: ErrorCode): boolean => ['throttled', 'unavailable'].includes(errorRegistry[code].kind);

/** Whether items may be shown that were read for this version of the connection, fresh or not. */
const canShow = (known: KnownResource, version: number, now: Date): boolean =>
  known.version === version && known.readAt !== null && known.readAt.getTime() + keptMs > now.getTime();

/** Whether a reading that failed may be answered with what was read before. Somebody who asks anew gets the error. */
export const canShowInstead = (
  known: KnownResource | undefined,
  code: ErrorCode,
  { version, refresh, now }: { readonly version: number; readonly refresh: boolean; readonly now: Date },
): boolean => known !== undefined && !refresh && isPassing(code) && canShow(known, version, now);

/** What a request for a resource gets: what is known, the error of the last reading, or a new reading. */
export const answerFrom = (
  known: KnownResource | undefined,
  asked: { readonly version: number; readonly refresh: boolean; readonly now: Date },
): 'SHOW' | 'FAIL' | 'READ' => {
  const { version, refresh, now } = asked;
  if (known?.version !== version) return 'READ';
  const { failure, readAt, freshUntil } = known;
  if (failure && failure.until > now) return canShowInstead(known, failure.code, asked) ? 'SHOW' : 'FAIL';
  const isRecent = readAt !== null && readAt.getTime() + refreshEveryMs > now.getTime();
  // Something created since makes even a recent reading stale.
  return freshUntil > now && (!refresh || isRecent) && canShow(known, version, now) ? 'SHOW' : 'READ';
};
