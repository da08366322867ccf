import type { Context } from '../../context';
import type { DesiredState } from '../../domain/desired-state';
import type { Details } from '../../domain/map-buyer';
import { decidePhone, phoneAdded, phoneFull, phoneLeft } from '../../domain/plan-phone';
import type { ConnectionCaller } from '../../call-constant-contact';
import { contactReader, countryOf } from './read-contacts';

/** A phone to add to a contact. */
interface PhoneToAdd {
  readonly email: string;
  readonly emailHash: string;
  /** The desired state of the delivery whose order has the phone. */
  readonly desired: DesiredState;
  /** The phone and the other details. Details that differ at the contact are written too. */
  readonly details: Details;
  readonly serves: readonly string[];
}

/**
 * Adds a phone that no import accepts. It looks the contact up and, only if the number is new there, writes the whole
 * contact: two calls at most. Repeating it changes nothing. `note` is the note for the history. It is undefined when
 * the contact already has the number, or when the contact does not exist yet (`isAbsent`). Throws what the calls throw.
 */
export const addPhone = async (
  ctx: Context,
  caller: ConnectionCaller,
  of: { readonly connectionId: string; readonly boxOfficeId: string },
  { email, emailHash, desired, details, serves }: PhoneToAdd,
): Promise<{ readonly note?: string; readonly contactId?: string; readonly isAbsent?: boolean }> => {
  const snapshots = contactReader(ctx, caller, of);
  const [failure] = await snapshots.learn([{ email, emailHash, whole: true, deliveryIds: serves }]);
  if (failure) throw failure.error;
  const decision = decidePhone(snapshots.known.get(email), desired, details, await countryOf(ctx, of.connectionId));
  switch (decision.kind) {
    case 'put': {
      const { contactId, contact } = decision;
      await caller.call('update contact', serves, (token) => ctx.constantContact.putContact(token, contactId, contact));
      return { note: phoneAdded, contactId };
    }
    case 'there':
      return {};
    case 'absent':
      return { isAbsent: true };
    case 'full':
      return { note: phoneFull };
    case 'leave':
      return { note: phoneLeft };
  }
};
