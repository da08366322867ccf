import type { CcContact } from '@boxlist/constant-contact';
import type { DesiredState } from '../src/domain/desired-state';

/** The address of all contacts and desired states in the planning tests, unless a test sets another. */
export const email = 'a@example.com';

/** A contact that may be mailed and has nothing else. */
export const aContact = (given: Partial<CcContact> = {}): CcContact => ({
  contact_id: 'c1',
  email_address: { address: email, permission_to_send: 'explicit' },
  list_memberships: [],
  taggings: [],
  custom_fields: [],
  phone_numbers: [],
  street_addresses: [],
  ...given,
});

/** The desired state of a buyer who opted in, without lists, tags or details. */
export const aDesiredState = (given: Partial<DesiredState> = {}): DesiredState => ({
  deliveryId: 'dlv_1',
  orderTime: 1,
  placedAt: 1,
  valueTimestamps: {},
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
