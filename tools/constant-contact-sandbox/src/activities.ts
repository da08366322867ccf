import { withLists, withTags } from './contacts';
import { applyRow, newCounters } from './import-rows';
import { Refusal } from './refusal';
import type { Activity, Work } from './state';
import type { Account } from './store';
import { isoAt, type World } from './world';

const keptMs = 10 * 86_400_000;

interface Queued {
  readonly work: Work;
  /** The number of items as the activity counts them: for a file this includes its header. */
  readonly total: number;
  readonly fileName?: string;
  readonly path: string;
}

const sizeOf = (work: Work): number => (work.kind === 'import' ? work.rows.length : work.contactIds.length);

/** Queues an activity. Refuses with 429 if 1,000 of the account have not ended. */
export const queueActivity = (world: World, account: Account, { work, total, fileName, path }: Queued): Activity => {
  if (account.work.size() >= world.limits.queuedActivities) {
    throw new Refusal(429, 'too_many_requests', 'You exceeded 1,000 queued activities for this user account.');
  }
  const { activityMs, activityMsPerItem } = world.switches;
  const size = sizeOf(work);
  const createdAtMs = world.now();
  const fate = world.faults.fateOfActivity(path);
  const activity: Activity = {
    activity_id: crypto.randomUUID(),
    kind: work.kind,
    createdAtMs,
    startsAtMs: createdAtMs + Math.floor(activityMs / 3),
    doneAtMs: createdAtMs + activityMs + Math.ceil(size * activityMsPerItem),
    end: fate?.state ?? 'completed',
    endsAfter: fate ? Math.floor((size * fate.atPercent) / 100) : size,
    ended: false,
    size,
    total,
    listCount: work.kind.endsWith('list_memberships') && work.kind !== 'import' ? work.ids.length : 0,
    done: 0,
    errors: [],
    counters: work.kind === 'import' ? newCounters() : {},
    source_file_name: fileName,
  };
  account.work.put(activity.activity_id, work);
  return account.activities.put(activity.activity_id, activity);
};

/** Works on the activities that are due by the sandbox's clock, and forgets those created ten days ago or earlier. */
export const workOff = (world: World, account: Account): void => {
  const now = world.now();
  for (const activity of account.activities.values()) {
    if (now - activity.createdAtMs < keptMs) break;
    account.activities.remove(activity.activity_id);
    account.work.remove(activity.activity_id);
  }
  if (account.work.size() === 0) return;
  for (const { key } of [...account.work.entries()]) {
    const id = key.slice(account.id.length + 1);
    const activity = account.activities.get(id);
    const work = account.work.get(id);
    if (activity && work && now >= activity.startsAtMs) advance(world, account, activity, work);
  }
};

/** The number of items that an activity should have processed by a time. */
const dueOf = ({ startsAtMs, doneAtMs, endsAfter, size }: Activity, now: number): number => {
  if (now >= doneAtMs) return endsAfter;
  return Math.min(endsAfter, Math.floor((size * (now - startsAtMs)) / (doneAtMs - startsAtMs)));
};

const advance = (world: World, account: Account, activity: Activity, work: Work): void => {
  const now = world.now();
  const due = dueOf(activity, now);
  const ends = now >= activity.doneAtMs;
  if (due <= activity.done && !ends) return;
  for (; activity.done < due; activity.done += 1) {
    if (work.kind === 'import') applyRow(world, account, work, activity);
    else changeContact(account, work, activity, isoAt(now));
  }
  activity.ended = ends;
  if (ends) account.work.remove(activity.activity_id);
  account.activities.put(activity.activity_id, activity);
};

type Batch = Exclude<Work, { kind: 'import' }>;

const changeContact = (account: Account, work: Batch, activity: Activity, now: string): void => {
  const contact = account.contacts.byId(work.contactIds[activity.done] ?? '');
  if (!contact || contact.deleted_at) {
    activity.errors.push('A contact does not exist');
    return;
  }
  const without = (present: readonly string[]) => present.filter((id) => !work.ids.includes(id));
  try {
    switch (work.kind) {
      case 'taggings_add':
        contact.taggings = withTags(account, contact.taggings, work.ids);
        break;
      case 'taggings_remove':
        contact.taggings = without(contact.taggings);
        break;
      case 'add_list_memberships':
        contact.list_memberships = withLists(account, contact.list_memberships, work.ids);
        break;
      case 'remove_list_memberships':
        contact.list_memberships = without(contact.list_memberships);
        break;
    }
    contact.updated_at = now;
    account.contacts.put(contact);
    activity.counters.completed = (activity.counters.completed ?? 0) + 1;
  } catch (error) {
    activity.errors.push(error instanceof Error ? error.message : 'failed');
  }
};

const stateOf = (activity: Activity, now: number): string => {
  if (activity.ended) return activity.end;
  return now < activity.startsAtMs ? 'initialized' : 'processing';
};

const percentOf = ({ ended, end, endsAfter, size, startsAtMs, doneAtMs }: Activity, now: number): number => {
  if (ended) return end === 'completed' || size === 0 ? 100 : Math.min(99, Math.floor((100 * endsAfter) / size));
  if (now < startsAtMs || doneAtMs === startsAtMs) return 1;
  return Math.max(1, Math.min(99, Math.floor((100 * (now - startsAtMs)) / (doneAtMs - startsAtMs))));
};

const countersOf = ({ kind, counters, total, done, listCount }: Activity) => {
  if (kind === 'import') return { items_total_count: total, items_completed_count: done, ...counters };
  const counted = { items_total_count: total, items_completed_count: counters.completed ?? 0 };
  return kind.endsWith('list_memberships') ? { ...counted, list_count: listCount } : counted;
};

/** An activity as the API shows it. */
export const showActivity = (world: World, activity: Activity) => {
  const now = world.now();
  const state = stateOf(activity, now);
  const errors =
    world.switches.activityErrors === 'strings' ? activity.errors : activity.errors.map((message) => ({ message }));
  return {
    activity_id: activity.activity_id,
    state,
    created_at: isoAt(activity.createdAtMs),
    updated_at: isoAt(Math.max(activity.createdAtMs, Math.min(now, activity.doneAtMs))),
    ...(state === 'initialized' ? {} : { started_at: isoAt(activity.startsAtMs) }),
    ...(activity.ended ? { completed_at: isoAt(activity.doneAtMs) } : {}),
    ...(activity.source_file_name ? { source_file_name: activity.source_file_name } : {}),
    percent_done: percentOf(activity, now),
    activity_errors: errors,
    status: countersOf(activity),
    _links: { self: { href: `/v3/activities/${activity.activity_id}` } },
  };
};
