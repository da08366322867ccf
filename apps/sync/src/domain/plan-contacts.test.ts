import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { aContact, aDesiredState, email } from '../../test/planning';
import { decideForContact } from './decide-for-contact';
import type { DesiredState } from './desired-state';
import { knownFrom, type KnownContact } from './known-contact';
import { detailsText } from './merge-desired-states';
import { planBatch, type PlanOptions, type Plan } from './plan-batch';

const [listA, listB, tagA, tagB] = ['list-a', 'list-b', 'tag-a', 'tag-b'] as const;
let made = 0;
const desired = (given: Partial<DesiredState> = {}): DesiredState =>
  aDesiredState({ deliveryId: `dlv_${(made += 1)}`, placedAt: Date.parse('2026-06-01T00:00:00Z'), ...given });
const whole = (core: Partial<CcContact>, address: string = email): KnownContact =>
  knownFrom(aContact({ email_address: { address, permission_to_send: 'explicit' }, ...core }));
/** A contact as in the contact cache. */
const thin = (detailsMark: string | null = null, state: KnownContact['state'] = 'explicit'): KnownContact => ({
  contactId: 'c1',
  state,
  optedOutAt: null,
  deleted: state === 'deleted',
  detailsMark,
});
const direct: PlanOptions = { optInRoute: 'DIRECT', importsNew: false };
const planOne = (
  desiredStates: readonly DesiredState[],
  known?: KnownContact | 'none',
  {
    planOptions = direct,
    address = email,
    isUncertain = false,
  }: { planOptions?: PlanOptions; address?: string; isUncertain?: boolean } = {},
): Plan => {
  const planInput = {
    email: address,
    desiredStates,
    isUncertain,
    isImported: false,
    detailsMark: detailsText(desiredStates),
  };
  return planBatch([planInput], new Map(known ? [[address, known]] : []), planOptions);
};

/*
 * Regression: sync read only names in parts, so a buyer with a whole name became a contact without a name. A whole name
 * written without a look-up would be next to the contact's last name: "Ann Lee" "Lee".
 */
describe('a name that is known only as a whole', () => {
  const named = (given: Partial<DesiredState> = {}) => desired({ details: { wholeName: 'Ann Lee' }, ...given });
  const nameIn = ({ calls: [call] }: Plan): unknown =>
    call?.kind === 'import'
      ? [call.lines[0]?.row.first_name, call.lines[0]?.row.last_name]
      : call && 'contact' in call
        ? [call.contact.first_name, call.contact.last_name]
        : undefined;
  const confirm: PlanOptions = { optInRoute: 'CONFIRM', importsNew: false };
  const imports: PlanOptions = { optInRoute: 'DIRECT', importsNew: true };

  it('is the first name of a new contact, by every route', () => {
    expect(nameIn(planOne([named()]))).toEqual(['Ann Lee', undefined]);
    expect(nameIn(planOne([named({ listIds: [listA] })], 'none', { planOptions: confirm }))).toEqual([
      'Ann Lee',
      undefined,
    ]);
    expect(nameIn(planOne([named({ listIds: [listA] })], 'none', { planOptions: imports }))).toEqual([
      'Ann Lee',
      undefined,
    ]);
  });

  it('goes by import only where no contact is known to exist', () => {
    expect(planOne([named({ listIds: [listA] })], undefined, { planOptions: imports })).toMatchObject({
      calls: [],
      unknown: [{ email, whole: false }],
    });
  });

  it("is not written next to the contact's last name", () => {
    for (const core of [{ first_name: 'Ann', last_name: 'Lee' }, { last_name: 'Smith' }]) {
      expect(planOne([named()], whole(core)).calls).toEqual([]);
      expect(nameIn(planOne([named({ listIds: [listA] })], whole(core)))).toEqual([undefined, undefined]);
    }
  });

  it('is the first name of a contact without a last name', () => {
    for (const core of [{}, { first_name: 'An Lee' }]) {
      expect(nameIn(planOne([named()], whole(core)))).toEqual(['Ann Lee', undefined]);
      expect(nameIn(planOne([named({ listIds: [listA] })], whole(core)))).toEqual(['Ann Lee', undefined]);
    }
    expect(planOne([named()], whole({ first_name: 'Ann Lee' })).calls).toEqual([]);
  });

  it("needs a look-up of the contact's name, once", () => {
    const onList = named({ listIds: [listA] });
    expect(planOne([onList], thin())).toMatchObject({ calls: [], unknown: [{ email, whole: true }] });
    const marked = thin(detailsText([onList]));
    expect(nameIn(planOne([onList], marked))).toEqual([undefined, undefined]);
    // Regression: the mark was written when the import started. When the import failed, the name was lost.
    expect(planOne([onList], marked, { isUncertain: true })).toMatchObject({ calls: [], unknown: [{ whole: true }] });
  });

  it('needs a look-up for a last name alone too, which must not be next to a whole name', () => {
    const onList = desired({ listIds: [listA], details: { lastName: 'Lee' } });
    expect(planOne([onList], thin())).toMatchObject({ calls: [], unknown: [{ whole: true }] });
    expect(nameIn(planOne([onList], whole({ first_name: 'Ann Lee' })))).toEqual(['Ann', 'Lee']);
    expect(nameIn(planOne([onList], whole({ first_name: 'Ann' })))).toEqual([undefined, 'Lee']);
    expect(planOne([onList], undefined, { planOptions: imports })).toMatchObject({
      calls: [],
      unknown: [{ whole: false }],
    });
  });

  it('is replaced by a name in parts, however old', () => {
    const inBatches = desired({ orderTime: 0, details: { firstName: 'Ann', lastName: 'Lee' } });
    expect(nameIn(planOne([inBatches, named({ orderTime: 2 })]))).toEqual(['Ann', 'Lee']);
  });
});

/*
 * Regression: each delivery decided alone whether to restore a deleted contact. Only one with a list restored it, and
 * the others in the same plan ended as CONTACT_DELETED or NOT_A_CONTACT.
 */
describe('a deleted contact', () => {
  it('is restored for all deliveries of its buyer, whichever of them restores it', () => {
    const deleted = whole({ deleted_at: '2026-01-01', taggings: [tagB] });
    const older = Date.parse('2025-06-01T00:00:00Z');
    const onList = desired({ listIds: [listA] });
    const others = [
      desired({ tagIds: [tagA] }),
      desired({ tagIds: [tagA], createsContacts: false }),
      desired({ tagIds: [tagA], placedAt: older }),
      desired({ tagIds: [tagA], optIn: 'NOT_ASKED', whenNotOptedIn: 'UPDATE_EXISTING' }),
    ];
    const ids = others.map(({ deliveryId }) => deliveryId);
    for (const desiredStates of [
      [onList, ...others],
      [...others, onList],
    ]) {
      const { calls, skips } = planOne(desiredStates, deleted);
      const all = desiredStates.map(({ deliveryId }) => deliveryId);
      expect(calls).toMatchObject([
        { kind: 'sign-up', deliveryIds: all, restores: 'c1' },
        { kind: 'tag', members: [{ contactId: 'c1', deliveryIds: all }], tagIds: [tagA] },
      ]);
      expect(skips).toEqual([]);
    }
    // Without a list, a write by the account restores it, which leaves the permission as it was.
    expect(planOne(others, deleted).calls).toMatchObject([
      { kind: 'put', deliveryIds: ids, contact: { update_source: 'Account', email_address: { address: email } } },
      { kind: 'tag', members: [{ deliveryIds: ids }] },
    ]);
    expect(planOne(others.slice(1), deleted).skips.map(({ reason }) => reason)).toEqual([
      'NOT_A_CONTACT',
      'CONTACT_DELETED',
      'NOT_ASKED',
    ]);
    expect(planOne([onList], thin(null, 'deleted'))).toMatchObject({ calls: [], unknown: [{ email, whole: true }] });
  });

  // Regression: the plan assumed that the contact kept its old tags, and did not add one of them that was desired.
  // Constant Contact does not document that they are kept.
  it('gets its earlier tags again where they are desired', () => {
    const deleted = whole({ deleted_at: '2026-01-01', taggings: [tagA, tagB] });
    for (const listIds of [[listA], []])
      expect(planOne([desired({ listIds, tagIds: [tagA] })], deleted).calls[1]).toMatchObject({
        kind: 'tag',
        tagIds: [tagA],
      });
  });

  /*
   * Regression: next to a new opt-in, an older one was decided for the restored contact, and its list chose how to
   * restore it. Processed alone, an older opt-in before the new one stayed skipped, and one after it had no such
   * choice.
   */
  it.each(['explicit', 'implicit', 'not_set', 'pending_confirmation', 'temp_hold'] as const)(
    'with permission %s: decides for an older opt-in next to a new one as for one after it',
    (permission) => {
      const older = { placedAt: Date.parse('2025-06-01T00:00:00Z') };
      const contact = whole({
        deleted_at: '2026-01-01',
        email_address: { address: email, permission_to_send: permission },
      });
      const decisionsOf = (known: KnownContact, desiredStates: readonly DesiredState[]) =>
        decideForContact(known, email, desiredStates)!.decided.map(({ decision }) => decision);
      for (const fresh of [desired({ listIds: [listA] }), desired({ tagIds: [tagA] })])
        for (const old of [
          desired({ ...older, listIds: [listB] }),
          desired({ ...older, tagIds: [tagB] }),
          desired({ ...older, tagIds: [tagB], createsContacts: false }),
          desired({ ...older, tagIds: [tagB], optIn: 'NOT_OPTED_IN', whenNotOptedIn: 'UPDATE_EXISTING' }),
        ]) {
          const alone = decideForContact(contact, email, [fresh])!;
          const state = fresh.listIds.length > 0 ? 'explicit' : permission;
          const after = alone.isRestored ? { ...contact, state, deleted: false } : contact;
          const apart = [...alone.decided.map(({ decision }) => decision), ...decisionsOf(after, [old])];
          expect(decisionsOf(contact, [fresh, old])).toEqual(apart);
          expect(decisionsOf(contact, [old, fresh])).toEqual([...apart].reverse());
        }
    },
  );

  it('gets none of its earlier lists back', () => {
    const deleted = whole({ deleted_at: '2026-01-01', list_memberships: [listA, listB] });
    const long = `${'x'.repeat(50)}@example.com`;
    const { calls } = planOne([desired({ listIds: [listA] })], deleted, { address: long });
    expect(calls).toMatchObject([{ kind: 'put', contact: { list_memberships: [listA] } }]);
  });
});
