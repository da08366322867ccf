import { setTimeout as delay } from 'node:timers/promises';
import { executePlan, type Happened } from './carry-out';
import type { FollowedJournal } from './follow-journal';
import type { Office } from './office';
import type { Moment } from './schedule';
import type { World } from './world';

/** In ms. A step whose moment does not come happens after this time. */
const atLatestMs = 12_000;

/** Resolves at the moment, or after `atLatestMs` if it does not come. */
const momentOf = async (
  world: World,
  journal: FollowedJournal,
  { boxOfficeId }: Office,
  when: Moment,
): Promise<void> => {
  if ('afterMs' in when) {
    await delay(when.afterMs);
    return;
  }
  const over = new AbortController();
  const late = delay(atLatestMs, undefined, { signal: over.signal }).catch(() => undefined);
  const came =
    'onCall' in when
      ? journal.nthCall(when.onCall, when.nth, over.signal)
      : world.outcomes.nth(boxOfficeId, when.afterOutcomes, over.signal);
  await Promise.race([came, late]);
  over.abort();
};

const after = async (ms: number, act: () => Promise<void>): Promise<void> => {
  await delay(ms);
  await act();
};

/** Runs one box office until its last order has come and its last fault is over. */
export const live = async (
  world: World,
  journal: FollowedJournal,
  office: Office,
  happened: Happened,
): Promise<void> => {
  const { workflows, orders, badEventsAtMs, steps } = office.schedule;
  await Promise.all([
    office.activate(),
    office.connect(),
    ...workflows.map(({ publishedAtMs }, number) =>
      after(publishedAtMs, () => office.changeWorkflow(number, 'ACTIVE')),
    ),
    ...orders.flatMap(({ versions }, number) =>
      versions.flatMap(({ arrivesAtMs }, version) =>
        arrivesAtMs.map((atMs) => after(atMs, () => office.order(number, version))),
      ),
    ),
    ...badEventsAtMs.map((atMs, number) => after(atMs, () => office.badEvent(number))),
    ...steps.map(async ({ when, fault }) => {
      await momentOf(world, journal, office, when);
      const what = `of seed ${office.schedule.seed}: ${JSON.stringify(fault)}`;
      world.note(`begin ${what}`);
      await executePlan(world, office, fault, happened);
      world.note(`end ${what}`);
    }),
  ]);
};
