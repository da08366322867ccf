import type { DeliveryOutcomeFact } from '@boxlist/contracts';
import type { JournalEntry, SandboxContact } from '@boxlist/testkit';
import { expectedContacts, expectedDeliveries, type ExpectedContact } from './expected';
import type { SeenDelivery, Stats } from './graph';
import { newestOf } from './outcomes';
import type { Schedule } from './schedule';
import { writesIn, type Write } from './writes';

/** Everything known of a box office once nothing is pending any more. */
export interface Observed {
  readonly schedule: Schedule;
  readonly workflowIds: readonly string[];
  readonly emailOf: (buyer: number) => string;
  readonly orderIdOf: (order: number) => string;
  readonly namesOfEvent: (event: number) => { readonly list: string; readonly tag: string };
  readonly badOrderIds: readonly string[];
  readonly deliveries: readonly SeenDelivery[];
  /** Of each workflow, in the schedule's sequence. */
  readonly stats: readonly Stats[];
  readonly deadLetters: readonly (string | null)[];
  readonly outcomes: readonly DeliveryOutcomeFact[];
  /** All contacts of the account. */
  readonly contacts: readonly SandboxContact[];
  readonly journal: readonly JournalEntry[];
  /** The names of lists and tags by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Buyers who unsubscribed, with the number of calls by then. */
  readonly left: ReadonlyMap<number, number>;
  /** The number of disturbances that can make sync repeat a write. */
  readonly interruptions: number;
}

/** Returns everything that is not as it must be, in words; empty if all is well. */
export const judge = (seen: Observed): string[] => [
  ...judgeDeliveries(seen),
  ...judgeStats(seen),
  ...judgeOutcomes(seen),
  ...judgeDeadLetters(seen),
  ...judgeContacts(seen),
  ...judgeWrites(seen),
];

const described = ({ status, reason }: SeenDelivery): string => `${status} ${reason?.code ?? ''}`.trim();

/** Checks that every order × workflow has one delivery with an expected outcome, and that there are no others. */
const judgeDeliveries = (seen: Observed): string[] => {
  const found = new Map<string, SeenDelivery[]>();
  for (const each of seen.deliveries) {
    const key = `${each.order.id} ${each.workflow.id}`;
    found.set(key, [...(found.get(key) ?? []), each]);
  }
  const wrong: string[] = [];
  for (const { order, workflow, outcomes } of expectedDeliveries(seen.schedule, new Set(seen.left.keys()))) {
    const key = `${seen.orderIdOf(order)} ${seen.workflowIds[workflow] ?? ''}`;
    const what = `order ${order} × workflow ${workflow} (${seen.schedule.workflows[workflow]?.kind ?? ''})`;
    const own = found.get(key) ?? [];
    found.delete(key);
    if (own.length !== 1) wrong.push(`${what} has ${own.length} deliveries`);
    for (const each of own)
      if (!outcomes.includes(described(each)))
        wrong.push(`${what} ended as ${described(each)}, expected ${outcomes.join(' or ')}`);
  }
  return [...wrong, ...[...found.keys()].map((key) => `unexpected delivery ${key}`)];
};

/** Checks that the statistics in the graph match the deliveries that it lists. */
const judgeStats = ({ stats, deliveries, workflowIds }: Observed): string[] =>
  workflowIds.flatMap((id, number) => {
    const own = deliveries.filter(({ workflow }) => workflow.id === id);
    const count = (status: SeenDelivery['status']): number => own.filter((each) => each.status === status).length;
    const shown = stats[number];
    if (!shown) return [`workflow ${number} has no stats`];
    const reasons = shown.skippedByReason.reduce((sum, each) => sum + each.count, 0);
    const pairs: [string, number, number][] = [
      ['total', shown.total, own.length],
      ['synced', shown.synced, count('SYNCED')],
      ['skipped', shown.skipped, count('SKIPPED')],
      ['skipped by reason', reasons, shown.skipped],
      ['failed', shown.failed, count('FAILED')],
      ['pending', shown.pending, 0],
      ['sum', shown.synced + shown.skipped + shown.failed + shown.pending, shown.total],
    ];
    return pairs.flatMap(([name, is, must]) =>
      is === must ? [] : [`stats of workflow ${number}: ${name} is ${is}, expected ${must}`],
    );
  });

/** Checks that the newest published outcome of each delivery is its present one. */
const judgeOutcomes = ({ outcomes, deliveries }: Observed): string[] => {
  const newest = newestOf(outcomes);
  return deliveries.flatMap((each) => {
    const published = newest.get(each.id);
    if (!published) return [`sync did not publish the outcome of ${each.id}`];
    const outcome = `${published.status} ${published.reason}`;
    return outcome === described(each)
      ? []
      : [`the published outcome of ${each.id} is ${outcome}, expected ${described(each)}`];
  });
};

/** Checks that every event that cannot be understood is a dead letter, and that there are no others. */
const judgeDeadLetters = ({ deadLetters, badOrderIds }: Observed): string[] => {
  const found = new Set(deadLetters);
  return [
    ...badOrderIds.filter((id) => !found.has(id)).map((id) => `the bad event of ${id} is not a dead letter`),
    ...deadLetters
      .filter((id) => id === null || !badOrderIds.includes(id))
      .map((id) => `${id} is an unexpected dead letter`),
  ];
};

const judgeContacts = (seen: Observed): string[] =>
  expectedContacts(seen.schedule, new Set(seen.left.keys())).flatMap((expected) => {
    const email = seen.emailOf(expected.buyer);
    const own = seen.contacts.filter((each) => each.email_address.address === email);
    const what = `buyer ${expected.buyer} (${expected.kind})`;
    if (own.length > 1) return [`${what} has ${own.length} contacts`];
    const [contact] = own;
    if (!contact) return expected.permission === undefined || expected.mayBeMissing ? [] : [`${what} has no contact`];
    if (expected.permission === undefined) return [`${what} never opted in but has a contact`];
    return judgeContact(seen, expected, contact).map((problem) => `${what} ${problem}`);
  });

const judgeContact = (seen: Observed, expected: ExpectedContact, contact: SandboxContact): string[] => {
  const wrong: string[] = [];
  const permission = contact.email_address.permission_to_send;
  if (permission !== expected.permission)
    wrong.push(`has the permission ${permission}, expected ${expected.permission ?? 'no contact'}`);
  if ((contact.deleted_at !== undefined) !== expected.isDeleted)
    wrong.push(expected.isDeleted ? 'is no longer deleted' : 'is deleted');
  const named = (name: string): string => {
    const event = /^(list|tag) of event (\d)$/.exec(name);
    return event ? seen.namesOfEvent(Number(event[2]))[event[1] as 'list' | 'tag'] : name;
  };
  const compare = (what: string, ids: readonly string[], must: readonly string[], may: readonly string[]): void => {
    const has = ids.map((id) => seen.names.get(id) ?? id);
    const missing = must.map(named).filter((name) => !has.includes(name));
    const beyond = has.filter((name) => ![...must, ...may].map(named).includes(name));
    if (missing.length > 0) wrong.push(`lacks the ${what} ${missing.join(', ')}`);
    if (beyond.length > 0) wrong.push(`has the unexpected ${what} ${beyond.join(', ')}`);
    if (new Set(ids).size !== ids.length) wrong.push(`has a ${what} twice`);
  };
  compare('list', contact.list_memberships, expected.must.lists, expected.may.lists);
  compare('tag', contact.taggings, expected.must.tags, expected.may.tags);
  if (expected.firstName !== undefined && contact.first_name !== expected.firstName)
    wrong.push(`has the first name ${contact.first_name ?? 'missing'}, expected ${expected.firstName}`);
  return wrong;
};

/**
 * Checks the writes for each buyer: sync created nobody twice, asked nobody twice, wrote to nobody it must leave alone,
 * and repeated nothing without need.
 */
const judgeWrites = (seen: Observed): string[] =>
  expectedContacts(seen.schedule, new Set(seen.left.keys())).flatMap((expected) => {
    const email = seen.emailOf(expected.buyer);
    const id = seen.contacts.find((each) => each.email_address.address === email)?.contact_id;
    const own = writesIn(seen.journal, email, id);
    const what = `buyer ${expected.buyer} (${expected.kind})`;
    const count = (kind: Write['kind']): number => own.filter((each) => each.kind === kind).length;
    const wrong: string[] = [];
    if (count('create') > 1) wrong.push(`${what} was created ${count('create')} times`);
    if (count('resubscribe') > 1) wrong.push(`${what} was asked ${count('resubscribe')} times to subscribe again`);
    if (expected.permission === undefined && own.length > 0)
      wrong.push(`${what} never opted in, but sync wrote to the contact`);
    const leftAt = seen.left.get(expected.buyer);
    const subscribing = own.filter(({ kind, seq }) => kind === 'sign-up' && leftAt !== undefined && seq > leftAt);
    if (subscribing.length > 0) wrong.push(`${what} was signed up after unsubscribing`);
    if (own.length > expected.writes + 2 * seen.interruptions)
      wrong.push(`${what} has ${own.length} writes; ${expected.writes} are enough without interruptions`);
    return wrong;
  });
