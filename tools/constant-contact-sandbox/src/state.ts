export type Permission = 'explicit' | 'implicit' | 'not_set' | 'pending_confirmation' | 'temp_hold' | 'unsubscribed';

export interface EmailAddress {
  address: string;
  permission_to_send: Permission;
  created_at: string;
  updated_at: string;
  opt_in_source?: string;
  opt_in_date?: string;
  opt_out_source?: string;
  opt_out_date?: string;
  confirm_status: 'pending' | 'confirmed' | 'off';
}

export interface Phone {
  phone_number_id: string;
  phone_number: string;
  kind: string;
  created_at: string;
  updated_at: string;
  create_source: string;
  update_source: string;
}

export interface Address {
  street_address_id: string;
  kind: string;
  street?: string;
  city?: string;
  state?: string;
  postal_code?: string;
  country?: string;
  created_at: string;
  updated_at: string;
}

export interface Contact {
  contact_id: string;
  /** The number in the sequence of creation, from 1; set by the store. */
  seq: number;
  email_address?: EmailAddress;
  /** Names, job title, company, birthday and anniversary: a PUT blanks those that it leaves out. */
  core: Record<string, unknown>;
  create_source: string;
  update_source: string;
  created_at: string;
  updated_at: string;
  deleted_at?: string;
  custom_fields: { custom_field_id: string; value?: string; choice_ids?: string[] }[];
  phone_numbers: Phone[];
  street_addresses: Address[];
  list_memberships: string[];
  taggings: string[];
  notes: { note_id: string; created_at: string; content: string }[];
  /** The lists in the one confirmation mail that was sent, to be added on its confirmation. */
  resubscribe?: string[];
}

export type EndState = 'completed' | 'cancelled' | 'failed' | 'timed_out';

export interface Activity {
  activity_id: string;
  kind: string;
  createdAtMs: number;
  startsAtMs: number;
  doneAtMs: number;
  /** The final state; any other than `completed` ends the activity after `endsAfter` items. */
  end: EndState;
  endsAfter: number;
  ended: boolean;
  /** The number of items to process. */
  size: number;
  /** The number of items as the vendor counts them: for a file this includes its header. */
  total: number;
  listCount: number;
  done: number;
  errors: string[];
  counters: Record<string, number>;
  source_file_name?: string;
}

/** The work of an activity, stored apart from the activity: it can have megabytes and is removed at the end. */
export type Work =
  | { kind: 'taggings_add' | 'taggings_remove'; contactIds: string[]; ids: string[] }
  | { kind: 'add_list_memberships' | 'remove_list_memberships'; contactIds: string[]; ids: string[] }
  | { kind: 'import'; rows: ImportRow[]; listIds: string[] };

export type ImportRow = Record<string, string | number>;

export interface List {
  list_id: string;
  name: string;
  description?: string;
  favorite: boolean;
  created_at: string;
  updated_at: string;
}
export interface Tag {
  tag_id: string;
  name: string;
  tag_source: string;
  created_at: string;
  updated_at: string;
}
export interface CustomField {
  custom_field_id: string;
  label: string;
  name: string;
  type: string;
  created_at: string;
  updated_at: string;
}

export interface AccountSettings {
  id: string;
  name: string;
  privileges: string[];
  confirmedOptIn: boolean;
}

export interface Grant {
  account: string;
  scope: string;
  redirectUri: string;
  challenge?: string;
  expiresAtMs: number;
  used: boolean;
}

export interface RefreshToken {
  account: string;
  scope: string;
  dead: boolean;
  lastUsedMs: number;
}

export interface Usage {
  day: string;
  used: number;
}

export const newEmail = (address: string, permission: Permission, source: string, now: string): EmailAddress => ({
  address,
  permission_to_send: permission,
  created_at: now,
  updated_at: now,
  confirm_status: permission === 'pending_confirmation' ? 'pending' : 'off',
  ...(permission === 'explicit' || permission === 'implicit' ? { opt_in_source: source, opt_in_date: now } : {}),
  ...(permission === 'unsubscribed' ? { opt_out_source: 'Contact', opt_out_date: now } : {}),
});

export const newContact = (email: EmailAddress | undefined, source: string, now: string): Contact => ({
  contact_id: crypto.randomUUID(),
  seq: 0,
  email_address: email,
  core: {},
  create_source: source,
  update_source: source,
  created_at: now,
  updated_at: now,
  custom_fields: [],
  phone_numbers: [],
  street_addresses: [],
  list_memberships: [],
  taggings: [],
  notes: [],
});
