import type { JournalEntry } from '@boxlist/testkit';

/** A write that Constant Contact accepted for one contact. */
export interface Write {
  readonly seq: number;
  readonly kind: 'create' | 'sign-up' | 'put' | 'resubscribe' | 'import' | 'batch';
}

interface Body {
  readonly email_address?: string | { readonly address?: string };
  readonly import_data?: readonly { readonly email?: string }[];
  readonly source?: { readonly contact_ids?: readonly string[] };
}

const kindOf = ({ method, path }: JournalEntry): Write['kind'] | undefined => {
  if (method === 'POST' && path === '/v3/contacts') return 'create';
  if (method === 'POST' && path === '/v3/contacts/sign_up_form') return 'sign-up';
  if (method === 'PUT' && path.startsWith('/v3/contacts/resubscribe/')) return 'resubscribe';
  if (method === 'PUT' && path.startsWith('/v3/contacts/')) return 'put';
  if (method === 'POST' && path === '/v3/activities/contacts_json_import') return 'import';
  if (method === 'POST' && path.startsWith('/v3/activities/')) return 'batch';
  return undefined;
};

/** The writes in a journal for the contact of an address, without refused ones. */
export const writesIn = (journal: readonly JournalEntry[], email: string, contactId: string | undefined): Write[] =>
  journal.flatMap((entry) => {
    const kind = entry.status >= 200 && entry.status < 300 ? kindOf(entry) : undefined;
    if (kind === undefined) return [];
    const body = (entry.body ?? {}) as Body;
    const address = typeof body.email_address === 'string' ? body.email_address : body.email_address?.address;
    const concerns =
      address === email ||
      body.import_data?.some((row) => row.email === email) === true ||
      (contactId !== undefined &&
        (body.source?.contact_ids?.includes(contactId) === true || entry.path.endsWith(`/${contactId}`)));
    return concerns ? [{ seq: entry.seq, kind }] : [];
  });
