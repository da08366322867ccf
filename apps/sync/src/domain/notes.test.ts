import { describe, expect, it } from '@jest/globals';
import { aContact, aDesiredState } from '../../test/planning';
import { knownFrom } from './known-contact';
import { withoutNotes } from './notes';
import { planBatch } from './plan-batch';
import { phoneAdded, phoneFollows, phoneFull, phoneLeft, phoneRefused } from './plan-phone';

/*
 * Regression: only the note about a phone that follows was removed when more was done for a delivery. Other notes of an
 * earlier plan stayed next to an outcome that contradicted them.
 */
describe('withoutNotes', () => {
  it('keeps the sentences about completed work', () => {
    const done = ['created the contact with its lists and tags', 'added tags', phoneAdded, 'removed tags'];
    expect(withoutNotes(done)).toEqual(done);
  });

  it('removes every note of an earlier plan', () => {
    const email = `${'x'.repeat(50)}@example.com`;
    const desired = aDesiredState({
      listIds: Array.from({ length: 51 }, (_, index) => `list-${index}`),
      tagIds: Array.from({ length: 51 }, (_, index) => `tag-${index}`),
      details: { phone: '+44 20 7946 0000' },
      shortenings: ['cut the street at 255 characters', 'left out the phone: longer than 25 characters'],
    });
    const contact = knownFrom(
      aContact({
        email_address: { address: email, permission_to_send: 'not_set' },
        phone_numbers: ['1', '2', '3'].map((phone_number) => ({ phone_number, kind: 'home' })),
      }),
    );
    const planInput = { email, desiredStates: [desired], isUncertain: false, isImported: false, detailsMark: '' };
    const { notes } = planBatch([planInput], new Map([[email, contact]]), { optInRoute: 'DIRECT', importsNew: false });
    expect(notes).toHaveLength(6);
    expect(withoutNotes(notes.map(({ note }) => note))).toEqual([]);
    expect(withoutNotes([phoneFollows, phoneFull, phoneLeft, phoneRefused])).toEqual([]);
  });
});
