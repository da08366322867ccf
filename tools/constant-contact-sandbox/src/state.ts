import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { v5 } from './uuid';

export type Permission = 'explicit' | 'implicit' | 'not_set' | 'pending_confirmation' | 'temp_hold' | 'unsubscribed';

export interface Contact {
  contact_id: string;
  email_address: {
    address: string;
    permission_to_send: Permission;
    created_at: string;
    updated_at: string;
    opt_in_source?: string;
    opt_in_date?: string;
    opt_out_source?: string;
    opt_out_date?: string;
    confirm_status: 'pending' | 'confirmed' | 'off';
  };
  /** Core properties: names, job title, company, birthday, anniversary. */
  core: Record<string, unknown>;
  create_source: string;
  update_source: string;
  created_at: string;
  updated_at: string;
  deleted_at?: string;
  custom_fields: { custom_field_id: string; value: string }[];
  phone_numbers: { phone_number: string; kind: string }[];
  street_addresses: Record<string, unknown>[];
  list_memberships: string[];
  taggings: string[];
  notes: Record<string, unknown>[];
  resubscribeSent: boolean;
}

export interface Activity {
  activity_id: string;
  kind: string;
  /** `waiting` ones are worked off when their time has come. */
  createdAtMs: number;
  doneAtMs: number;
  applied: boolean;
  errors: string[];
  counters: Record<string, number>;
  source_file_name?: string;
  work: unknown;
}

export interface Account {
  id: string;
  name: string;
  privileges: string[];
  confirmedOptIn: boolean;
  lists: {
    list_id: string;
    name: string;
    description?: string;
    favorite: boolean;
    created_at: string;
    updated_at: string;
  }[];
  tags: { tag_id: string; name: string; created_at: string; updated_at: string; tag_source: string }[];
  fields: {
    custom_field_id: string;
    label: string;
    name: string;
    type: string;
    created_at: string;
    updated_at: string;
  }[];
  contacts: Contact[];
  activities: Activity[];
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

/** Points that no source settles, and which way the sandbox behaves. */
export interface Switches {
  refreshTokens: 'rotating' | 'long-lived';
  invalidGrantStatus: 400 | 401;
  invalidClientStatus: 400 | 401;
  error429Shape: 'array' | 'object';
  signUpFormResubscribes: boolean;
  /** Whether the form makes explicit those that are on hold or have not confirmed. */
  signUpFormReleases: boolean;
  /** What an import does with a phone of another country. */
  importForeignPhones: 'stored' | 'dropped' | 'refused';
  putResubscribesWithoutPermission: boolean;
  pkceWithSecret: 'accepted' | 'refused';
  deniedRedirects: boolean;
  activityMs: number;
  accessTokenSeconds: number;
}

export interface State {
  secret: string;
  accounts: Account[];
  codes: Record<string, Grant>;
  refreshTokens: Record<string, RefreshToken>;
  usage: { day: string; used: number };
}

export const defaultSwitches = (): Switches => ({
  refreshTokens: 'rotating',
  invalidGrantStatus: 400,
  invalidClientStatus: 401,
  error429Shape: 'array',
  signUpFormResubscribes: true,
  signUpFormReleases: true,
  importForeignPhones: 'dropped',
  putResubscribesWithoutPermission: false,
  pkceWithSecret: 'accepted',
  deniedRedirects: true,
  activityMs: 300,
  accessTokenSeconds: 86_400,
});

export const newContact = (address: string, permission: Permission, source: string, now: string): Contact => ({
  contact_id: crypto.randomUUID(),
  email_address: {
    address,
    permission_to_send: permission,
    created_at: now,
    updated_at: now,
    confirm_status: permission === 'pending_confirmation' ? 'pending' : 'off',
    ...(permission === 'explicit' ? { opt_in_source: source, opt_in_date: now } : {}),
    ...(permission === 'unsubscribed' ? { opt_out_source: 'Contact', opt_out_date: now } : {}),
  },
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
  resubscribeSent: false,
});

const demoAccount = (id: string, name: string, now: string): Account => ({
  id,
  name,
  privileges: ['contacts:read', 'contacts:write', 'account:read'],
  confirmedOptIn: false,
  lists: ['Newsletter', 'Friends'].map((list) => ({
    list_id: v5(`${id}/list/${list}`),
    name: list,
    favorite: false,
    created_at: now,
    updated_at: now,
  })),
  tags: [
    { tag_id: v5(`${id}/tag/buyer`), name: 'ticket-buyer', created_at: now, updated_at: now, tag_source: 'Contact' },
  ],
  fields: [
    {
      custom_field_id: v5(`${id}/field/event`),
      label: 'Last event',
      name: 'last_event',
      type: 'string',
      created_at: now,
      updated_at: now,
    },
  ],
  contacts: [newContact(`unsubscribed.${id}@example.com`, 'unsubscribed', 'Contact', now)],
  activities: [],
});

const freshState = (): State => {
  const now = new Date().toISOString();
  return {
    secret: crypto.randomUUID() + crypto.randomUUID(),
    accounts: [demoAccount('riverside', 'Riverside Theatre', now), demoAccount('harbour', 'Harbour Hall', now)],
    codes: {},
    refreshTokens: {},
    usage: { day: '', used: 0 },
  };
};

/** The sandbox's memory, kept in a file when one is named. */
export const openState = (file: string | undefined) => {
  const holder = { state: file && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as State) : freshState() };
  let dirty: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(dirty);
    dirty = undefined;
    if (!file) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, JSON.stringify(holder.state));
    renameSync(`${file}.new`, file);
  };
  return {
    get: (): State => holder.state,
    changed: (): void => {
      if (file) dirty ??= setTimeout(flush, 50);
    },
    reset: (): void => {
      holder.state = freshState();
      flush();
    },
    flush,
  };
};

export type StateHolder = ReturnType<typeof openState>;
