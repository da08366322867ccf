import type { CcContact } from '@boxlist/constant-contact';
import type { OptIn, WorkflowFact } from '@boxlist/contracts';
import { describe, expect, it } from '@jest/globals';
import { decideContact } from './decide-contact';
import type { DesiredState } from './desired-state';
import { knownFrom, type ContactState, type KnownContact } from './known-contact';

const list = '11111111-1111-5111-a111-111111111111';
const optedOutAt = '2026-05-01T00:00:00Z';

const contactIn = (state: ContactState): KnownContact | undefined =>
  state === 'none'
    ? undefined
    : knownFrom({
        contact_id: 'c1',
        email_address: {
          address: 'a@example.com',
          permission_to_send: state === 'deleted' ? 'explicit' : state,
          ...(state === 'unsubscribed' ? { opt_out_date: optedOutAt } : {}),
        },
        ...(state === 'deleted' ? { deleted_at: '2026-01-01' } : {}),
        list_memberships: [],
        taggings: [],
        custom_fields: [],
        phone_numbers: [],
        street_addresses: [],
      } satisfies CcContact);

const desired = (given: Partial<DesiredState>): DesiredState => ({
  deliveryId: 'dlv_1',
  orderTime: Date.parse('2026-06-01T00:00:00Z'),
  placedAt: Date.parse('2026-06-01T00:00:00Z'),
  valueTimestamps: {},
  optIn: 'OPTED_IN',
  createsContacts: true,
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  listIds: [list],
  tagIds: [],
  fields: [],
  details: {},
  ...given,
});

/** The decision in one word or phrase, for the tables below. */
const word = (state: ContactState, given: Partial<DesiredState>): string => {
  const decision = decideContact(contactIn(state), desired(given));
  if (decision.kind === 'skip') return decision.reason;
  if (decision.kind === 'resubscribe') return 'ask again';
  return `${decision.permission}${decision.lists ? ' + lists' : ''}`;
};

const states: ContactState[] = [
  'none',
  'explicit',
  'implicit',
  'not_set',
  'pending_confirmation',
  'temp_hold',
  'unsubscribed',
  'deleted',
];
const row = (given: Partial<DesiredState>): Record<string, string> =>
  Object.fromEntries(states.map((state) => [state, word(state, given)]));

describe('decideContact for a buyer who opted in', () => {
  it('follows the table for a workflow that subscribes', () => {
    expect(row({})).toEqual({
      none: 'explicit + lists',
      explicit: 'keep + lists',
      implicit: 'keep + lists',
      not_set: 'explicit + lists',
      pending_confirmation: 'keep',
      temp_hold: 'ON_HOLD',
      unsubscribed: 'UNSUBSCRIBED',
      deleted: 'explicit + lists',
    });
  });

  it('subscribes nobody for a workflow that only updates', () => {
    expect(row({ createsContacts: false, listIds: [] })).toEqual({
      none: 'NOT_A_CONTACT',
      explicit: 'keep',
      implicit: 'keep',
      not_set: 'keep',
      pending_confirmation: 'keep',
      temp_hold: 'ON_HOLD',
      unsubscribed: 'UNSUBSCRIBED',
      deleted: 'NOT_A_CONTACT',
    });
  });

  // Sync restored a deleted contact only for workflows with a list, and on any opt-in, however old.
  it('restores a deleted contact for a tag as for a list, when the order was placed after the deletion', () => {
    expect(word('deleted', { listIds: [] })).toBe('explicit + lists');
    for (const listIds of [[list], []]) {
      const placed = (time: string) => word('deleted', { listIds, placedAt: Date.parse(time) });
      expect(placed('2026-01-02T00:00:00Z')).toBe('explicit + lists');
      expect(placed('2026-01-01T12:00:00Z')).toBe('CONTACT_DELETED');
      expect(placed('2025-12-24T12:00:00Z')).toBe('CONTACT_DELETED');
    }
  });

  it('counts an order in the second of the deletion as placed after it', () => {
    const contact = knownFrom({
      ...contactIn('deleted')!.whole!,
      deleted_at: '2026-01-01',
      updated_at: '2026-01-01T12:00:00.900Z',
    });
    const at = (time: string) => decideContact(contact, desired({ placedAt: Date.parse(time) })).kind;
    expect(at('2026-01-01T12:00:00Z')).toBe('write');
    expect(at('2026-01-01T11:59:59Z')).toBe('skip');
  });
});

describe('decideContact for a buyer who did not opt in, or was not asked', () => {
  const cases: [OptIn, string][] = [
    ['NOT_OPTED_IN', 'NOT_OPTED_IN'],
    ['NOT_ASKED', 'NOT_ASKED'],
  ];

  it.each(cases)('skips by default (%s)', (optIn, reason) => {
    expect(new Set(Object.values(row({ optIn })))).toEqual(new Set([reason]));
  });

  it.each(cases)('writes details and tags of present contacts, where the workflow says so (%s)', (optIn, reason) => {
    expect(row({ optIn, whenNotOptedIn: 'UPDATE_EXISTING' })).toEqual({
      none: reason,
      explicit: 'keep',
      implicit: 'keep',
      not_set: 'keep',
      pending_confirmation: 'keep',
      temp_hold: 'ON_HOLD',
      unsubscribed: 'UNSUBSCRIBED',
      deleted: reason,
    });
  });

  it.each(cases)('adds a contact without list and permission, where the workflow says so (%s)', (optIn, reason) => {
    expect(row({ optIn, whenNotOptedIn: 'ADD_WITHOUT_LIST' })).toMatchObject({
      none: 'not_set',
      explicit: 'keep',
      unsubscribed: 'UNSUBSCRIBED',
      deleted: reason,
    });
  });

  it('never adds a list or a permission, whatever the contact, the workflow and the opt-in', () => {
    const choices: WorkflowFact['whenNotOptedIn'][] = ['SKIP', 'UPDATE_EXISTING', 'ADD_WITHOUT_LIST'];
    for (const [optIn] of cases)
      for (const whenNotOptedIn of choices)
        for (const createsContacts of [true, false])
          for (const whenUnsubscribed of ['SKIP', 'SEND_RESUBSCRIBE_EMAIL'] as const)
            for (const decision of Object.values(row({ optIn, whenNotOptedIn, createsContacts, whenUnsubscribed })))
              expect(decision).not.toMatch(/lists|explicit|ask again/);
  });
});

describe('decideContact for an unsubscribed buyer who opted in', () => {
  const ask = { whenUnsubscribed: 'SEND_RESUBSCRIBE_EMAIL' } as const;

  it('asks again only when the organiser chose so and the order is newer than the opt-out', () => {
    expect(word('unsubscribed', ask)).toBe('ask again');
    expect(word('unsubscribed', { ...ask, placedAt: Date.parse(optedOutAt) })).toBe('UNSUBSCRIBED');
    expect(word('unsubscribed', {})).toBe('UNSUBSCRIBED');
  });

  it('does not ask without a list to subscribe to, nor without an opt-out date', () => {
    expect(word('unsubscribed', { ...ask, listIds: [] })).toBe('UNSUBSCRIBED');
    const undated = { ...contactIn('unsubscribed')!, optedOutAt: null };
    expect(decideContact(undated, desired(ask))).toEqual({ kind: 'skip', reason: 'UNSUBSCRIBED' });
  });

  it('keeps the contact unsubscribed when it was deleted after the opt-out', () => {
    const deleted = { ...contactIn('unsubscribed')!, deleted: true };
    expect(decideContact(deleted, desired(ask))).toEqual({ kind: 'skip', reason: 'UNSUBSCRIBED' });
  });
});
