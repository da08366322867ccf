import fc from 'fast-check';
import {
  offices,
  type CallFault,
  type Command,
  type Happening,
  type History,
  type OrderCommand,
  type WorkflowCommand,
} from './history';
import type { Mishap } from './stage';

const office = fc.constantFrom(...offices);
const process = fc.constantFrom(0, 1);
const person = fc.constantFrom(0, 0, 1, 2);
const indexes = fc.subarray([0, 1]);

const order = fc.record<OrderCommand>({
  do: fc.constant('order'),
  office,
  order: fc.constantFrom(0, 1, 2),
  // Often the same minute as another.
  at: fc.oneof({ weight: 2, arbitrary: fc.integer({ min: -5, max: 9 }) }, { weight: 1, arbitrary: fc.constant(0) }),
  updates: fc.boolean(),
  person: fc.option(person, { freq: 6 }),
  optIn: fc.constantFrom('true' as const, 'true' as const, 'true' as const, 'false' as const, null),
  status: fc.constantFrom(
    'completed' as const,
    'completed' as const,
    'completed' as const,
    'completed' as const,
    'pending' as const,
    'cancelled' as const,
  ),
  event: fc.option(fc.constantFrom(0, 1), { freq: 6 }),
  names: fc.boolean(),
  phone: fc.boolean(),
});

const workflow = fc.record<WorkflowCommand>({
  do: fc.constant('workflow'),
  office,
  workflow: fc.constantFrom(0, 1),
  status: fc.constantFrom(
    'ACTIVE' as const,
    'ACTIVE' as const,
    'ACTIVE' as const,
    'ACTIVE' as const,
    'PAUSED' as const,
    'DELETED' as const,
  ),
  lists: indexes,
  perEvent: fc.constantFrom(false, false, false, true),
  tags: indexes,
  eventTag: fc.constantFrom(false, false, false, true),
  onlyEvent: fc.option(fc.constantFrom(0, 1), { freq: 1 }).map((value) => (value === 1 ? 1 : null)),
  createsContacts: fc.constantFrom(true, true, true, false),
  whenNotOptedIn: fc.constantFrom('SKIP' as const, 'UPDATE_EXISTING' as const, 'ADD_WITHOUT_LIST' as const),
  whenUnsubscribed: fc.constantFrom('SKIP' as const, 'SEND_RESUBSCRIBE_EMAIL' as const),
  onCancelledOrder: fc.constantFrom(
    'KEEP' as const,
    'REMOVE_TAGS' as const,
    'REMOVE_FROM_LISTS' as const,
    'REMOVE_TAGS_AND_LISTS' as const,
  ),
  whenPaused: fc.constantFrom('SKIP' as const, 'WAIT' as const),
});

const act = <D extends Happening['do']>(name: D) => ({ do: fc.constant(name) });

const happenings: readonly {
  readonly name: Happening['do'];
  readonly weight: number;
  readonly arbitrary: fc.Arbitrary<Happening>;
}[] = [
  { name: 'order', weight: 30, arbitrary: order },
  { name: 'workflow', weight: 10, arbitrary: workflow },
  { name: 'again', weight: 6, arbitrary: fc.record({ ...act('again'), which: fc.nat(50) }) },
  { name: 'bad-event', weight: 1, arbitrary: fc.record({ ...act('bad-event'), office, person }) },
  {
    name: 'contact',
    weight: 5,
    arbitrary: fc.record({
      ...act('contact'),
      office,
      person,
      act: fc.constantFrom(
        'unsubscribe' as const,
        'unsubscribe' as const,
        'hold' as const,
        'delete' as const,
        'confirm' as const,
      ),
    }),
  },
  {
    name: 'seed',
    weight: 4,
    arbitrary: fc.record({
      ...act('seed'),
      office,
      person,
      permission: fc.constantFrom(
        'explicit' as const,
        'implicit' as const,
        'not_set' as const,
        'temp_hold' as const,
        'unsubscribed' as const,
      ),
    }),
  },
  {
    name: 'connection',
    weight: 3,
    arbitrary: fc.record({
      ...act('connection'),
      office,
      to: fc.constantFrom('broken' as const, 'connected' as const, 'connected' as const, 'disconnected' as const),
    }),
  },
  { name: 'entitlement', weight: 2, arbitrary: fc.record({ ...act('entitlement'), office, entitled: fc.boolean() }) },
  {
    name: 'retry',
    weight: 3,
    arbitrary: fc.record({ ...act('retry'), office, by: process, person: fc.option<number>(person) }),
  },
  { name: 'cancel-retry', weight: 1, arbitrary: fc.record({ ...act('cancel-retry'), office, by: process }) },
  {
    name: 'backfill',
    weight: 3,
    arbitrary: fc.record({
      ...act('backfill'),
      office,
      by: process,
      workflow: fc.constantFrom(0, 1),
      mode: fc.constantFrom('IMPORT' as const, 'ONE_BY_ONE' as const, 'UPDATE_EXISTING' as const),
    }),
  },
  {
    name: 'change-backfill',
    weight: 2,
    arbitrary: fc.record({
      ...act('change-backfill'),
      office,
      by: process,
      change: fc.constantFrom('pause' as const, 'resume' as const, 'cancel' as const),
    }),
  },
  {
    name: 'erase',
    weight: 2,
    arbitrary: fc.record({ ...act('erase'), office, by: process, person, deleteContact: fc.boolean() }),
  },
  {
    name: 'letters',
    weight: 1,
    arbitrary: fc.record({
      ...act('letters'),
      office,
      by: process,
      what: fc.constantFrom('replay' as const, 'discard' as const),
    }),
  },
  { name: 'look', weight: 1, arbitrary: fc.record({ ...act('look'), office, by: process }) },
  {
    name: 'wait',
    weight: 2,
    arbitrary: fc.record({ ...act('wait'), ms: fc.constantFrom(100, 1_000, 31_000, 3_600_000) }),
  },
  { name: 'grow-old', weight: 3, arbitrary: fc.record({ ...act('grow-old') }) },
  {
    name: 'freeze',
    weight: 2,
    arbitrary: fc.record({ ...act('freeze'), process, ms: fc.constantFrom(200, 5_000, 40_000, 100_000) }),
  },
  { name: 'kill', weight: 2, arbitrary: fc.record({ ...act('kill'), process }) },
  { name: 'rebalance', weight: 1, arbitrary: fc.record({ ...act('rebalance') }) },
  { name: 'settle', weight: 2, arbitrary: fc.record({ ...act('settle') }) },
];

/** Any command; `theme` replaces the weights of the commands that it names. */
const commandOf = (theme: Partial<Record<Happening['do'], number>>): fc.Arbitrary<Command> =>
  fc
    .tuple(
      fc.oneof(...happenings.map(({ name, weight, arbitrary }) => ({ weight: theme[name] ?? weight, arbitrary }))),
      fc.constantFrom(0, 0, 1, 3, 8, 20, 60),
    )
    .map(([what, after]) => ({ ...what, after }));

const commandsOf = (theme: Parameters<typeof commandOf>[0]): fc.Arbitrary<Command[]> =>
  fc.array(commandOf(theme), { minLength: 1, maxLength: 16, size: 'max' });

/**
 * A deleted contact, and two workflows that may restore it or find it again. The draw decides whether the second one
 * comes at once or later, and whether the first order was placed before the deletion.
 */
const deletedOfMany: fc.Arbitrary<Command[]> = fc
  .tuple(workflow, workflow, order, order, fc.constantFrom(0, 60), fc.constantFrom(5, -5))
  .map(([a, b, first, second, between, at]) => [
    { do: 'seed', office: 0, person: 0, permission: 'explicit', after: 0 },
    { do: 'contact', office: 0, person: 0, act: 'delete', after: 0 },
    { ...a, office: 0, workflow: 0, status: 'ACTIVE', onlyEvent: null, after: 0 },
    { ...first, office: 0, order: 0, at, person: 0, status: 'completed', after: 3 },
    { ...b, office: 0, workflow: 1, status: 'ACTIVE', onlyEvent: null, createsContacts: true, after: between },
    { ...second, office: 0, order: 1, at: 6, person: 0, optIn: 'true', status: 'completed', after: 3 },
  ]);

/** Almost half of the histories mix everything. In the others, rare commands meet others of their kind. */
const commands: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 4, arbitrary: commandsOf({}) },
  { weight: 1, arbitrary: commandsOf({ backfill: 20, 'change-backfill': 15, workflow: 20, settle: 10 }) },
  { weight: 1, arbitrary: commandsOf({ erase: 15, again: 10, letters: 5, kill: 5 }) },
  { weight: 1, arbitrary: commandsOf({ retry: 15, 'cancel-retry': 5, connection: 15, settle: 5 }) },
  { weight: 1, arbitrary: commandsOf({ 'grow-old': 15, contact: 10, seed: 10 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(deletedOfMany, commandsOf({ contact: 10, workflow: 15 })).map((both) => both.flat()),
  },
);

/** Each box office has a workflow from the beginning, so that most histories have an effect. */
const workflows: fc.Arbitrary<Command[]> = fc.tuple(workflow, workflow).map(([a, b]) => [
  { ...a, office: 0, workflow: 0, status: 'ACTIVE', onlyEvent: null, after: 0 },
  { ...b, office: 1, workflow: 0, status: 'ACTIVE', onlyEvent: null, after: 0 },
]);

/** Orders of three buyers that are released together: enough to share an import when calls are scarce. */
const together: fc.Arbitrary<Command[]> = fc.tuple(order, order, order).map((orders) => [
  { do: 'connection', office: 0, to: 'broken', after: 0 },
  ...orders.map((each, index): Command => ({
    ...each,
    office: 0,
    order: index,
    person: index,
    optIn: 'true',
    status: 'completed',
    after: 0,
  })),
  { do: 'settle', after: 0 },
  { do: 'connection', office: 0, to: 'connected', after: 0 },
]);

/** The same for three existing contacts, whose details are written by an import. */
const contactsTogether: fc.Arbitrary<Command[]> = together.map((commands) => [
  ...[0, 1, 2].map((who): Command => ({ do: 'seed', office: 0, person: who, permission: 'explicit', after: 0 })),
  ...commands,
]);

const beginning: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 5, arbitrary: workflows },
  { weight: 1, arbitrary: fc.tuple(workflows, together).map((both) => both.flat()) },
  { weight: 1, arbitrary: fc.tuple(workflows, contactsTogether).map((both) => both.flat()) },
);

const mishap = fc.record<Mishap>({
  process,
  at: fc.integer({ min: 1, max: 600 }),
  kind: fc.constantFrom('crash' as const, 'crash' as const, 'fail' as const, 'stall' as const),
  takesEffect: fc.boolean(),
});

const fault = fc.record<CallFault>({
  call: fc.integer({ min: 1, max: 20 }),
  kind: fc.constantFrom(
    'lost-before' as const,
    'lost-after' as const,
    'lost-after' as const,
    'unavailable' as const,
    'throttled' as const,
    'quota' as const,
    'unauthorized' as const,
    'activity-fails' as const,
    'refused' as const,
  ),
});

/** Any history. */
export const anyHistory: fc.Arbitrary<History> = fc.record({
  seed: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 31 })),
  commands: fc.tuple(beginning, commands).map(([first, rest]) => [...first, ...rest]),
  mishaps: fc.array(mishap, { maxLength: 3, size: 'max' }),
  faults: fc.array(fault, { maxLength: 2, size: 'max' }),
  callsPerDay: fc.constantFrom(10_000, 10_000, 10_000, 12),
  optInRoute: fc.tuple(
    fc.constantFrom('DIRECT' as const, 'DIRECT' as const, 'CONFIRM' as const),
    fc.constantFrom('DIRECT' as const, 'DIRECT' as const, 'CONFIRM' as const),
  ),
  whenQuotaIsScarce: fc.constantFrom('WAIT' as const, 'IMPORT' as const),
  upgradesImported: fc.boolean(),
});
