import type { Outgoing } from '@boxlist/constant-contact';
import { createInProcessSandbox, type SandboxContact } from '@boxlist/constant-contact-sandbox';
import { phoneKey } from '../../src/domain/phone';
import { people, type CallFault, type Office } from './history';
import type { OrganisersChoices } from './organisers-choices';
import { callsPerSecond } from './sync-process';
import {
  accounts,
  mergedOf,
  offices,
  originOf,
  originOfPhone,
  personOf,
  type PublishedOrders,
} from './published-orders';

interface Seen {
  readonly permission: string;
  readonly optedOutAt: number | null;
  readonly lists: readonly string[];
  readonly tags: readonly string[];
  readonly isDeleted: boolean;
  readonly deletedAt: number | null;
  readonly firstName: unknown;
  readonly phones: readonly string[];
}

const isMailable = ({ permission, isDeleted }: Seen): boolean =>
  !isDeleted && (permission === 'explicit' || permission === 'implicit');

const seenOf = ({
  email_address: email,
  list_memberships,
  taggings,
  deleted_at,
  core,
  phone_numbers: phones,
}: SandboxContact): Seen => ({
  permission: email?.permission_to_send ?? 'none',
  optedOutAt: email?.opt_out_date ? Date.parse(email.opt_out_date) : null,
  lists: [...list_memberships],
  tags: [...taggings],
  isDeleted: deleted_at !== undefined,
  deletedAt: deleted_at === undefined ? null : Date.parse(deleted_at),
  firstName: core.first_name,
  phones: phones.map(({ phone_number: phone }) => phone),
});

/** Whether a call is about several people. */
const isShared = (body: string): boolean =>
  people.filter((email) => body.includes(email)).length > 1 || /"contact_ids":\["[^"]+",/.test(body);

interface Watch {
  readonly clock: () => number;
  readonly publishedOrders: PublishedOrders;
  readonly faults: readonly CallFault[];
  readonly callsPerDay: number;
  /** Imported contacts are upgraded; then the sign-up form leaves opt-outs alone. */
  readonly upgradesImported: boolean;
  readonly choices: () => OrganisersChoices;
  /** Whether the person was erased at that box office, and everything that was under way then has ended. */
  readonly isGone: (office: Office, person: number) => boolean;
  /**
   * Whether an order was an erased buyer's and has another buyer. Its values up to the event that named the erased
   * buyer belong to nobody.
   */
  readonly hasChangedHands: (orderKey: string) => boolean;
  readonly problem: (text: string) => void;
}

/** Constant Contact's accounts, with checks for changes that must never happen in them. */
export const createWatchedAccounts = (watch: Watch) => {
  const { clock, publishedOrders, faults, callsPerDay, upgradesImported, choices, isGone, hasChangedHands, problem } =
    watch;
  const sandbox = createInProcessSandbox(clock);
  sandbox.world.switches.signUpFormResubscribes = !upgradesImported;
  const before: Map<string, Seen>[] = [new Map<string, Seen>(), new Map<string, Seen>()];
  const issues: number[] = [];
  const days = new Map<string, number>();
  /** When each person's contact was last looked up and last unsubscribed, in counted moments. */
  const lookedUp = new Map<string, number>();
  const unsubscribed = new Map<string, number>();
  /** When somebody at the account created it and deleted it. */
  const made = new Map<string, number>();
  const deleted = new Map<string, number>();
  let moments = 0;
  let calls = 0;
  let refusedToken = false;
  let refusals = 0;
  const writes: string[] = [];

  const read = (office: Office): Map<string, Seen> =>
    new Map(
      sandbox.contacts(accounts[office]).map((contact) => [contact.email_address?.address ?? '', seenOf(contact)]),
    );
  /** Accepts the present state, after people changed it. */
  const accept = (office: Office): void => {
    before[office] = read(office);
  };

  const judge = (office: Office, email: string, was: Seen | undefined, is: Seen, by: string): void => {
    const person = personOf(email);
    const where = `${by} for person ${person} of office ${office}`;
    const lists = is.lists.filter((id) => !was?.lists.includes(id));
    const becomesMailable = isMailable(is) && !(was && isMailable(was));
    const optedIn = publishedOrders.ofPerson(office, person).some(({ optIn }) => optIn === 'OPTED_IN');
    if (lists.length > 0 && !optedIn) problem(`1: put on a list without an opt-in: ${where}`);
    if (becomesMailable && !optedIn) problem(`1: made mailable without an opt-in: ${where}`);
    if (optedIn && (lists.length > 0 || becomesMailable) && !choices().maySubscribe(office, person))
      problem(`1: subscribed, which no workflow asks for: ${where}`);
    if (!is.isDeleted && (!was || was.isDeleted) && !choices().mayCreate(office, person))
      problem(`1: created, which no workflow asks for: ${where}`);
    const key = `${office} ${person}`;
    // sync calls the sign-up form right after a look-up of its own. A buyer who unsubscribes in that gap is its known
    // price (decision 3).
    const isGapSince = (since: ReadonlyMap<string, number>): boolean =>
      (since.get(key) ?? 0) > (lookedUp.get(key) ?? 0);
    const isGap = (since: ReadonlyMap<string, number>): boolean => by.includes('sign_up_form') && isGapSince(since);
    const inTheGap = isGap(unsubscribed);
    // If a confirmation is required, somebody may create the contact in that gap too.
    if (
      was?.permission === 'implicit' &&
      !was.isDeleted &&
      is.permission === 'explicit' &&
      !(upgradesImported && optedIn) &&
      !isGap(made)
    )
      problem(`1: permission made explicit that no buyer gave and no organiser chose: ${where}`);
    // An import restores the deleted contacts in it. All other calls that restore come right after a look-up.
    if (was?.deletedAt != null && !is.isDeleted && by !== 'an activity' && !isGapSince(deleted)) {
      const { deletedAt } = was;
      const isFresh = publishedOrders
        .ofPerson(office, person)
        .some(({ optIn, placedAt }) => optIn === 'OPTED_IN' && placedAt + 1_000 > deletedAt);
      if (!isFresh) problem(`1: a deleted contact was restored without an opt-in since: ${where}`);
    }
    if (was?.permission === 'unsubscribed' && !inTheGap) {
      if (is.permission !== 'unsubscribed') problem(`2: an unsubscribed contact became ${is.permission}: ${where}`);
      // A write by the account comes right after a look-up too, and changes no permission. A buyer who unsubscribes in
      // that gap stays unsubscribed, on a list that mails them nothing (decision 21).
      else if (lists.length > 0 && !(by.startsWith('PUT ') && isGapSince(unsubscribed)))
        problem(`2: an unsubscribed contact was put on a list: ${where}`);
    }
    const [name, earlier] = [originOf(is.firstName), originOf(was?.firstName)];
    // sync does not remember the values that an order wrote for its former buyer.
    const isStillTheirs =
      earlier && mergedOf(publishedOrders.of(earlier.key))?.person === person && !hasChangedHands(earlier.key);
    if (name && earlier && name.age < earlier.age && isStillTheirs)
      problem(`5: an older name overwrote a newer one (${earlier.age} → ${name.age}): ${where}`);
    judgePhones(person, was?.phones ?? [], is.phones, where);
    if (was?.firstName && !is.firstName) problem(`5: a name was blanked: ${where}`);
    if (typeof is.firstName === 'string' && is.firstName.startsWith('Fn-') && !is.firstName.startsWith(`Fn-${office}-`))
      problem(`8: a name of another box office: ${where}`);
  };

  /** Checks that a contact has each number once, and gets none after a newer one of another order. */
  const judgePhones = (person: number, was: readonly string[], is: readonly string[], where: string): void => {
    if (new Set(is.map((phone) => phoneKey(phone, 'GB'))).size < is.length)
      problem(`5: a phone is there twice: ${where}`);
    for (const added of is.filter((phone) => !was.includes(phone)).map(originOfPhone))
      for (const there of was.map(originOfPhone)) {
        const isTheirs =
          there && mergedOf(publishedOrders.of(there.key))?.person === person && !hasChangedHands(there.key);
        if (added && there && isTheirs && added.key !== there.key && added.age < there.age)
          problem(`5: an older phone was added after a newer one (${there.age} → ${added.age}): ${where}`);
      }
  };

  /** Checks all changes since the last call; sync has made them. */
  const observe = (office: Office, by: string): void => {
    const now = read(office);
    for (const [email, is] of now) {
      const was = before[office]!.get(email);
      if (personOf(email) >= 0) judge(office, email, was, is, by);
    }
    before[office] = now;
  };

  const countCall = (at: number): void => {
    issues.push(at);
    const fifth = issues.at(-1 - callsPerSecond);
    if (fifth !== undefined && at - fifth < 1_000) problem(`6: ${callsPerSecond + 1} calls within ${at - fifth} ms`);
    // A permit from the last moment of a day may be used in the first moment of the next.
    if (at % 86_400_000 < 100) return;
    const day = new Date(at).toISOString().slice(0, 10);
    const count = (days.get(day) ?? 0) + 1;
    days.set(day, count);
    if (count === callsPerDay + 1) problem(`6: more than ${callsPerDay} calls on a day`);
  };

  const judgeCall = (office: Office, method: string, path: string, body: string): void => {
    const text = decodeURIComponent(`${path} ${body}`);
    people.forEach((email, person) => {
      if (method !== 'GET' && text.includes(email) && isGone(office, person))
        problem(`10: a call for an erased buyer: ${method} ${path.split('?')[0] ?? ''}`);
    });
    if (!path.includes('/resubscribe/')) return;
    const id = path.slice(path.lastIndexOf('/') + 1);
    const contact = sandbox.contacts(accounts[office]).find((each) => each.contact_id === id);
    const person = personOf(contact?.email_address?.address ?? '');
    const optedOutAt = Date.parse(contact?.email_address?.opt_out_date ?? '');
    const anew = publishedOrders
      .ofPerson(office, person)
      .some(({ optIn, placedAt }) => optIn === 'OPTED_IN' && placedAt > optedOutAt);
    if (!choices().mayAsk(office))
      problem(`2: asked an unsubscribed buyer although no workflow allows it, office ${office}`);
    if (contact && contact.email_address?.permission_to_send === 'unsubscribed' && !anew)
      problem(`2: asked an unsubscribed buyer who did not opt in anew, office ${office}`);
  };

  const refusalOf = ({ body }: Outgoing): 'refused' | undefined => {
    const due = faults.filter(({ call, kind }) => kind === 'refused' && call <= calls);
    return due.length > refusals && typeof body === 'string' && isShared(body) ? 'refused' : undefined;
  };

  const answer = (office: Office, fault: CallFault['kind'] | undefined, { method, path, body }: Outgoing) => {
    const refused = (status: number, key: string) => ({ status, text: JSON.stringify([{ error_key: key }]) });
    if (fault === 'lost-before') throw new Error('No answer');
    if (fault === 'unavailable') return refused(503, 'service_unavailable');
    if (fault === 'throttled') return refused(429, 'throttled');
    if (fault === 'quota') return refused(429, 'quota_exceeded');
    // A second refusal, after a new token, would mean that the connection is broken.
    if (fault === 'unauthorized' && !refusedToken) {
      refusedToken = true;
      return refused(401, 'unauthorized');
    }
    const text = typeof body === 'string' ? body : undefined;
    if (fault === 'refused') {
      refusals += 1;
      return refused(400, 'contacts.api.validation.error');
    }
    judgeCall(office, method, path, text ?? '');
    moments += 1;
    const asked = new URL(path, 'http://sandbox').searchParams.get('email');
    if (asked) lookedUp.set(`${office} ${personOf(asked)}`, moments);
    if (fault === 'activity-fails')
      sandbox.world.faults.add({
        kind: 'activity',
        path: '.',
        times: 1,
        probability: 1,
        seed: 1,
        state: 'failed',
        atPercent: 50,
      });
    const answered = sandbox.call({ account: accounts[office], method, path, body: text });
    observe(office, `${method} ${path.split('?')[0] ?? ''}`);
    if (method !== 'GET' && answered.status < 300) writes.push(`${office} ${method} ${path} ${text ?? ''}`);
    if (fault === 'lost-after') throw new Error('No answer');
    return answered;
  };

  return {
    sandbox,
    /** Counts a call as sent; it arrives when the returned function is called. */
    send: (office: Office, outgoing: Outgoing): (() => { status: number; text: string }) => {
      countCall(clock());
      return () => {
        observe(office, 'an activity');
        calls += 1;
        const fault =
          faults.find(({ call, kind }) => call === calls && kind !== 'refused')?.kind ?? refusalOf(outgoing);
        return answer(office, fault, outgoing);
      };
    },
    observe: (): void => offices.forEach((office) => observe(office, 'an activity')),
    /** An act of the person or of somebody at the account. */
    act: (office: Office, person: number, act: 'unsubscribe' | 'hold' | 'delete' | 'confirm'): void => {
      observe(office, 'an activity');
      moments += 1;
      const contact = before[office]!.get(people[person]!);
      // A confirmation answers a mail, which only these contacts got.
      if (!contact || (act === 'confirm' && !['unsubscribed', 'pending_confirmation'].includes(contact.permission)))
        return;
      if (act === 'hold' && contact.permission === 'unsubscribed') return;
      if (act === 'delete') deleted.set(`${office} ${person}`, moments);
      if (act === 'unsubscribe') unsubscribed.set(`${office} ${person}`, moments);
      sandbox.act(accounts[office], people[person]!, act);
      accept(office);
    },
    seed: (office: Office, person: number, permission: string): void => {
      observe(office, 'an activity');
      moments += 1;
      made.set(`${office} ${person}`, moments);
      if (permission === 'unsubscribed') unsubscribed.set(`${office} ${person}`, moments);
      sandbox.seed(accounts[office], { email: people[person]!, permission_to_send: permission });
      accept(office);
    },
    /** The calls that have changed something, in sequence. */
    writes,
    calls: (): number => calls,
  };
};

export type WatchedAccounts = ReturnType<typeof createWatchedAccounts>;
