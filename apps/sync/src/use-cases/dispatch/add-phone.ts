import type { Context } from '../../context';
import type { DesiredState } from '../../domain/desired-state';
import type { Details } from '../../domain/map-buyer';
import { decidePhone, phoneAdded, phoneFull, phoneLeft } from '../../domain/plan-phone';
import type { ConnectionCaller } from '../../call-constant-contact';
import { contactReader, countryOf } from './read-contacts';

/** A phone that a contact is to have. */
interface DesiredDelivery {
  readonly email: string;
  readonly emailHash: string;
  /** What its order asks for. */
  readonly desired: DesiredState;
  /** With the phone; others of them that differ are written too. */
  readonly details: Details;
  readonly serves: readonly string[];
}

/**
 * Gives a contact a phone that no import takes: by a look at the whole contact and a write of it, two calls at most,
 * and only where the number is new there. Done twice it changes nothing. Gives what is told of it; undefined where the
 * contact has the number, or is not there yet. Throws what the calls throw.
 */
export const addPhone = async (
  ctx: Context,
  caller: ConnectionCaller,
  of: { readonly connectionId: string; readonly boxOfficeId: string },
  { email, emailHash, desired, details, serves }: DesiredDelivery,
): Promise<{ readonly told?: string; readonly contactId?: string; readonly isAbsent?: boolean }> => {
  const snapshots = contactReader(ctx, caller, of);
  const [failure] = await snapshots.learn([{ email, emailHash, whole: true, deliveryIds: serves }]);
  if (failure) throw failure.error;
  const decision = decidePhone(snapshots.known.get(email), desired, details, await countryOf(ctx, of.connectionId));
  switch (decision.kind) {
    case 'put': {
      const { contactId, contact } = decision;
      await caller.call('update contact', serves, (token) => ctx.constantContact.putContact(token, contactId, contact));
      return { told: phoneAdded, contactId };
    }
    case 'there':
      return {};
    case 'absent':
      return { isAbsent: true };
    case 'full':
      return { told: phoneFull };
    case 'leave':
      return { told: phoneLeft };
  }
};
