import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import type { ContactDecision, Wish } from './decide-contact';
import { planCalls } from './plan-calls';

const [listA, listB, tagA, tagB] = ['list-a', 'list-b', 'tag-a', 'tag-b'] as const;
const email = 'a@example.com';
const wish = (given: Partial<Wish>): Wish => ({
  deliveryId: 'dlv_1',
  orderTime: 1,
  optIn: 'OPTED_IN',
  createsContacts: true,
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  listIds: [],
  tagIds: [],
  fields: [],
  details: {},
  ...given,
});
const write = (given: Partial<Wish>, permission: 'explicit' | 'not_set' | 'keep' = 'keep', lists = true) => ({
  wish: wish(given),
  decision: { kind: 'write', permission, lists } satisfies ContactDecision as Extract<
    ContactDecision,
    { kind: 'write' }
  >,
});
const contact = (given: Partial<CcContact> = {}): CcContact => ({
  contact_id: 'c1',
  email_address: { address: email, permission_to_send: 'explicit' },
  list_memberships: [],
  taggings: [],
  custom_fields: [],
  phone_numbers: [],
  street_addresses: [],
  ...given,
});

describe('the plan for one contact', () => {
  it('creates a new one in a single call for three workflows, with all lists and tags', () => {
    const calls = planCalls(email, undefined, [
      write({ listIds: [listA] }, 'explicit'),
      write({ tagIds: [tagA] }, 'explicit'),
      write({ tagIds: [tagB], listIds: [listA] }, 'explicit'),
    ]);
    expect(calls).toEqual([
      {
        kind: 'create',
        contact: {
          email_address: { address: email, permission_to_send: 'explicit' },
          create_source: 'Contact',
          list_memberships: [listA],
          taggings: [tagA, tagB],
        },
      },
    ]);
  });

  it('asks nothing of Constant Contact that is so already', () => {
    const known = contact({ list_memberships: [listA], taggings: [tagA], first_name: 'Ada' });
    expect(
      planCalls(email, known, [write({ listIds: [listA], tagIds: [tagA], details: { firstName: 'Ada' } })]),
    ).toEqual([]);
  });

  it.each(['explicit', 'implicit', 'pending_confirmation', 'not_set'] as const)(
    'never writes an existing contact (%s) by the sign-up route without a fresh opt-in',
    (permission_to_send) => {
      const known = contact({ email_address: { address: email, permission_to_send } });
      const kinds = planCalls(email, known, [write({ listIds: [listB], tagIds: [tagA] })]).map(({ kind }) => kind);
      expect(kinds).toEqual(['import', 'tag']);
    },
  );

  it('subscribes one whose permission is not set, or who was deleted, with a fresh opt-in', () => {
    const unset = contact({ email_address: { address: email, permission_to_send: 'not_set' } });
    expect(planCalls(email, unset, [write({ listIds: [listA] }, 'explicit')]).map(({ kind }) => kind)).toEqual([
      'sign-up',
    ]);
    expect(
      planCalls(email, contact({ deleted_at: '2026-01-01' }), [
        write({ listIds: [listA], tagIds: [tagA] }, 'explicit'),
      ]).map(({ kind }) => kind),
    ).toEqual(['sign-up', 'tag']);
  });

  it('updates details through a list that the contact is on already, and else without the permission', () => {
    const details = { firstName: 'Ada' };
    expect(planCalls(email, contact({ list_memberships: [listB] }), [write({ details }, 'keep', false)])).toEqual([
      { kind: 'import', row: { email, first_name: 'Ada' }, listIds: [listB], fields: [] },
    ]);
    const [put] = planCalls(email, contact({ job_title: 'Baker' }), [write({ details }, 'keep', false)]);
    expect(put).toMatchObject({ kind: 'put', contact: { job_title: 'Baker', first_name: 'Ada' } });
    expect(JSON.stringify(put)).not.toContain('permission_to_send');
  });

  it("takes the newest order's details, and lets no empty value overwrite a value", () => {
    const [call] = planCalls(email, undefined, [
      write({ orderTime: 2, details: { firstName: 'New' } }, 'explicit'),
      write({ orderTime: 1, details: { firstName: 'Old', lastName: 'Kept' } }, 'explicit'),
    ]);
    expect(call).toMatchObject({ contact: { first_name: 'New', last_name: 'Kept' } });
  });

  it('puts nobody on a list whose decision allows none', () => {
    expect(planCalls(email, contact(), [write({ listIds: [listA] }, 'keep', false)])).toEqual([]);
  });
});
