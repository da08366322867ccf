import { eventually, type JournalEntry } from '@boxlist/testkit';
import { setTimeout as delay } from 'node:timers/promises';
import { carryOut, type Happened } from './carry-out';
import { judge } from './judge';
import { judgeCalls } from './judge-calls';
import { createOffice, type Office } from './office';
import { sandboxFaults, type Moment, type Schedule } from './schedule';
import { settle } from './settle';
import { callsPerSecond, type World } from './world';

/** What became of one schedule. */
export interface Verdict {
  readonly schedule: Schedule;
  readonly deliveries: number;
  readonly violations: readonly string[];
}

/** What became of schedules that were carried out together; faults of one meet all. */
export interface WaveResult {
  readonly verdicts: readonly Verdict[];
  /** What cannot be laid to one box office. */
  readonly violations: readonly string[];
  readonly calls: number;
  readonly mostCallsInASecond: number;
  readonly refusedByRate: number;
  readonly seconds: number;
}

/** A step that waits for its moment happens in any case after this time. */
const atLatestMs = 14_000;

/** Follows the sandbox's journal; tells each call once. */
const followJournal = (world: World) => {
  const listeners = new Set<(entry: JournalEntry) => void>();
  let since = 0;
  let closed = false;
  const following = (async () => {
    while (!closed) {
      try {
        const { entries } = await world.sandbox.journalPage(since, 500);
        for (const entry of entries) {
          since = entry.seq;
          for (const listener of listeners) listener(entry);
        }
      } catch {
        // It is held still, or restarting its journal.
      }
      await delay(listeners.size > 0 ? 25 : 250);
    }
  })();
  return {
    listen: (listener: (entry: JournalEntry) => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async (): Promise<void> => {
      closed = true;
      await following;
    },
  };
};

type Journal = ReturnType<typeof followJournal>;

/** Resolves at the moment, or when it does not come. */
const momentOf = (world: World, journal: Journal, { boxOfficeId }: Office, when: Moment): Promise<unknown> => {
  if ('afterMs' in when) return delay(when.afterMs);
  let unlisten: () => void = () => undefined;
  const came = new Promise<void>((resolve) => {
    let count = 0;
    if ('onCall' in when) {
      const path = new RegExp(when.onCall);
      unlisten = journal.listen((entry) => {
        if (path.test(entry.path) && (count += 1) === when.nth) resolve();
      });
    } else
      unlisten = world.outcomes.listen((outcome) => {
        if (outcome.boxOfficeId === boxOfficeId && (count += 1) === when.afterOutcomes) resolve();
      });
  });
  const late = new AbortController();
  return Promise.race([came, delay(atLatestMs, undefined, { signal: late.signal }).catch(() => undefined)]).finally(
    () => {
      unlisten();
      late.abort();
    },
  );
};

/** The life of one box office until the last order has come and the last fault is over. */
const live = async (world: World, journal: Journal, office: Office, happened: Happened): Promise<void> => {
  const { workflows, orders, badEventsAtMs, steps } = office.schedule;
  await Promise.all([
    office.activate(),
    office.connect(),
    ...workflows.map(async ({ publishedAtMs }, number) => {
      await delay(publishedAtMs);
      await office.changeWorkflow(number, 'ACTIVE');
    }),
    ...orders.flatMap(({ versions }, number) =>
      versions.flatMap(({ arrivesAtMs }, version) =>
        arrivesAtMs.map(async (atMs) => {
          await delay(atMs);
          const t = Date.now();
          await office.order(number, version);
          if (process.env.CHAOS_T && Date.now() - t > 8000) console.log('slow publish', Date.now() - t);
        }),
      ),
    ),
    ...badEventsAtMs.map(async (atMs, number) => {
      await delay(atMs);
      await office.badEvent(number);
    }),
    ...steps.map(async ({ when, fault }) => {
      await momentOf(world, journal, office, when);
      const t = Date.now();
      await carryOut(world, office, fault, happened);
      if (process.env.CHAOS_T && Date.now() - t > 8000) console.log('slow', Date.now() - t, JSON.stringify(fault));
    }),
  ]);
};

/** How many disturbances of schedules can make a write come again. */
const interruptionsOf = (schedules: readonly Schedule[]): number =>
  schedules
    .flatMap(({ steps }) => steps)
    .reduce((sum, { fault }) => sum + (fault.kind === 'sandbox' ? (fault.fault.times ?? 1) : 1), 0);

/** Carries schedules out together, ends all faults, waits until nothing is pending, and judges. */
export const runWave = async (world: World, schedules: readonly Schedule[], settleMs: number): Promise<WaveResult> => {
  const begun = Date.now();
  const T = (x: string) => process.env.CHAOS_T && console.log(x, Date.now() - begun);
  const resources = await world.furnish();
  const offices = schedules.map((schedule) => createOffice(world, schedule, resources));
  await world.sandbox.seedMany(world.account, { contacts: offices.flatMap((office) => office.seeds()) });
  const before = await world.permits.used();
  await world.sandbox.forgetJournal();
  world.permits.begin();
  const endedAlone = world.syncs.endedAlone.length;
  const calls = judgeCalls(world);
  const journal = followJournal(world);
  const unlisten = journal.listen(calls.see);
  const happened = offices.map((): Happened => ({ left: new Map() }));
  await Promise.all(
    offices.map((office, index) => live(world, journal, office, happened[index] ?? { left: new Map() })),
  );
  T('lived');
  await world.allUp();
  T('up');
  const thrown = await calls.injected();
  await world.sandbox.clearFaults();
  await world.permits.beginNewDay();
  const mayBeRefused = schedules.flatMap(sandboxFaults).some(({ kind, status }) => kind === 'status' && status === 400);
  const settled = await Promise.all(
    offices.map((office) => settle(world, office, { mayBeRefused, limitMs: settleMs })),
  );
  T('settled');
  await journal.close();
  unlisten();
  const [entries, summary, contacts, after] = [
    await world.sandbox.journal(),
    await world.sandbox.summary(),
    await world.sandbox.contacts(world.account),
    await world.permits.used(),
  ];
  const names = await world.names();
  const interruptions = interruptionsOf(schedules);
  const verdicts = await Promise.all(
    offices.map(async (office, index): Promise<Verdict> => {
      const { boxOfficeId, workflowIds, schedule } = office;
      const deliveries = await world.graph.deliveries(boxOfficeId);
      const observed = {
        ...office,
        deliveries,
        stats: await world.graph.stats(boxOfficeId, workflowIds),
        deadLetters: (await world.graph.deadLetters(boxOfficeId)).map(({ orderId }) => orderId),
        outcomes: world.outcomes.of(boxOfficeId),
        contacts,
        journal: entries,
        names,
        left: happened[index]?.left ?? new Map<number, number>(),
        interruptions,
      };
      return { schedule, deliveries: deliveries.length, violations: [...(settled[index] ?? []), ...judge(observed)] };
    }),
  );
  const ours = new Set(offices.flatMap((office) => office.schedule.buyers.map((_, buyer) => office.emailOf(buyer))));
  const strangers = contacts.filter(
    ({ email_address: email }) => !ours.has(email.address) && !email.address.startsWith('unsubscribed.'),
  );
  return {
    verdicts,
    violations: [
      ...strangers.map(({ contact_id: id }) => `contact ${id} is nobody's buyer`),
      ...world.syncs.endedAlone.slice(endedAlone),
      ...calls.judge({ entries, thrown, before, after, mostPermits: world.permits.mostInASecond() }),
    ],
    calls: summary.total,
    mostCallsInASecond: summary.mostInASecond,
    refusedByRate: calls.refusedByRate(entries, thrown),
    seconds: (Date.now() - begun) / 1_000,
  };
};

export const callLimit = callsPerSecond;
