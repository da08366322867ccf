import type { SandboxFault } from '@boxlist/testkit';
import fc from 'fast-check';
import { anyFault, type Fault } from './fault';

/** A buyer's state at Constant Contact before the first order comes. */
export const buyerKinds = ['new', 'known', 'not-set', 'pending', 'held', 'unsubscribed', 'deleted'] as const;
export type BuyerKind = (typeof buyerKinds)[number];

/** From the answer that counts least to the one that counts most. */
export const answers = ['not asked', 'no', 'yes'] as const;
export type Answer = (typeof answers)[number];

/** One event of an order, the oldest first; each copy arrives independently. */
export interface OrderVersion {
  readonly optIn: Answer;
  readonly status: 'completed' | 'pending' | 'cancelled';
  readonly arrivesAtMs: readonly number[];
}

export interface PlannedOrder {
  /** The buyer's number. */
  readonly buyer: number;
  /** The number of the event, of the box office's two. */
  readonly event: 0 | 1;
  readonly versions: readonly OrderVersion[];
}

export const workflowKinds = ['opted-in', 'per-event', 'filtered', 'everyone', 'asks-again', 'takes-back'] as const;
export type WorkflowKind = (typeof workflowKinds)[number];

export interface PlannedWorkflow {
  readonly kind: WorkflowKind;
  readonly publishedAtMs: number;
}

/**
 * When a step happens: at a time, after a number of outcomes of its box office, or as soon as a call to Constant
 * Contact was answered.
 */
export type Moment =
  { readonly afterMs: number } | { readonly afterOutcomes: number } | { readonly onCall: string; readonly nth: number };

export interface Step {
  readonly when: Moment;
  readonly fault: Fault;
}

/** Everything that happens to one box office, as plain data: the same for the same seed. */
export interface Schedule {
  readonly seed: number;
  readonly workflows: readonly PlannedWorkflow[];
  readonly buyers: readonly BuyerKind[];
  readonly orders: readonly PlannedOrder[];
  /** The arrival times of events that sync cannot understand. */
  readonly badEventsAtMs: readonly number[];
  readonly steps: readonly Step[];
}

/** The period in which orders arrive, and the latest time of a step. */
const loadMs = 8_000;
const stepsMs = 10_000;

const writes = ['/contacts$', '/sign_up_form', '/contacts_taggings_add', '/contacts_json_import', '/contacts\\?email'];

const arrivals = fc.array(fc.nat({ max: loadMs }), { minLength: 1, maxLength: 2 });
const atOnceOrLater = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: loadMs }));

const workflows = fc.uniqueArray(
  fc.record({ kind: fc.constantFrom(...workflowKinds), publishedAtMs: atOnceOrLater }),
  // Two workflows of one kind would add the same lists and tags.
  { selector: ({ kind }) => kind, minLength: 1, maxLength: 4 },
);

const buyerKind = fc.oneof(
  { weight: 8, arbitrary: fc.constant<BuyerKind>('new') },
  { weight: 4, arbitrary: fc.constant<BuyerKind>('known') },
  { weight: 4, arbitrary: fc.constantFrom<BuyerKind>('not-set', 'pending', 'held', 'unsubscribed', 'deleted') },
);

/**
 * Events of one order. A yes is never followed by a no: the result would depend on whether sync processed the yes
 * before the no came. For the same reason only orders of buyers without other orders are cancelled.
 */
const versionsOf = (most: Answer | undefined, isCancelled: boolean): fc.Arbitrary<OrderVersion[]> =>
  fc
    .array(fc.record({ rank: fc.nat({ max: 2 }), isPending: fc.boolean(), arrivesAtMs: arrivals }), {
      minLength: isCancelled ? 2 : 1,
      maxLength: 3,
    })
    .map((drafts) => {
      const ranks = drafts.map(({ rank }) => rank).sort();
      return drafts.map(({ isPending, arrivesAtMs }, index) => {
        const isLast = index === drafts.length - 1;
        return {
          optIn: most ?? answers[ranks[index] ?? 0] ?? 'yes',
          status: isLast ? (isCancelled ? 'cancelled' : 'completed') : isPending ? 'pending' : 'completed',
          arrivesAtMs,
        };
      });
    });

/** The orders of one buyer. */
const ordersOf = (buyer: number, kind: BuyerKind): fc.Arbitrary<PlannedOrder[]> => {
  const event = fc.constantFrom<0 | 1>(0, 1);
  const order = (most?: Answer, isCancelled = false) =>
    fc.record({ buyer: fc.constant(buyer), event, versions: versionsOf(most, isCancelled) });
  const any = fc.array(order(), { minLength: 1, maxLength: 3 });
  // A yes restores a deleted contact. With a no besides, the sequence of arrival would decide.
  if (kind === 'deleted')
    return fc.constantFrom<Answer>('yes', 'no').chain((most) => fc.array(order(most), { minLength: 1, maxLength: 2 }));
  if (kind !== 'new' && kind !== 'known') return any;
  return fc.oneof(
    { weight: 4, arbitrary: fc.array(order('yes'), { minLength: 1, maxLength: 3 }) },
    { weight: 3, arbitrary: any },
    { weight: 1, arbitrary: fc.array(order('yes', true), { minLength: 1, maxLength: 1 }) },
  );
};

const moment: fc.Arbitrary<Moment> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ afterMs: fc.nat({ max: stepsMs }) }) },
  { weight: 2, arbitrary: fc.record({ afterOutcomes: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 3, arbitrary: fc.record({ onCall: fc.constantFrom(...writes), nth: fc.integer({ min: 1, max: 5 }) }) },
);

const schedule = fc.array(buyerKind, { minLength: 6, maxLength: 12, size: 'max' }).chain((buyers) =>
  fc.record({
    buyers: fc.constant(buyers),
    workflows,
    orders: fc.tuple(...buyers.map((kind, index) => ordersOf(index, kind))).map((each) => each.flat()),
    badEventsAtMs: fc.array(fc.nat({ max: loadMs }), { maxLength: 2 }),
    steps: fc.array(fc.record({ when: moment, fault: anyFault(buyers.length) }), { minLength: 2, maxLength: 4 }),
  }),
);

/** The schedule of a seed. */
export const scheduleOf = (seed: number): Schedule => {
  const [drawn] = fc.sample(schedule, { seed, numRuns: 1 });
  if (!drawn) throw new Error(`Seed ${seed} gives no schedule`);
  return { seed, ...drawn };
};

/** The faults of a schedule's steps that the sandbox injects itself. */
export const sandboxFaults = ({ steps }: Schedule): SandboxFault[] =>
  steps.flatMap(({ fault }) => (fault.kind === 'sandbox' ? [fault.fault] : []));
