import { setTimeout as delay } from 'node:timers/promises';
import type { Happened } from './carry-out';
import { followJournal } from './follow-journal';
import { judge } from './judge';
import { watchCalls } from './judge-calls';
import { live } from './live';
import { createOffice, type Office } from './office';
import { sandboxFaults, type Schedule } from './schedule';
import { settle } from './settle';
import type { World } from './world';

/** The result of one schedule. */
export interface ScheduleResult {
  readonly schedule: Schedule;
  readonly deliveries: number;
  readonly violations: readonly string[];
}

/** The result of schedules that ran together; faults of one affect all. */
export interface WaveResult {
  readonly verdicts: readonly ScheduleResult[];
  /** Violations that do not belong to one box office. */
  readonly violations: readonly string[];
  readonly calls: number;
  readonly mostCallsInASecond: number;
  readonly mostSentInASecond: number;
  readonly refusedByRate: number;
  /** Until the last fault was over, and from then until nothing was pending any more. */
  readonly seconds: { readonly disturbed: number; readonly settling: number };
}

/** The number of disturbances in schedules that can make sync repeat a write. */
const interruptionsOf = (schedules: readonly Schedule[]): number =>
  schedules
    .flatMap(({ steps }) => steps)
    .reduce((sum, { fault }) => sum + (fault.kind === 'sandbox' ? (fault.fault.times ?? 1) : 1), 0);

/** Whether a fault may have made Constant Contact refuse a call permanently. */
const mayBeRefused = (schedules: readonly Schedule[]): boolean =>
  schedules.flatMap(sandboxFaults).some(({ kind, status }) => kind === 'status' && status === 400);

/** Resets the account and creates the box offices, with the contacts that their schedules demand. */
const open = async (world: World, schedules: readonly Schedule[]): Promise<Office[]> => {
  const resources = await world.furnish();
  const offices = schedules.map((schedule) => createOffice(world, schedule, resources));
  await world.sandbox.seedMany(world.account, { contacts: offices.flatMap((office) => office.seeds()) });
  // Our own calls must not count in one second with those of sync.
  await delay(1_100);
  await world.sandbox.forgetJournal();
  return offices;
};

/** Runs schedules together, ends all faults, waits until nothing is pending, and checks the result. */
export const runWave = async (world: World, schedules: readonly Schedule[], settleMs: number): Promise<WaveResult> => {
  const begunAt = performance.now();
  const offices = await open(world, schedules);
  const endedAlone = world.syncs.endedAlone.length;
  const journal = followJournal(world);
  const calls = await watchCalls(world, journal);
  const happened = offices.map((): Happened => ({ left: new Map() }));
  await Promise.all(offices.map((office, index) => live(world, journal, office, happened[index]!)));
  await world.allUp();
  await calls.countInjected();
  await world.sandbox.clearFaults();
  await world.permits.beginNewDay();
  const calmAt = performance.now();
  const options = { mayBeRefused: mayBeRefused(schedules), limitMs: settleMs };
  const unsettled = await Promise.all(offices.map((office) => settle(world, office, options)));
  const settledAt = performance.now();
  await journal.close();
  const seen = {
    journal: await world.sandbox.journal(),
    contacts: await world.sandbox.contacts(world.account),
    interruptions: interruptionsOf(schedules),
  };
  const { total, mostInASecond } = await world.sandbox.summary();
  const limits = await calls.judge(seen.journal);
  const names = await world.names();
  const verdicts = await Promise.all(
    offices.map(async (office, index): Promise<ScheduleResult> => {
      const published = await publishedOf(world, office);
      const violations = judge({ ...office, ...published, ...seen, names, left: happened[index]!.left });
      return {
        schedule: office.schedule,
        deliveries: published.deliveries.length,
        violations: [...unsettled[index]!, ...violations],
      };
    }),
  );
  const violations = [
    ...strangersAmong(seen.contacts, offices),
    ...world.syncs.endedAlone.slice(endedAlone),
    ...limits.violations,
  ];
  if (violations.length > 0 || verdicts.some((each) => each.violations.length > 0))
    world.keep('journal.json', { boxOffices: offices.map(({ boxOfficeId }) => boxOfficeId), ...seen });
  return {
    verdicts,
    violations,
    calls: total,
    mostCallsInASecond: mostInASecond,
    mostSentInASecond: limits.mostSentInASecond,
    refusedByRate: limits.refusedByRate,
    seconds: { disturbed: (calmAt - begunAt) / 1_000, settling: (settledAt - calmAt) / 1_000 },
  };
};

/** What sync shows and has published of a box office. */
const publishedOf = async ({ graph, outcomes }: World, { boxOfficeId, workflowIds }: Office) => ({
  deliveries: await graph.deliveries(boxOfficeId),
  stats: await graph.stats(boxOfficeId, workflowIds),
  deadLetters: (await graph.deadLetters(boxOfficeId)).map(({ orderId }) => orderId),
  outcomes: outcomes.of(boxOfficeId),
});

/** Contacts that belong to no buyer; the account has one of its own. */
const strangersAmong = (
  contacts: Awaited<ReturnType<World['sandbox']['contacts']>>,
  offices: readonly Office[],
): string[] => {
  const ours = new Set(offices.flatMap(({ schedule, emailOf }) => schedule.buyers.map((_, buyer) => emailOf(buyer))));
  return contacts
    .filter(({ email_address: { address } }) => !ours.has(address) && !address.startsWith('unsubscribed.'))
    .map(({ contact_id: id }) => `contact ${id} belongs to no buyer`);
};
