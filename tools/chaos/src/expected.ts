import {
  answers,
  type Answer,
  type BuyerKind,
  type PlannedOrder,
  type PlannedWorkflow,
  type Schedule,
} from './schedule';

/** Lists and tags by the names that the judge uses. */
export interface NamedResources {
  readonly lists: readonly string[];
  readonly tags: readonly string[];
}

/** The possible outcomes of one order × one workflow. */
export interface ExpectedDelivery {
  readonly order: number;
  readonly workflow: number;
  /** `STATUS REASON`; more than one if the sequence of arrival or a fault decides. */
  readonly outcomes: readonly string[];
}

/** The state that a buyer's contact must have at the end. */
export interface ExpectedContact {
  readonly buyer: number;
  readonly kind: BuyerKind;
  /** Undefined if there must be no contact. */
  readonly permission: string | undefined;
  /** Whether there may also be no contact. */
  readonly mayBeMissing: boolean;
  readonly isDeleted: boolean;
  readonly must: NamedResources;
  /** Lists and tags that the contact may have besides. */
  readonly may: NamedResources;
  /** The first name of the newest event; undefined if more than one order could decide it. */
  readonly firstName: string | undefined;
  /** The number of writes that the contact may need without interruptions. */
  readonly writes: number;
}

const permissionOf: Readonly<Record<BuyerKind, string | undefined>> = {
  new: undefined,
  known: 'explicit',
  'not-set': 'not_set',
  pending: 'pending_confirmation',
  held: 'temp_hold',
  unsubscribed: 'unsubscribed',
  deleted: 'explicit',
};

/** The state of a buyer's contact before the first order. */
export const seedOf = (
  kind: BuyerKind,
): { permission: string | undefined; isDeleted: boolean; had: NamedResources } => ({
  permission: permissionOf[kind],
  isDeleted: kind === 'deleted',
  had: kind === 'known' ? { lists: ['Friends'], tags: ['ticket-buyer'] } : nothing,
});

const nothing: NamedResources = { lists: [], tags: [] };
const together = (all: readonly NamedResources[]): NamedResources => ({
  lists: [...new Set(all.flatMap(({ lists }) => lists))],
  tags: [...new Set(all.flatMap(({ tags }) => tags))],
});

/** The answer that counts once all events of an order have come. */
const answerOf = ({ versions }: PlannedOrder): Answer =>
  answers[Math.max(...versions.map(({ optIn }) => answers.indexOf(optIn)))] ?? 'not asked';

const isCancelled = ({ versions }: PlannedOrder): boolean => versions.at(-1)?.status === 'cancelled';

/** The lists and tags that a workflow adds for an order of a buyer who opted in. Other buyers get only the tags. */
const addedBy = ({ kind }: PlannedWorkflow, event: number): NamedResources =>
  kind === 'per-event'
    ? { lists: [`list of event ${event}`], tags: [`tag of event ${event}`, 'ticket-buyer'] }
    : { lists: [`list ${kind}`], tags: [`tag ${kind}`, ...(kind === 'takes-back' ? [] : ['ticket-buyer'])] };

interface Effect {
  readonly outcomes: readonly string[];
  readonly must: NamedResources;
  readonly may: NamedResources;
}

const skipped = (...reasons: string[]): Effect => ({
  outcomes: reasons.map((reason) => `SKIPPED ${reason}`),
  must: nothing,
  may: nothing,
});
const synced = (must: NamedResources): Effect => ({ outcomes: ['SYNCED SYNCED'], must, may: nothing });

/** The effect of one workflow on one order that is not cancelled, for a buyer who does not unsubscribe meanwhile. */
const plainEffect = (workflow: PlannedWorkflow, order: PlannedOrder, kind: BuyerKind): Effect => {
  const answer = answerOf(order);
  const given = addedBy(workflow, order.event);
  const refused = answer === 'no' ? 'NOT_OPTED_IN' : 'NOT_ASKED';
  if (workflow.kind === 'filtered' && order.event !== 0) return skipped('FILTERED_OUT');
  if (answer !== 'yes' && workflow.kind !== 'everyone') return skipped(refused);
  switch (kind) {
    case 'held':
      return skipped('ON_HOLD');
    case 'unsubscribed':
      return workflow.kind === 'asks-again' && answer === 'yes'
        ? { ...skipped('UNSUBSCRIBED'), outcomes: ['SYNCED RESUBSCRIBE_EMAIL_SENT', 'SKIPPED UNSUBSCRIBED'] }
        : skipped('UNSUBSCRIBED');
    case 'deleted':
      return answer === 'yes' ? synced(given) : skipped(refused);
    case 'pending':
      return synced({ ...given, lists: [] });
    default:
      return synced(answer === 'yes' ? given : { ...given, lists: [] });
  }
};

/** A cancelled order has no effect. If sync processed it before its cancellation, its workflow's choice decides. */
const cancelledEffect = (workflow: PlannedWorkflow, before: Effect): Effect => {
  const wasDone = before.outcomes.includes('SYNCED SYNCED');
  if (!wasDone) return before.outcomes[0] === 'SKIPPED FILTERED_OUT' ? before : skipped('ORDER_CANCELLED');
  return workflow.kind === 'takes-back'
    ? { outcomes: ['SKIPPED ORDER_CANCELLED', 'SYNCED TAKEN_BACK'], must: nothing, may: nothing }
    : { outcomes: ['SKIPPED ORDER_CANCELLED', 'SYNCED SYNCED'], must: nothing, may: before.must };
};

/** sync leaves a buyer alone who unsubscribed during the run. The contact may have tags from before, or none. */
const leftEffect = ({ outcomes, must, may }: Effect): Effect => ({
  outcomes: outcomes.includes('SYNCED SYNCED') ? [...outcomes, 'SKIPPED UNSUBSCRIBED'] : outcomes,
  must: nothing,
  may: { lists: [], tags: together([must, may]).tags },
});

const effectOf = (workflow: PlannedWorkflow, order: PlannedOrder, kind: BuyerKind, left: boolean): Effect => {
  const plain = plainEffect(workflow, order, kind);
  const effect = isCancelled(order) ? cancelledEffect(workflow, plain) : plain;
  return left ? leftEffect(effect) : effect;
};

/** The possible outcomes of every order × workflow. `left`: the buyers who unsubscribed. */
export const expectedDeliveries = (
  { orders, workflows, buyers }: Schedule,
  left: ReadonlySet<number>,
): ExpectedDelivery[] =>
  orders.flatMap((order, index) =>
    workflows.map((workflow, number) => ({
      order: index,
      workflow: number,
      outcomes: effectOf(workflow, order, buyers[order.buyer] ?? 'new', left.has(order.buyer)).outcomes,
    })),
  );

/** The state that every buyer's contact must have at Constant Contact at the end. */
export const expectedContacts = (schedule: Schedule, left: ReadonlySet<number>): ExpectedContact[] =>
  schedule.buyers.map((kind, buyer) => contactOf(schedule, kind, buyer, left.has(buyer)));

const contactOf = ({ orders, workflows }: Schedule, kind: BuyerKind, buyer: number, left: boolean): ExpectedContact => {
  const own = orders.filter((order) => order.buyer === buyer);
  const pairs = own.flatMap((order) =>
    workflows.map((workflow) => ({ order, effect: effectOf(workflow, order, kind, left) })),
  );
  const done = pairs.filter(({ effect }) => effect.outcomes.includes('SYNCED SYNCED'));
  const surely = done.filter(({ effect }) => effect.outcomes.length === 1);
  const mailable = surely.some(({ order }) => answerOf(order) === 'yes');
  const seed = seedOf(kind);
  const only = own.length === 1 && !left && surely.length > 0 ? own[0] : undefined;
  return {
    buyer,
    kind,
    permission: left
      ? 'unsubscribed'
      : finalPermission(
          kind,
          mailable,
          pairs.filter(({ effect }) => mayAct(effect)).map(({ order }) => answerOf(order)),
        ),
    mayBeMissing: kind === 'new' && surely.length === 0 && !left,
    isDeleted: seed.isDeleted && !mailable,
    must: left ? nothing : together([seed.had, ...pairs.map(({ effect }) => effect.must)]),
    may: left
      ? { lists: [], tags: together([seed.had, ...pairs.map(({ effect }) => effect.may)]).tags }
      : together(pairs.map(({ effect }) => effect.may)),
    firstName: only && nameOf(only.versions.length - 1),
    // For each workflow that processes an event alone, the event may need one write of details and lists and one of
    // tags.
    writes: own.reduce((sum, { versions }) => sum + versions.length * workflows.length * 2, 0),
  };
};

const mayAct = ({ outcomes }: Effect): boolean =>
  outcomes.some((outcome) => outcome === 'SYNCED SYNCED' || outcome === 'SYNCED TAKEN_BACK');

const finalPermission = (kind: BuyerKind, mailable: boolean, acted: readonly Answer[]): string | undefined => {
  switch (kind) {
    case 'new':
      return acted.includes('yes') ? 'explicit' : acted.length > 0 ? 'not_set' : undefined;
    case 'not-set':
      return mailable ? 'explicit' : 'not_set';
    default:
      return permissionOf[kind];
  }
};

/** The first name in an order's event of that number. */
export const nameOf = (version: number): string => `N${version}`;
