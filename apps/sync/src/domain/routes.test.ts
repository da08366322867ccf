import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { aWorkflow } from '@boxlist/testkit';
import { decideOrder } from './decide-order';
import type { DesiredState } from './desired-state';
import { knownFrom, type ContactState } from './known-contact';
import { orderFrom } from './order';
import { planBatch, type PlanOptions } from './plan-batch';

/*
 * Every contact state × list or tag × opt-in route × length of the address, for a buyer who opted in.
 *
 * Regression: the sign-up form and the import accept addresses of up to 50 characters. The plan used the form with
 * longer ones for contacts that were deleted or had no permission, and Constant Contact refused them. A buyer who could
 * not be asked for a confirmation ended as SYNCED without a permission and without a note.
 */

const address = (length: number): string => `${'x'.repeat(length - '@example.com'.length)}@example.com`;

const contactIn = (state: ContactState | `deleted ${ContactState}`, email: string) => {
  if (state === 'none') return 'none';
  const isDeleted = state.startsWith('deleted');
  return knownFrom({
    contact_id: 'c1',
    email_address: { address: email, permission_to_send: state.replace('deleted ', '') as 'explicit' },
    ...(isDeleted ? { deleted_at: '2026-01-01' } : {}),
    list_memberships: [],
    taggings: [],
    custom_fields: [],
    phone_numbers: [],
    street_addresses: [],
  } satisfies CcContact);
};

const desired = (adds: 'list' | 'tag'): DesiredState => ({
  deliveryId: 'dlv_1',
  orderTime: Date.parse('2026-06-01T00:00:00Z'),
  placedAt: Date.parse('2026-06-01T00:00:00Z'),
  valueTimestamps: {},
  optIn: 'OPTED_IN',
  createsContacts: true,
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  listIds: adds === 'list' ? ['list-a'] : [],
  tagIds: adds === 'tag' ? ['tag-a'] : [],
  fields: [],
  details: {},
});

/** The calls in words, with the reason of the outcome where it is not SYNCED. */
const inWords = (
  state: Parameters<typeof contactIn>[0],
  adds: 'list' | 'tag',
  optInRoute: PlanOptions['optInRoute'],
  length: number,
): string => {
  const email = address(length);
  const order = orderFrom({
    specversion: '1.0',
    id: 'wh_1',
    source: '/x',
    type: 'boxlist.order.created.v1',
    time: '2026-06-01T00:00:00Z',
    boxofficeid: 'bo_1',
    data: { id: 'or_1', status: 'completed', marketing_opt_in: true, buyer_details: { email } },
  });
  const workflow = aWorkflow({ workflowId: 'wf_1', boxOfficeId: 'bo_1', connectionId: 'conn_1' });
  const decision = decideOrder(order, workflow, true);
  if (decision.kind !== 'go') return decision.kind === 'fail' ? decision.reason : decision.kind;
  const planInput = {
    email,
    desiredStates: [desired(adds)],
    isUncertain: false,
    isImported: false,
    detailsMark: 'mark',
  };
  const plan = planBatch([planInput], new Map([[email, contactIn(state, email)]]), { optInRoute, importsNew: false });
  const calls = plan.calls.map((call) => {
    switch (call.kind) {
      case 'create':
        return `create ${call.contact.email_address.permission_to_send}`;
      case 'put':
        expect(call.contact.email_address).toEqual({ address: email });
        return `put by ${String(call.contact.update_source)}${call.contact.list_memberships ? ' with list' : ''}`;
      default:
        return call.kind;
    }
  });
  const left = plan.withoutPermission.length > 0 ? ['SYNCED_WITHOUT_PERMISSION'] : [];
  return [...calls, ...plan.skips.map(({ reason }) => reason), ...left].join(', ');
};

type Row = readonly [state: Parameters<typeof contactIn>[0], adds: 'list' | 'tag', short: string, long: string];
/** The rows that do not depend on the opt-in route: all except those without a contact. */
const alike: readonly Row[] = [
  ['explicit', 'list', 'import', 'put by Contact with list'],
  ['explicit', 'tag', 'tag', 'tag'],
  ['implicit', 'list', 'import', 'put by Contact with list'],
  ['implicit', 'tag', 'tag', 'tag'],
  ['not_set', 'list', 'sign-up', 'put by Contact with list, SYNCED_WITHOUT_PERMISSION'],
  ['not_set', 'tag', 'tag, SYNCED_WITHOUT_PERMISSION', 'tag, SYNCED_WITHOUT_PERMISSION'],
  ['pending_confirmation', 'list', '', ''],
  ['pending_confirmation', 'tag', 'tag', 'tag'],
  ['temp_hold', 'list', 'ON_HOLD', 'ON_HOLD'],
  ['temp_hold', 'tag', 'ON_HOLD', 'ON_HOLD'],
  ['unsubscribed', 'list', 'UNSUBSCRIBED', 'UNSUBSCRIBED'],
  ['unsubscribed', 'tag', 'UNSUBSCRIBED', 'UNSUBSCRIBED'],
  ['deleted explicit', 'list', 'sign-up', 'put by Account with list'],
  ['deleted explicit', 'tag', 'put by Account, tag', 'put by Account, tag'],
  ['deleted implicit', 'list', 'sign-up', 'put by Account with list'],
  ['deleted implicit', 'tag', 'put by Account, tag', 'put by Account, tag'],
  ['deleted not_set', 'list', 'sign-up', 'put by Account with list, SYNCED_WITHOUT_PERMISSION'],
  [
    'deleted not_set',
    'tag',
    'put by Account, tag, SYNCED_WITHOUT_PERMISSION',
    'put by Account, tag, SYNCED_WITHOUT_PERMISSION',
  ],
  ['deleted pending_confirmation', 'list', 'sign-up', 'put by Account'],
  ['deleted pending_confirmation', 'tag', 'put by Account, tag', 'put by Account, tag'],
  ['deleted temp_hold', 'list', 'sign-up', 'ON_HOLD'],
  ['deleted temp_hold', 'tag', 'ON_HOLD', 'ON_HOLD'],
  ['deleted unsubscribed', 'list', 'UNSUBSCRIBED', 'UNSUBSCRIBED'],
  ['deleted unsubscribed', 'tag', 'UNSUBSCRIBED', 'UNSUBSCRIBED'],
];
const rows: readonly (readonly [PlanOptions['optInRoute'], ...Row])[] = [
  ['DIRECT', 'none', 'list', 'create explicit', 'create explicit'],
  ['DIRECT', 'none', 'tag', 'create explicit', 'create explicit'],
  ['CONFIRM', 'none', 'list', 'sign-up', 'create not_set, SYNCED_WITHOUT_PERMISSION'],
  ['CONFIRM', 'none', 'tag', 'create not_set, SYNCED_WITHOUT_PERMISSION', 'create not_set, SYNCED_WITHOUT_PERMISSION'],
  ...(['DIRECT', 'CONFIRM'] as const).flatMap((route) => alike.map((row) => [route, ...row] as const)),
];

describe('the calls for a buyer who opted in', () => {
  it.each(rows)(
    '%s, contact %s, workflow with a %s: "%s", with a long address "%s"',
    (route, state, adds, short, long) => {
      const by = (length: number): string => inWords(state, adds, route, length);
      expect({ 50: by(50), 51: by(51), 80: by(80), 81: by(81) }).toEqual({
        50: short,
        51: long,
        80: long,
        81: 'EMAIL_TOO_LONG',
      });
    },
  );
});
