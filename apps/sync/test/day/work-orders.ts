import { callsAtOnce } from '../../src/call-constant-contact';
import type { DesiredState } from '../../src/domain/desired-state';
import { chooseReadStrategy, pageSize } from '../../src/domain/read-strategy';
import type { KnownContact } from '../../src/domain/known-contact';
import { planBatch, type PlanOptions, type ContactPlanInput } from '../../src/domain/plan-batch';
import type { PlannedCall } from '../../src/domain/planned-calls';
import pMap from 'p-map';
import type { Account, Activity } from './account';
import type { Order } from './load';

/** The day has no call left for this one. */
export class DayUsedUp extends Error {
  constructor(readonly retryAt: number) {
    super('The calls of the day are used up');
  }
}

/** Makes one call: resolves when it was answered, throws DayUsedUp. */
export type Call = () => Promise<void>;

/** An order that is worked on. */
export interface Task {
  readonly order: Order;
  /** Its list and details have come by import: what is left is looked at again. */
  imported: boolean;
  /** What it waits for. */
  activities: Set<Activity>;
}

export type Became =
  | { readonly kind: 'done' }
  | { readonly kind: 'waits'; readonly activities: ReadonlySet<Activity>; readonly imported: boolean }
  | { readonly kind: 'later'; readonly retryAt: number };

type Single = Exclude<PlannedCall, { kind: 'import' | 'tag' }>;

const desiredStatesOf = ({ email, at, office }: Order): DesiredState[] =>
  Array.from({ length: office.workflows }, (_, index) => ({
    deliveryId: `${email} ${index}`,
    orderTime: at,
    placedAt: at,
    optIn: 'OPTED_IN',
    createsContacts: true,
    whenNotOptedIn: 'SKIP',
    whenUnsubscribed: 'SKIP',
    listIds: index === 0 ? ['list'] : [],
    tagIds: index === 0 ? [] : [`tag ${index}`],
    fields: [],
    details: { firstName: 'Ada' },
    valueTimestamps: {},
  }));

const planInputOf = ({ order, imported }: Task): ContactPlanInput => ({
  email: order.email,
  desiredStates: desiredStatesOf(order),
  isUncertain: false,
  isImported: imported,
  detailsMark: 'Ada',
});

const mostRounds = 5;

/**
 * Works on orders of one account as sync does: plan, calls, and again for those of whom more had to be known. Tells
 * what became of each as soon as it is certain.
 */
export const workOrders = async (
  account: Account,
  tasks: readonly Task[],
  planOptions: PlanOptions,
  call: Call,
  now: () => number,
  tell: (task: Task, became: Became) => void,
): Promise<void> => {
  const known = new Map<string, KnownContact | 'none'>();
  let left = new Map(tasks.map((task) => [task.order.email, task]));
  for (let round = 1; left.size > 0; round += 1) {
    if (round > mostRounds) throw new Error('The batch does not finish');
    const plan = planBatch([...left.values()].map(planInputOf), known, planOptions);
    for (const { deliveryId } of plan.done) {
      const task = left.get(emailOf(deliveryId));
      if (task) tell(task, { kind: 'done' });
    }
    const { refused, stopped } = await executePlan(account, left, plan.calls, call, now, tell);
    const again = new Map(
      [...left].filter(([email]) => refused.has(email) || plan.unknown.some((each) => each.email === email)),
    );
    if (stopped) for (const task of again.values()) tell(task, later(stopped));
    if (stopped) return;
    const whole = new Set(plan.unknown.flatMap((each) => (each.whole ? [each.email] : [])));
    left = await learn(account, again, whole, known, call, tell);
  }
};

const emailOf = (deliveryId: string): string => deliveryId.split(' ')[0] ?? '';
const later = ({ retryAt }: DayUsedUp): Became => ({ kind: 'later', retryAt });
const usedUp = (error: unknown): DayUsedUp => {
  if (error instanceof DayUsedUp) return error;
  throw error;
};

const emailsOf = (call: PlannedCall): readonly string[] => {
  switch (call.kind) {
    case 'import':
      return call.lines.map(({ email }) => email);
    case 'tag':
      return call.members.map(({ email }) => email);
    default:
      return [call.email];
  }
};

const executePlan = async (
  account: Account,
  tasks: ReadonlyMap<string, Task>,
  calls: readonly PlannedCall[],
  call: Call,
  now: () => number,
  tell: (task: Task, became: Became) => void,
): Promise<{ readonly refused: ReadonlySet<string>; readonly stopped: DayUsedUp | undefined }> => {
  const open = new Map<string, { activities: Set<Activity>; imported: boolean; callsLeft: number }>();
  for (const email of calls.flatMap(emailsOf)) {
    const before = open.get(email);
    if (before) before.callsLeft += 1;
    else open.set(email, { activities: new Set(), imported: false, callsLeft: 1 });
  }
  const refused = new Set<string>();
  let stopped: DayUsedUp | undefined;
  const fail = (emails: readonly string[], reason: DayUsedUp): void => {
    for (const email of emails) {
      const task = tasks.get(email);
      if (open.delete(email) && task) tell(task, later(reason));
    }
  };
  const settle = (emails: readonly string[]): void => {
    for (const email of emails) {
      const each = open.get(email);
      const task = tasks.get(email);
      if (!each || !task || (each.callsLeft -= 1) > 0) continue;
      const { activities, imported } = each;
      open.delete(email);
      tell(task, activities.size === 0 ? { kind: 'done' } : { kind: 'waits', activities, imported });
    }
  };
  const attempt = async (planned: PlannedCall, make: (emails: readonly string[]) => void): Promise<void> => {
    const emails = emailsOf(planned).filter((email) => open.has(email));
    if (emails.length === 0) return;
    if (stopped) return fail(emails, stopped);
    try {
      await call();
    } catch (error) {
      stopped = usedUp(error);
      return fail(emails, stopped);
    }
    make(emails);
    settle(emails);
  };
  const begin = (emails: readonly string[]): void => {
    const activity = account.begin(now(), emails.length);
    for (const email of emails) open.get(email)?.activities.add(activity);
  };
  const singles = calls.filter((each): each is Single => each.kind !== 'import' && each.kind !== 'tag');
  await pMap(
    singles,
    (single) =>
      attempt(single, ([email = '']) => {
        if (single.kind === 'create' && account.has(email)) {
          refused.add(email);
          open.delete(email);
        } else if (single.kind === 'create')
          account.write(email, single.contact.list_memberships ?? [], single.contact.taggings ?? []);
        else account.write(email, [], []);
      }),
    { concurrency: callsAtOnce },
  );
  for (const each of calls) {
    if (each.kind === 'import')
      await attempt(each, (emails) => {
        begin(emails);
        const more = new Set(each.lines.flatMap(({ email, needsMore }) => (needsMore ? [email] : [])));
        for (const email of emails) {
          account.write(email, each.listIds, []);
          const progress = open.get(email);
          if (progress && more.has(email)) progress.imported = true;
        }
      });
    else if (each.kind === 'tag')
      await attempt(each, (emails) => {
        begin(emails);
        for (const email of emails) account.write(email, [], each.tagIds);
      });
  }
  return { refused, stopped };
};

/** Reads what was not known, in the way that sync would choose; gives those to plan for anew. */
const learn = async (
  account: Account,
  sought: ReadonlyMap<string, Task>,
  whole: ReadonlySet<string>,
  known: Map<string, KnownContact | 'none'>,
  call: Call,
  tell: (task: Task, became: Became) => void,
): Promise<Map<string, Task>> => {
  const { cache } = account;
  const rest = [...sought.keys()].filter((email) => !whole.has(email));
  const failed = new Set<string>();
  const lookUp = async (email: string): Promise<void> => {
    try {
      await call();
    } catch (error) {
      const task = sought.get(email);
      failed.add(email);
      return task && tell(task, later(usedUp(error)));
    }
    cache.lookUps += 1;
    known.set(email, account.known(email, true));
  };
  try {
    const reading = await readCache(account, rest.length, call);
    if (reading === 'REFRESH') for (const email of rest) known.set(email, account.known(email, false));
    await pMap(reading === 'REFRESH' ? [...whole] : [...sought.keys()], lookUp, { concurrency: callsAtOnce });
  } catch (error) {
    const reason = usedUp(error);
    for (const task of sought.values()) tell(task, later(reason));
    return new Map();
  }
  return new Map([...sought].filter(([email]) => !failed.has(email)));
};

/** Brings the mirror up to date where that is cheapest. */
const readCache = async (account: Account, count: number, call: Call): Promise<'REFRESH' | 'LOOK_UP'> => {
  const { cache } = account;
  if (count === 0) return 'LOOK_UP';
  const reading = chooseReadStrategy(cache, count);
  if (reading === 'LOOK_UP') return reading;
  while (!cache.complete) {
    await call();
    cache.pagesRead += 1;
    cache.size = account.size();
    cache.complete = cache.pagesRead * pageSize >= cache.size;
    if (!cache.complete && cache.size / pageSize + 1 > cache.lookUps + count) return 'LOOK_UP';
  }
  for (let pages = Math.max(1, Math.ceil(account.takeChanged() / pageSize)); pages > 0; pages -= 1) await call();
  return 'REFRESH';
};
