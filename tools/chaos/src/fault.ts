import type { SandboxFault } from '@boxlist/testkit';
import fc from 'fast-check';

/** The number of sync processes that share the work. */
export const processCount = 3;

/** A fault of one step, or an act of a person during the run. */
export type Fault =
  /** Kills a sync process, or all, as a power cut does, and starts it again after `downMs`. */
  | { readonly kind: 'kill'; readonly process: number | 'all'; readonly downMs: number }
  /** Stops a process as a deployment does, and starts it again. */
  | { readonly kind: 'restart'; readonly process: number }
  /** Pauses a process for longer than its lease, or also for longer than its Kafka session. */
  | { readonly kind: 'pause'; readonly process: number | 'all'; readonly ms: number }
  | { readonly kind: 'kill-server'; readonly server: Server; readonly downMs: number }
  | { readonly kind: 'pause-server'; readonly server: Server | 'sandbox'; readonly ms: number }
  | { readonly kind: 'sandbox'; readonly fault: SandboxFault }
  /** Constant Contact reports that the day's calls are used up; after `ms` a new day begins. */
  | { readonly kind: 'day-used-up'; readonly ms: number }
  /** auth-connection returns no access tokens: it answers 503, or not at all. */
  | { readonly kind: 'no-tokens'; readonly how: 'refused' | 'silent'; readonly ms: number }
  /** A buyer unsubscribes at Constant Contact, if they are a contact by then. */
  | { readonly kind: 'unsubscribe'; readonly buyer: number }
  /** The organiser pauses a workflow, whose orders wait, and resumes it after `ms`. */
  | { readonly kind: 'pause-workflow'; readonly workflow: number; readonly ms: number };

export type Server = 'kafka' | 'mongo';

const leaseBeyondMs = 2_600;
const sessionBeyondMs = 12_000;

const one = fc.nat({ max: processCount - 1 });
const oneOrAll = fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: fc.constant('all' as const) });
const paths = ['/v3/contacts', '/v3/activities', '/v3/contact_', '/v3/'];
const writePaths = ['/v3/contacts$', 'sign_up_form', 'taggings_add', 'json_import', 'taggings_remove', 'remove_list'];

const sandboxFault: fc.Arbitrary<SandboxFault> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('drop-after-write' as const, 'timeout-after-write' as const, 'malformed-body' as const),
      path: fc.constantFrom(...writePaths),
      method: fc.constantFrom('POST' as const, 'PUT' as const),
      times: fc.integer({ min: 1, max: 4 }),
      ms: fc.integer({ min: 200, max: 1_500 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('drop-before' as const, 'timeout-before' as const, 'malformed-body' as const),
      path: fc.constantFrom(...paths),
      times: fc.integer({ min: 1, max: 4 }),
      ms: fc.integer({ min: 200, max: 1_500 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      path: fc.constantFrom(...paths, ...writePaths),
      status: fc.constantFrom(400, 401, 403, 500, 502, 503),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('latency' as const, 'slow-body' as const),
      path: fc.constantFrom(...paths),
      times: fc.integer({ min: 2, max: 20 }),
      ms: fc.integer({ min: 100, max: 1_500 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('throttled' as const),
      path: fc.constantFrom(...paths),
      times: fc.constant(1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('activity' as const),
      path: fc.constantFrom('taggings_add', 'json_import', '/activities/'),
      state: fc.constantFrom('cancelled' as const, 'failed' as const, 'timed_out' as const),
      atPercent: fc.constantFrom(0, 50, 100),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
);

/** Any fault for a schedule with that many buyers. Faults of servers are rare, because their restart takes long. */
export const anyFault = (buyers: number): fc.Arbitrary<Fault> =>
  fc.oneof(
    { weight: 16, arbitrary: fc.record({ kind: fc.constant('sandbox' as const), fault: sandboxFault }) },
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('kill' as const), process: oneOrAll, downMs: fc.nat({ max: 1_500 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), process: one }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('pause' as const), process: oneOrAll, ms: fc.constant(leaseBeyondMs) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('pause' as const), process: one, ms: fc.constant(sessionBeyondMs) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), buyer: fc.nat({ max: buyers - 1 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('pause-workflow' as const),
        workflow: fc.nat({ max: 3 }),
        ms: fc.integer({ min: 500, max: 5_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('no-tokens' as const),
        how: fc.constantFrom('refused' as const, 'silent' as const),
        ms: fc.integer({ min: 500, max: 4_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('kill-server' as const),
        server: fc.constantFrom<Server>('kafka', 'mongo'),
        downMs: fc.nat({ max: 2_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('pause-server' as const),
        server: fc.constantFrom<Server | 'sandbox'>('kafka', 'mongo', 'sandbox'),
        ms: fc.integer({ min: 500, max: 6_000 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('day-used-up' as const), ms: fc.integer({ min: 500, max: 3_000 }) }),
    },
  );
