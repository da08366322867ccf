import { existsSync, readFileSync, renameSync } from 'node:fs';
import type { Entry } from './document-log';

interface EarlierAccount {
  id: string;
  name: string;
  privileges: string[];
  confirmedOptIn: boolean;
  lists: { list_id: string }[];
  tags: { tag_id: string }[];
  fields: { custom_field_id: string }[];
  contacts: { contact_id: string; resubscribeSent?: boolean }[];
}
interface EarlierState {
  secret: string;
  accounts: EarlierAccount[];
  refreshTokens: Record<string, unknown>;
}

const entriesOf = ({ secret, accounts, refreshTokens }: EarlierState): Entry[] => [
  { kind: 'secret', key: '', value: secret },
  ...Object.entries(refreshTokens).map(([key, value]) => ({ kind: 'refresh-token', key, value })),
  ...accounts.flatMap(({ id, name, privileges, confirmedOptIn, lists, tags, fields, contacts }): Entry[] => [
    { kind: 'account', key: id, value: { id, name, privileges, confirmedOptIn } },
    ...lists.map((value) => ({ kind: 'list', key: `${id}/${value.list_id}`, value })),
    ...tags.map((value) => ({ kind: 'tag', key: `${id}/${value.tag_id}`, value })),
    ...fields.map((value) => ({ kind: 'field', key: `${id}/${value.custom_field_id}`, value })),
    ...contacts.map(({ resubscribeSent, ...contact }, index) => ({
      kind: 'contact',
      key: `${id}/${contact.contact_id}`,
      value: { ...contact, seq: index + 1, ...(resubscribeSent ? { resubscribe: [] } : {}) },
    })),
  ]),
];

/**
 * The contacts and tokens of an earlier version's file, which holds one JSON object; the file is renamed to `.old`.
 * Empty if the file is a log already.
 */
export const takeEarlierFile = (file: string): Entry[] => {
  if (!existsSync(file)) return [];
  const bytes = readFileSync(file);
  if (bytes[0] !== '{'.charCodeAt(0)) return [];
  renameSync(file, `${file}.old`);
  return entriesOf(JSON.parse(bytes.toString()) as EarlierState);
};
