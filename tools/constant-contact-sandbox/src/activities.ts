import { addIds, findContact, contactById } from './contacts';
import { importLengths } from './schemas';
import { newContact, type Account, type Activity } from './state';
import { isoAt, Refusal, type World } from './world';

/** What an activity does when its time has come. */
export type Work =
  | { kind: 'taggings_add' | 'taggings_remove'; contactIds: string[]; ids: string[] }
  | { kind: 'add_list_memberships' | 'remove_list_memberships'; contactIds: string[]; ids: string[] }
  | { kind: 'import'; rows: Record<string, string | number>[]; listIds: string[] };

/** Queues an activity; 429 when 1,000 wait already. */
export const queueActivity = (world: World, account: Account, work: Work, total: number, fileName?: string) => {
  const waiting = account.activities.filter(({ applied }) => !applied).length;
  if (waiting >= world.limits.queuedActivities) {
    throw new Refusal(429, 'too_many_requests', 'You exceeded 1,000 queued activities for this user account.');
  }
  const activity: Activity = {
    activity_id: crypto.randomUUID(),
    kind: work.kind,
    createdAtMs: world.now(),
    doneAtMs: world.now() + world.switches.activityMs,
    applied: false,
    errors: [],
    counters: { items_total_count: total },
    source_file_name: fileName,
    work,
  };
  account.activities.push(activity);
  return showActivity(world, activity);
};

/** Works off what is due by the sandbox's clock. */
export const workOff = (world: World, account: Account): void => {
  for (const activity of account.activities) {
    if (activity.applied || world.now() < activity.doneAtMs) continue;
    activity.applied = true;
    apply(world, account, activity, activity.work as Work);
    world.store.changed();
  }
};

const apply = (world: World, account: Account, activity: Activity, work: Work): void => {
  const now = isoAt(world.now());
  if (work.kind === 'import') {
    activity.counters = importRows(world, account, work, now, activity.errors);
    return;
  }
  let completed = 0;
  for (const id of work.contactIds) {
    try {
      const contact = contactById(account, id);
      const tags = work.kind.startsWith('taggings');
      const present = tags ? contact.taggings : contact.list_memberships;
      const known = tags ? account.tags.map(({ tag_id }) => tag_id) : account.lists.map(({ list_id }) => list_id);
      const next =
        work.kind === 'taggings_add' || work.kind === 'add_list_memberships'
          ? addIds(present, work.ids, known, tags ? 'tag' : 'list')
          : present.filter((each) => !work.ids.includes(each));
      if (tags) contact.taggings = next;
      else contact.list_memberships = next;
      contact.updated_at = now;
      completed += 1;
    } catch (error) {
      activity.errors.push(error instanceof Error ? error.message : 'failed');
    }
  }
  activity.counters = { items_total_count: work.contactIds.length, items_completed_count: completed };
};

/** The import: new contacts become implicit, permissions stay as they are, unsubscribed ones are not added to lists. */
const importRows = (
  world: World,
  account: Account,
  { rows, listIds }: Extract<Work, { kind: 'import' }>,
  now: string,
  errors: string[],
) => {
  const foreign = world.switches.importForeignPhones;
  const counters = {
    items_total_count: rows.length,
    items_completed_count: 0,
    person_count: 0,
    error_count: 0,
    correctable_count: 0,
    cannot_add_to_list_count: 0,
  };
  for (const given of rows) {
    const isForeign = /^(\+|00)/.test(String(given.phone ?? ''));
    if (isForeign && foreign === 'refused') {
      counters.error_count += 1;
      errors.push('phone is not supported');
      continue;
    }
    const { phone, ...rest } = given;
    const row = phone === undefined || (isForeign && foreign === 'dropped') ? rest : given;
    const email = String(row.email ?? '')
      .trim()
      .toLowerCase();
    const tooLong = Object.entries(row).find(([name, value]) => String(value).length > (importLengths[name] ?? 255));
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || tooLong) {
      counters.correctable_count += 1;
      errors.push(tooLong ? `${tooLong[0]} is too long` : 'invalid email address');
      continue;
    }
    const known = findContact(account, email);
    const contact = known ?? newContact(email, 'implicit', 'Account', now);
    if (!known) account.contacts.push(contact);
    delete contact.deleted_at;
    counters.person_count += 1;
    counters.items_completed_count += 1;
    contact.updated_at = now;
    updateFromRow(account, contact, row);
    if (contact.email_address.permission_to_send === 'unsubscribed') {
      counters.cannot_add_to_list_count += 1;
      continue;
    }
    try {
      contact.list_memberships = addIds(
        contact.list_memberships,
        listIds,
        account.lists.map(({ list_id }) => list_id),
        'list',
      );
    } catch (error) {
      counters.error_count += 1;
      errors.push(error instanceof Error ? error.message : 'failed');
    }
  }
  return counters;
};

const updateFromRow = (
  account: Account,
  contact: ReturnType<typeof newContact>,
  row: Record<string, string | number>,
): void => {
  for (const name of ['first_name', 'last_name', 'job_title', 'company_name'] as const) {
    if (row[name] !== undefined) contact.core[name] = row[name];
  }
  if (row.phone !== undefined)
    contact.phone_numbers = [{ phone_number: String(row.phone).slice(0, 25), kind: 'other' }];
  const address = { street: row.street, city: row.city, state: row.state, postal_code: row.zip, country: row.country };
  if (Object.values(address).some((value) => value !== undefined)) {
    const home = contact.street_addresses.find(({ kind }) => kind === 'home') ?? {};
    const given = Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined));
    contact.street_addresses = [
      { ...home, kind: 'home', ...given },
      ...contact.street_addresses.filter(({ kind }) => kind !== 'home'),
    ];
  }
  for (const [name, value] of Object.entries(row)) {
    const label = /^cf:(.+)$/.exec(name)?.[1];
    const field = account.fields.find((each) => each.name === label || each.label === label);
    if (!field) continue;
    const { custom_field_id } = field;
    contact.custom_fields = [
      ...contact.custom_fields.filter((each) => each.custom_field_id !== custom_field_id),
      { custom_field_id, value: String(value) },
    ];
  }
};

/** An activity as the API shows it. */
export const showActivity = (world: World, activity: Activity) => {
  const half = activity.createdAtMs + (activity.doneAtMs - activity.createdAtMs) / 3;
  const state = activity.applied ? 'completed' : world.now() < half ? 'initialized' : 'processing';
  return {
    activity_id: activity.activity_id,
    state,
    created_at: isoAt(activity.createdAtMs),
    updated_at: isoAt(Math.min(world.now(), activity.doneAtMs)),
    ...(state === 'initialized' ? {} : { started_at: isoAt(half) }),
    ...(activity.applied ? { completed_at: isoAt(activity.doneAtMs) } : {}),
    ...(activity.source_file_name ? { source_file_name: activity.source_file_name } : {}),
    percent_done: activity.applied ? 100 : 1,
    activity_errors: activity.errors,
    status: activity.counters,
    _links: { self: { href: `/v3/activities/${activity.activity_id}` } },
  };
};
