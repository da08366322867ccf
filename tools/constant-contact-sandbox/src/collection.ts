import type { Contact } from './state';
import type { Entry } from './document-log';

type Note = (entry: Entry) => void;

/** Documents of one kind by key, in the sequence in which they were first put. `note` gets each change. */
export const collection = <T>(kind: string, prefix: string, note: Note) => {
  const map = new Map<string, T>();
  return {
    get: (key: string): T | undefined => map.get(key),
    values: (): Iterable<T> => map.values(),
    size: (): number => map.size,
    put: (key: string, value: T): T => {
      map.set(key, value);
      note({ kind, key: prefix + key, value });
      return value;
    },
    remove: (key: string): void => {
      if (map.delete(key)) note({ kind, key: prefix + key });
    },
    /** Applies an entry of the log without logging it again. */
    load: (key: string, value: T | undefined): void => {
      if (value === undefined) map.delete(key);
      else map.set(key, value);
    },
    *entries(): Iterable<Entry> {
      for (const [key, value] of map) yield { kind, key: prefix + key, value };
    },
  };
};
export type Collection<T> = ReturnType<typeof collection<T>>;

const emailKey = (address: string): string => address.trim().toLowerCase();

/** An account's contacts, indexed by id and by e-mail address, and iterated in the sequence of their creation. */
export const contactBook = (prefix: string, note: Note) => {
  const byId = new Map<string, { contact: Contact; key: string | undefined }>();
  const byEmail = new Map<string, Contact>();
  /** The contact with number `seq` is at index `seq - 1`: deletion is soft, so no contact is ever removed. */
  const ordered: Contact[] = [];

  const index = (contact: Contact): void => {
    const known = byId.get(contact.contact_id);
    const key = contact.email_address && emailKey(contact.email_address.address);
    if (known?.key !== undefined && known.key !== key) byEmail.delete(known.key);
    if (key !== undefined) byEmail.set(key, contact);
    byId.set(contact.contact_id, { contact, key });
    ordered[contact.seq - 1] = contact;
  };

  return {
    size: (): number => byId.size,
    byId: (id: string): Contact | undefined => byId.get(id)?.contact,
    byEmail: (address: string): Contact | undefined => byEmail.get(emailKey(address)),
    /** Saves a new or changed contact. */
    put: (contact: Contact): Contact => {
      if (contact.seq === 0) contact.seq = ordered.length + 1;
      index(contact);
      note({ kind: 'contact', key: prefix + contact.contact_id, value: contact });
      return contact;
    },
    load: (_key: string, contact: Contact): void => index(contact),
    /** The contacts created after the one with number `seq`, oldest first. */
    *after(seq: number): Iterable<Contact> {
      for (let at = seq; at < ordered.length; at += 1) yield ordered[at]!;
    },
    *entries(): Iterable<Entry> {
      for (const contact of ordered) yield { kind: 'contact', key: prefix + contact.contact_id, value: contact };
    },
  };
};
export type ContactBook = ReturnType<typeof contactBook>;
