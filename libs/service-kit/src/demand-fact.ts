import { AppError, constantContactAppId, entitlementKey, type EntitlementFact } from '@boxlist/contracts';

/** The longest time that an organiser waits for the facts of their last action, in milliseconds. */
const catchUpMs = 3_000;

/** Resolves with whether a copy of facts has everything that had been published at the call. */
type CaughtUp = (timeoutMs: number) => Promise<boolean>;

/**
 * Throws the refusal that `ask` returns, but only after the copy of the facts has caught up, because the organiser may
 * have acted a second ago. If the copy cannot catch up, it throws SERVICE_UNAVAILABLE instead. `facts` names the facts
 * in that error.
 */
export const demandFact = async (
  facts: string,
  caughtUp: CaughtUp,
  ask: () => Promise<AppError | undefined>,
): Promise<void> => {
  if (!(await ask())) return;
  const certain = await caughtUp(catchUpMs);
  const refusal = await ask();
  if (!refusal) return;
  throw certain
    ? refusal
    : new AppError('SERVICE_UNAVAILABLE', `Boxlist has not received the latest ${facts} yet. Try again.`);
};

/**
 * Throws ENTITLEMENT_REQUIRED unless the box office may use the add-on, and SERVICE_UNAVAILABLE if the copy of
 * entitlements says no and cannot catch up.
 */
export const demandEntitlementFact = (
  entitlements: { readonly byId: (id: string) => Promise<Pick<EntitlementFact, 'entitled'> | undefined> },
  caughtUp: CaughtUp,
  boxOfficeId: string,
): Promise<void> =>
  demandFact('entitlements', caughtUp, async () =>
    (await entitlements.byId(entitlementKey({ boxOfficeId, appId: constantContactAppId })))?.entitled
      ? undefined
      : new AppError('ENTITLEMENT_REQUIRED', 'Activate the Constant Contact add-on first'),
  );
