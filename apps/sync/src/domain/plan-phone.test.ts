import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { aContact, aDesiredState, email } from '../../test/planning';
import type { DesiredState } from './desired-state';
import { knownFrom, type KnownContact } from './known-contact';
import { phoneKey } from './phone';
import { detailsText } from './merge-desired-states';
import { planBatch, type PlanOptions, type ContactPlanInput, type Plan } from './plan-batch';
import { decidePhone, phoneFollows, phoneFull } from './plan-phone';

const london = '+44 20 7946 0000';
const planOptions: PlanOptions = { optInRoute: 'DIRECT', importsNew: false, country: 'US' };

const desired = (given: Partial<DesiredState> = {}): DesiredState => aDesiredState({ listIds: ['list'], ...given });
const phones = (...numbers: string[]): Partial<CcContact> => ({
  phone_numbers: numbers.map((phone_number) => ({ phone_number, kind: 'mobile' })),
});
/** A contact as in the contact cache. */
const thin = (given: Partial<KnownContact> = {}): KnownContact => ({
  contactId: 'c1',
  state: 'explicit',
  optedOutAt: null,
  deleted: false,
  detailsMark: null,
  phoneMarks: [],
  ...given,
});
const plan = (
  desiredStates: readonly DesiredState[],
  known: KnownContact | 'none',
  { isImported = false, ...given }: Partial<PlanOptions> & { isImported?: boolean } = {},
): Plan => {
  const all = { ...planOptions, ...given };
  const numbers = desiredStates.flatMap(({ details: { phone } }) => (phone ? [phone] : []));
  const planInput: ContactPlanInput = {
    email,
    desiredStates,
    isUncertain: false,
    isImported,
    detailsMark: detailsText(desiredStates),
    phoneMarks: new Map(numbers.map((phone) => [phone, phoneKey(phone, all.country ?? null)])),
  };
  return planBatch([planInput], new Map([[email, known]]), all);
};
const kinds = ({ calls }: Plan): string[] => calls.map(({ kind }) => kind);
const notes = (of: Plan): string[] => of.notes.map(({ note }) => note);
const rowOf = ({ calls }: Plan): unknown => calls.flatMap((call) => (call.kind === 'import' ? call.lines : []))[0]?.row;

describe('the phone of a contact that goes by import', () => {
  it.each([
    london,
    '(+44) 20 7946 0000',
    '011 44 20 7946 0000',
    'tel:+442079460000',
    '＋44 20 7946 0000',
    '07700 900123',
  ])('needs separate calls when it is written %s, and keeps its spelling', (phone) => {
    const planned = plan([desired({ details: { phone, firstName: 'Ada' } })], thin());
    expect(kinds(planned)).toEqual(['import', 'phone']);
    expect(rowOf(planned)).toEqual({ email, first_name: 'Ada' });
    expect(planned.calls[1]).toMatchObject({ phone, isLater: false, details: { firstName: 'Ada' } });
    expect(notes(planned)).toEqual([]);
  });

  it('serves all deliveries whose orders have it, in any format', () => {
    const older = desired({ details: { phone: london } });
    const newer = desired({ deliveryId: 'dlv_2', orderTime: 2, details: { phone: '0044 20 7946 0000' } });
    for (const desiredStates of [
      [older, newer],
      [newer, older],
    ])
      expect(plan(desiredStates, thin(), { phonesWait: true }).calls[1]).toMatchObject({
        isLater: true,
        deliveryIds: desiredStates.map(({ deliveryId }) => deliveryId),
      });
  });

  it('goes by import when it is North American', () => {
    const planned = plan([desired({ details: { phone: '+1 781 555 0100' } })], thin());
    expect(kinds(planned)).toEqual(['import']);
    expect(rowOf(planned)).toEqual({ email, phone: '781-555-0100' });
  });

  it("needs separate calls when it has no country code and the account's country is not known", () => {
    const wanted = [desired({ details: { phone: '781 555 0100' } })];
    expect(kinds(plan(wanted, thin(), { country: null }))).toEqual(['import', 'phone']);
  });

  it.each([
    ['a reading', thin({ phoneMarks: [phoneKey(london, 'US')] })],
    ['a look', knownFrom(aContact(phones('0044 20 7946 0000')))],
  ])('needs no call where %s has shown the number in another format', (_, known) => {
    const planned = plan([desired({ details: { phone: '+442079460000' } })], known);
    expect(kinds(planned)).toEqual(['import']);
    expect(rowOf(planned)).toEqual({ email });
  });

  it('waits while calls are scarce, with a note on the deliveries whose orders have it', () => {
    const both = [desired({ details: { phone: london } }), desired({ deliveryId: 'dlv_2' })];
    const planned = plan(both, thin(), { phonesWait: true });
    expect(planned.calls[1]).toMatchObject({ kind: 'phone', isLater: true });
    expect(planned.notes).toEqual([{ deliveryIds: ['dlv_1'], note: phoneFollows }]);
  });

  it('waits while the import is to create the contact', () => {
    const planned = plan([desired({ details: { phone: london } })], 'none', { importsNew: true });
    expect(kinds(planned)).toEqual(['import', 'phone']);
    expect(notes(planned)).toEqual([phoneFollows]);
  });
});

/**
 * Regression: only separate phone calls checked whether the contact has room. An import and the sign-up form wrote the
 * number too, which removes a number that somebody entered, and left no note.
 */
describe('the phone of a contact with three phones that somebody entered', () => {
  const boston = '+1 781 555 0100';
  const three = ['+44 20 7946 0001', '+44 20 7946 0002', '+44 20 7946 0003'];
  const full = (permission: 'explicit' | 'not_set') =>
    knownFrom(aContact({ ...phones(...three), email_address: { address: email, permission_to_send: permission } }));
  const sharing = (phone: string) => [
    desired({ details: { phone, firstName: 'Ada' } }),
    desired({ deliveryId: 'dlv_2', details: { firstName: 'Ada' } }),
  ];

  it.each([
    ['an import', 'explicit', london, 'import'],
    ['an import that would take the number', 'explicit', boston, 'import'],
    ['the sign-up form', 'not_set', london, 'sign-up'],
    ['the sign-up form that would take the number', 'not_set', boston, 'sign-up'],
  ] as const)('is left out by %s, with a note on the deliveries whose orders have it', (_, permission, phone, kind) => {
    const planned = plan(sharing(phone), full(permission));
    expect(kinds(planned)).toEqual([kind]);
    expect(JSON.stringify(planned.calls)).toContain('Ada');
    expect(JSON.stringify(planned.calls)).not.toContain('phone');
    expect(planned.notes).toEqual([{ deliveryIds: ['dlv_1'], note: phoneFull }]);
  });

  it('needs a look-up where only the number of phones is known', () => {
    const crowded = thin({ phoneMarks: three.map((phone) => phoneKey(phone, 'US')) });
    const planned = plan([desired({ details: { phone: boston } })], crowded);
    expect(kinds(planned)).toEqual(['import', 'phone']);
    expect(rowOf(planned)).toEqual({ email });
    const roomy = plan([desired({ details: { phone: boston } })], thin({ phoneMarks: crowded.phoneMarks?.slice(1) }));
    expect(kinds(roomy)).toEqual(['import']);
    expect(rowOf(roomy)).toEqual({ email, phone: '781-555-0100' });
  });
});

describe('the phone of a contact that needs no import', () => {
  const tagged = desired({ listIds: [], details: { phone: london } });

  it('is written after a look-up', () => {
    expect(plan([tagged], thin())).toMatchObject({ calls: [], unknown: [{ whole: true }] });
    expect(plan([tagged], knownFrom(aContact())).calls).toMatchObject([
      { kind: 'put', contact: { phone_numbers: [{ phone_number: london, kind: 'other' }] } },
    ]);
  });

  it('does not count as written because an import has brought the rest', () => {
    const wanted = desired({ details: { phone: london, firstName: 'Ada' } });
    const imported = { isImported: true };
    expect(plan([wanted], thin({ detailsMark: detailsText([wanted]) }), imported)).toMatchObject({
      unknown: [{ whole: true }],
    });
    const there = thin({ phoneMarks: [phoneKey(london, 'US')] });
    expect(plan([wanted], there, imported)).toMatchObject({ calls: [], done: [{}], unknown: [] });
  });

  it('waits while calls are scarce, and the delivery is done', () => {
    const planned = plan([tagged], thin(), { phonesWait: true });
    expect(planned).toMatchObject({ calls: [{ kind: 'phone', isLater: true }], done: [{ deliveryId: 'dlv_1' }] });
    expect(notes(planned)).toEqual([phoneFollows]);
  });

  it('is written together with other details, scarce or not', () => {
    const wanted = desired({ listIds: [], details: { phone: london, firstName: 'Ada' } });
    expect(kinds(plan([wanted], knownFrom(aContact()), { phonesWait: true }))).toEqual(['put']);
  });
});

describe('decidePhone', () => {
  const decide = (given: Partial<CcContact>, of: Partial<DesiredState> = {}) =>
    decidePhone(knownFrom(aContact(given)), desired(of), { phone: london, firstName: 'Ada' }, 'US');

  it('writes the whole contact without the permission, as an update that restores nobody', () => {
    const decision = decide({ job_title: 'Baker', ...phones('781 555 0100') });
    expect(decision).toMatchObject({
      kind: 'put',
      contact: {
        update_source: 'Contact',
        job_title: 'Baker',
        first_name: 'Ada',
        phone_numbers: [
          { phone_number: '781 555 0100', kind: 'mobile' },
          { phone_number: london, kind: 'other' },
        ],
      },
    });
    expect(JSON.stringify(decision)).not.toContain('permission_to_send');
  });

  it.each([
    ['unsubscribed', { email_address: { address: email, permission_to_send: 'unsubscribed' as const } }],
    ['on hold', { email_address: { address: email, permission_to_send: 'temp_hold' as const } }],
    ['deleted', { deleted_at: '2026-01-01' }],
  ])('leaves a contact that is %s', (_, given) => {
    expect(decide(given)).toEqual({ kind: 'leave' });
  });

  // Regression: Constant Contact shows an imported contact only after some time. A look-up before that dropped the
  // phone for good.
  it('returns absent where the contact does not exist yet', () => {
    expect(decidePhone('none', desired(), { phone: london }, 'US')).toEqual({ kind: 'absent' });
  });

  it('leaves a contact of a buyer who did not opt in, unless the workflow updates those', () => {
    expect(decide({}, { optIn: 'NOT_OPTED_IN' })).toEqual({ kind: 'leave' });
    expect(decide({}, { optIn: 'NOT_OPTED_IN', whenNotOptedIn: 'UPDATE_EXISTING' })).toMatchObject({ kind: 'put' });
  });

  it('writes nothing where the number is there, or no phone makes room', () => {
    expect(decide(phones('(+44) 20-7946-0000'))).toEqual({ kind: 'there' });
    expect(decide(phones('+44 20 7946 0001', '+44 20 7946 0002', '+44 20 7946 0003'))).toEqual({ kind: 'full' });
  });

  it('replaces the last phone of the kind that Boxlist writes', () => {
    const kept = ['home', 'other', 'other'].map((kind, index) => ({
      phone_number: `+44 20 7946 000${index + 1}`,
      kind,
    }));
    expect(decide({ phone_numbers: kept })).toMatchObject({
      contact: { phone_numbers: [kept[0], kept[1], { phone_number: london, kind: 'other' }] },
    });
  });
});
