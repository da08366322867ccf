import { addPhone, changeAddress, isUnsubscribed, phoneOf, withFields, withLists } from './contacts';
import { datePattern, emailPattern, importLengthOf } from './schemas';
import { newContact, newEmail, type Activity, type Contact, type ImportRow, type Work } from './state';
import type { Account } from './store';
import { isoAt, type World } from './world';

type Import = Extract<Work, { kind: 'import' }>;

export const newCounters = () => ({
  person_count: 0,
  error_count: 0,
  correctable_count: 0,
  cannot_add_to_list_count: 0,
});

/** The name of the first value that is too long. */
export const overLength = (row: ImportRow): string | undefined =>
  Object.entries(row).find(([name, value]) => String(value).length > (importLengthOf(name) ?? Infinity))?.[0];

/**
 * Whether a phone has ten digits of the North American plan, with or without its 1. A plus before anything else, and
 * other digits or letters, make it international.
 */
const isNorthAmerican = (phone: string): boolean => {
  const bare = phone.replace(/[\s().-]/g, '');
  return /^(\+?1)?[2-9]\d{2}[2-9]\d{6}$/.test(bare);
};
const isInternational = (phone: string): boolean => !isNorthAmerican(phone);
const phoneKinds = {
  phone: 'other',
  home_phone: 'home',
  work_phone: 'work',
  mobile_phone: 'mobile',
  other_phone: 'other',
};
const textOf = (row: ImportRow, name: string): string | undefined => {
  const value = row[name];
  return value === undefined || value === '' ? undefined : String(value);
};

interface Problem {
  readonly counter: 'correctable_count' | 'error_count';
  readonly message: string;
}

/**
 * Why a row is refused as a whole, if it is. Correctable problems are those that the vendor's own screens let a person
 * correct.
 */
const problemOf = (
  row: ImportRow,
  email: string,
  phones: World['switches']['importForeignPhones'],
): Problem | undefined => {
  if (!emailPattern.test(email)) return { counter: 'correctable_count', message: 'A row has no valid email address' };
  const long = overLength(row);
  if (long) return { counter: 'error_count', message: `${long} is too long` };
  const anniversary = textOf(row, 'anniversary');
  const [month, day] = [Number(row.birthday_month ?? 0), Number(row.birthday_day ?? 0)];
  const birthday = (month === 0) === (day === 0) && month >= 0 && month <= 12 && day >= 0 && day <= 31;
  if (!birthday || (anniversary && !datePattern.test(anniversary)))
    return { counter: 'correctable_count', message: 'A row has a birthday or anniversary that is not valid' };
  const international = Object.keys(phoneKinds).some((name) => {
    const phone = textOf(row, name);
    return phone !== undefined && isInternational(phone);
  });
  if (phones === 'refused' && international)
    return { counter: 'error_count', message: 'International phone numbers are not supported' };
  return undefined;
};

/**
 * Processes an import's next row: new contacts become implicit, permissions stay as they are, and unsubscribed contacts
 * are added to no list.
 */
export const applyRow = (world: World, account: Account, { rows, listIds }: Import, activity: Activity): void => {
  const row = rows[activity.done] ?? {};
  const { counters, errors } = activity;
  const count = (name: string): void => {
    counters[name] = (counters[name] ?? 0) + 1;
  };
  const email = (textOf(row, 'email') ?? '').trim().toLowerCase();
  const problem = problemOf(row, email, world.switches.importForeignPhones);
  if (problem) {
    count(problem.counter);
    errors.push(problem.message);
    return;
  }
  const now = isoAt(world.now());
  const known = account.contacts.byEmail(email);
  if (known?.deleted_at && !world.switches.importRestoresDeleted) {
    count('cannot_add_to_list_count');
    return;
  }
  const contact = structuredClone(known) ?? newContact(newEmail(email, 'implicit', 'Account', now), 'Account', now);
  try {
    updateFromRow(world, account, contact, row, now);
    if (isUnsubscribed(contact)) count('cannot_add_to_list_count');
    else contact.list_memberships = withLists(account, contact.list_memberships, listIds);
  } catch (error) {
    count('error_count');
    errors.push(error instanceof Error ? error.message : 'failed');
    return;
  }
  count('person_count');
  delete contact.deleted_at;
  contact.updated_at = now;
  contact.update_source = 'Account';
  account.contacts.put(contact);
};

/** Removes the values that are empty in the row. */
const blankFromRow = (contact: Contact, row: ImportRow): void => {
  const isBlank = (name: string): boolean => row[name] === '';
  for (const name of Object.keys(contact.core)) if (isBlank(name)) delete contact.core[name];
  contact.phone_numbers = contact.phone_numbers.filter(
    ({ kind }) => !isBlank(`${kind}_phone`) && !(kind === 'other' && isBlank('phone')),
  );
  for (const address of contact.street_addresses) {
    const prefixes = address.kind === 'home' ? ['', 'home_'] : [`${address.kind}_`];
    for (const [column, name] of Object.entries(addressColumns))
      if (prefixes.some((prefix) => isBlank(prefix + column))) delete address[name];
  }
};
const addressColumns = {
  street: 'street',
  city: 'city',
  state: 'state',
  zip: 'postal_code',
  country: 'country',
} as const;

/** Changes the values that are in the row. */
const updateFromRow = (world: World, account: Account, contact: Contact, row: ImportRow, now: string): void => {
  if (world.switches.importEmptyValues === 'blank') blankFromRow(contact, row);
  for (const name of ['first_name', 'last_name', 'job_title', 'company_name', 'anniversary']) {
    const value = textOf(row, name);
    if (value !== undefined) contact.core[name] = value;
  }
  if (textOf(row, 'birthday_month'))
    Object.assign(contact.core, { birthday_month: Number(row.birthday_month), birthday_day: Number(row.birthday_day) });
  for (const [name, kind] of Object.entries(phoneKinds)) {
    const phone = textOf(row, name);
    if (phone === undefined || (world.switches.importForeignPhones === 'dropped' && isInternational(phone))) continue;
    addPhone(contact, phoneOf(phone.slice(0, 25), kind, 'Account', now));
  }
  for (const [prefix, kind] of [
    ['', 'home'],
    ['home_', 'home'],
    ['work_', 'work'],
    ['other_', 'other'],
  ] as const) {
    const street = [textOf(row, `${prefix}street`), textOf(row, `${prefix}street2`)].filter(Boolean).join(', ');
    const given = {
      street: street || undefined,
      city: textOf(row, `${prefix}city`),
      state: textOf(row, `${prefix}state`),
      postal_code: textOf(row, `${prefix}zip`),
      country: textOf(row, `${prefix}country`),
    };
    const present = Object.entries(given).filter(([, value]) => value !== undefined);
    if (present.length > 0) changeAddress(contact, { kind, ...Object.fromEntries(present) }, now);
  }
  contact.custom_fields = withFields(account, contact.custom_fields, customValues(account, row));
};

const customValues = (account: Account, row: ImportRow) =>
  Object.keys(row).flatMap((name) => {
    const label = /^cf:(.+)$/.exec(name)?.[1];
    const value = textOf(row, name);
    if (label === undefined || value === undefined) return [];
    const field = [...account.fields.values()].find((each) => each.name === label || each.label === label);
    // The vendor demands that the field exists: the row's error names a missing one.
    return [{ custom_field_id: field?.custom_field_id ?? label, value }];
  });
