import { collection, contactBook, type Collection, type ContactBook } from './collection';
import { openDocumentLog, type Entry } from './document-log';
import { takeEarlierFile } from './earlier-file';
import {
  newContact,
  newEmail,
  type AccountSettings,
  type Activity,
  type CustomField,
  type Grant,
  type List,
  type RefreshToken,
  type Tag,
  type Usage,
  type Work,
} from './state';
import { v5 } from './uuid';

export interface Account {
  readonly id: string;
  readonly settings: AccountSettings;
  readonly lists: Collection<List>;
  readonly tags: Collection<Tag>;
  readonly fields: Collection<CustomField>;
  readonly contacts: ContactBook;
  readonly activities: Collection<Activity>;
  /** The work of the activities that have not ended. */
  readonly work: Collection<Work>;
}

type Note = (entry: Entry) => void;

const openAccount = (settings: AccountSettings, note: Note): Account => {
  const prefix = `${settings.id}/`;
  return {
    id: settings.id,
    settings,
    lists: collection<List>('list', prefix, note),
    tags: collection<Tag>('tag', prefix, note),
    fields: collection<CustomField>('field', prefix, note),
    contacts: contactBook(prefix, note),
    activities: collection<Activity>('activity', prefix, note),
    work: collection<Work>('work', prefix, note),
  };
};

const partsOf = ({ lists, tags, fields, contacts, activities, work }: Account): Readonly<Record<string, Kept>> => ({
  list: lists,
  tag: tags,
  field: fields,
  activity: activities,
  work,
  contact: contacts,
});

const demoAccounts = (): AccountSettings[] =>
  [
    { id: 'riverside', name: 'Riverside Theatre' },
    { id: 'harbour', name: 'Harbour Hall' },
  ].map((named) => ({
    ...named,
    privileges: ['contacts:read', 'contacts:write', 'account:read'],
    confirmedOptIn: false,
  }));

/** Fills an account as an organiser might, with ids that are the same in every run. */
const furnish = (account: Account, now: string): void => {
  const { id } = account;
  const stamps = { created_at: now, updated_at: now };
  for (const name of ['Newsletter', 'Friends']) {
    const list_id = v5(`${id}/list/${name}`);
    account.lists.put(list_id, { list_id, name, favorite: false, ...stamps });
  }
  const tag_id = v5(`${id}/tag/buyer`);
  account.tags.put(tag_id, { tag_id, name: 'ticket-buyer', tag_source: 'Contact', ...stamps });
  const custom_field_id = v5(`${id}/field/event`);
  account.fields.put(custom_field_id, {
    custom_field_id,
    label: 'Last event',
    name: 'Last_event',
    type: 'string',
    ...stamps,
  });
  account.contacts.put(
    newContact(newEmail(`unsubscribed.${id}@example.com`, 'unsubscribed', 'Contact', now), 'Contact', now),
  );
};

/** The operations that the log needs of every kind of document. */
interface Kept {
  load(key: string, value: unknown): void;
  entries(): Iterable<Entry>;
  size(): number;
}

/** The sandbox's data, in a file if one is named. Everything that was answered survives a kill of the process. */
export const openStore = (file: string | undefined) => {
  const accounts = new Map<string, Account>();
  const note: Note = (entry) => log.write(entry);
  const secrets = collection<string>('secret', '', note);
  const usages = collection<Usage>('usage', '', note);
  const codes = collection<Grant>('code', '', note);
  const refreshTokens = collection<RefreshToken>('refresh-token', '', note);
  const simple: Readonly<Record<string, Kept>> = {
    secret: secrets,
    usage: usages,
    code: codes,
    'refresh-token': refreshTokens,
  };

  const load = ({ kind, key, value }: Entry): void => {
    if (kind === 'account') {
      const settings = value as AccountSettings;
      const known = accounts.get(key);
      if (known) Object.assign(known.settings, settings);
      else accounts.set(key, openAccount(settings, note));
      return;
    }
    if (simple[kind]) return simple[kind].load(key, value);
    const slash = key.indexOf('/');
    const account = accounts.get(key.slice(0, slash));
    const part = account && partsOf(account)[kind];
    if (!part) throw new Error(`The data file has an entry of unknown kind ${kind}, or of an unknown account`);
    part.load(key.slice(slash + 1), value);
  };

  function* live(): Iterable<Entry> {
    for (const each of Object.values(simple)) yield* each.entries();
    for (const account of accounts.values()) {
      yield { kind: 'account', key: account.id, value: account.settings };
      for (const part of Object.values(partsOf(account))) yield* part.entries();
    }
  }
  const liveCount = (): number => {
    let count = 0;
    for (const each of Object.values(simple)) count += each.size();
    for (const account of accounts.values()) for (const part of Object.values(partsOf(account))) count += part.size();
    return count;
  };

  const begin = (): void => {
    const now = new Date().toISOString();
    secrets.put('', crypto.randomUUID() + crypto.randomUUID());
    for (const settings of demoAccounts()) {
      const account = openAccount(settings, note);
      accounts.set(settings.id, account);
      note({ kind: 'account', key: settings.id, value: settings });
      furnish(account, now);
    }
    log.flush();
  };

  const earlier = file ? takeEarlierFile(file) : [];
  const log = openDocumentLog({ file, load, live, liveCount });
  for (const entry of earlier) {
    load(entry);
    note(entry);
  }
  if (accounts.size === 0) begin();

  return {
    accounts: accounts as ReadonlyMap<string, Account>,
    secret: (): string => secrets.get('') ?? '',
    codes,
    refreshTokens,
    usage: (): Usage => usages.get('') ?? { day: '', used: 0 },
    saveUsage: (usage: Usage): Usage => usages.put('', usage),
    saveSettings: (account: Account): void => note({ kind: 'account', key: account.id, value: account.settings }),
    /** Resets to the demo accounts with a new secret, which invalidates every token. */
    reset: (): void => {
      log.clear();
      accounts.clear();
      for (const each of Object.values(simple)) for (const { key } of [...each.entries()]) each.load(key, undefined);
      begin();
    },
    flush: (): void => log.flush(),
    close: (): void => log.close(),
  };
};

export type Store = ReturnType<typeof openStore>;
