import { AppError } from '@boxlist/contracts';
import { demandEntitlementFact, demandFact, type Identity } from '@boxlist/service-kit';
import type { Context } from '../context';

/** Throws ENTITLEMENT_REQUIRED unless the box office may use the add-on. */
export const demandEntitlement = ({ facts, followers }: Context, { boxOfficeId }: Identity): Promise<void> =>
  demandEntitlementFact(facts.entitlements, (timeoutMs) => followers.entitlements.caughtUp(timeoutMs), boxOfficeId);

/**
 * Throws CONNECTION_REQUIRED or CONNECTION_NEEDS_RECONNECT unless this is a working connection of the caller's box
 * office.
 */
export const demandConnection = (
  { facts, followers }: Context,
  { boxOfficeId }: Identity,
  connectionId: string,
): Promise<void> =>
  demandFact(
    'connections',
    (timeoutMs) => followers.connections.caughtUp(timeoutMs),
    async () => {
      const field = ['input', 'connectionId'];
      const fact = await facts.connections.byId(connectionId);
      if (fact?.boxOfficeId !== boxOfficeId || fact.status === 'DISCONNECTED')
        return new AppError('CONNECTION_REQUIRED', 'Sign in to Constant Contact first', { field });
      return fact.status === 'CONNECTED'
        ? undefined
        : new AppError('CONNECTION_NEEDS_RECONNECT', 'Sign in to Constant Contact again first', { field });
    },
  );
