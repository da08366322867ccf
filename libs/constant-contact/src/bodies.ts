/** The home address as Boxlist sends it. */
export interface CcAddress {
  readonly kind: 'home';
  readonly street?: string;
  readonly postal_code?: string;
}

/** Body of `POST /contacts`, which only creates contacts. */
export interface CcNewContact {
  readonly email_address: { readonly address: string; readonly permission_to_send: 'explicit' | 'not_set' };
  /** Who added the contact. It must be true and cannot be changed later. */
  readonly create_source: 'Contact' | 'Account';
  readonly first_name?: string;
  readonly last_name?: string;
  readonly phone_numbers?: readonly { readonly phone_number: string; readonly kind: 'other' }[];
  readonly street_addresses?: readonly CcAddress[];
  readonly list_memberships?: readonly string[];
  readonly taggings?: readonly string[];
  readonly custom_fields?: readonly { readonly custom_field_id: string; readonly value: string }[];
}

/**
 * Body of `POST /contacts/sign_up_form`. The call gives an existing contact explicit permission, whatever it was
 * before.
 */
export interface CcSignUp {
  readonly email_address: string;
  readonly list_memberships: readonly string[];
  readonly first_name?: string;
  readonly last_name?: string;
  readonly phone_number?: string;
  readonly street_address?: CcAddress;
  readonly custom_fields?: readonly { readonly custom_field_id: string; readonly value: string }[];
}

/** One row of `POST /activities/contacts_json_import`. Custom fields have the key `cf:<name>`. */
export type CcImportRow = Readonly<Record<string, string>> & { readonly email: string };
