import { AppError } from '@boxlist/contracts';
import type { Context } from '../../context';
import type { NextTry, OpenDelivery, Outcome } from '../../domain/delivery';
import { retryDelayMs } from '../../domain/retry-policy';

/** How long deliveries wait for something that a person must do, unless they are released before. */
const parkedMs = 24 * 3_600_000;

/**
 * What a failure means for a delivery: an outcome, or a next try. `parksLease`: nothing more is tried for the
 * connection now.
 */
export type FailureClass = { readonly outcome: Outcome } | { readonly next: NextTry; readonly parksLease: boolean };

const ofConnection: readonly string[] = [
  'QUOTA_EXCEEDED',
  'CONNECTION_NEEDS_RECONNECT',
  'CONNECTION_NOT_FOUND',
  'UNAUTHORIZED_AT_CONSTANT_CONTACT',
  'MISSING_PRIVILEGES',
  'LEASE_LOST',
];

/** Whether a failure concerns the whole connection now, and not only the call. */
export const concernsConnection = (error: unknown): boolean =>
  error instanceof AppError && ofConnection.includes(error.code);

/**
 * Turns a failure into an outcome or a next try, by its code. Any other failure is retried after a growing random
 * delay, and the contact is read before anything is repeated. A delivery that has been retried for `retry.forMs` fails
 * as GAVE_UP.
 */
export const classifyFailure = (
  ctx: Pick<Context, 'clock' | 'retry' | 'random'>,
  error: unknown,
  delivery: Pick<OpenDelivery, 'failedTries'>,
): FailureClass => {
  const now = ctx.clock().getTime();
  const wait = (waitingFor: NextTry['waitingFor'], ms: number, countsAsFailedTry: boolean): FailureClass => ({
    next: { waitingFor, readyAt: new Date(now + ms), countsAsFailedTry },
    parksLease: concernsConnection(error),
  });
  if (error instanceof AppError) {
    switch (error.code) {
      case 'QUOTA_EXCEEDED':
        return wait('QUOTA_EXCEEDED', error.retryAfterMs ?? 60_000, false);
      case 'RATE_LIMITED':
        return wait('RETRYING', error.retryAfterMs ?? 1_000, false);
      case 'CONNECTION_NEEDS_RECONNECT':
      case 'UNAUTHORIZED_AT_CONSTANT_CONTACT':
      case 'MISSING_PRIVILEGES':
        return wait('CONNECTION_NEEDS_RECONNECT', parkedMs, false);
      case 'CONNECTION_NOT_FOUND':
        return { outcome: { reason: 'CONNECTION_DISCONNECTED' } };
      case 'LEASE_LOST':
        return wait(null, 0, false);
      case 'REJECTED_BY_CONSTANT_CONTACT':
        return { outcome: { reason: 'REJECTED_BY_CONSTANT_CONTACT' } };
      default:
        break;
    }
  }
  const { failedTries } = delivery;
  if (failedTries && now - failedTries.firstAt.getTime() > ctx.retry.forMs) return { outcome: { reason: 'GAVE_UP' } };
  return wait('RETRYING', retryDelayMs(ctx.retry, failedTries?.count ?? 0, ctx.random()), true);
};

/**
 * Whether a refusal of a shared call may be the fault of another buyer's data. Then each delivery is tried by itself.
 */
export const mayBeCausedByOthers = (error: unknown, deliveries: readonly OpenDelivery[]): boolean =>
  error instanceof AppError &&
  error.code === 'REJECTED_BY_CONSTANT_CONTACT' &&
  new Set(deliveries.map(({ emailHash }) => emailHash)).size > 1;
