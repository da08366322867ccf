import { importLimits } from '@boxlist/constant-contact';
import type { WorkflowFact } from '@boxlist/contracts';
import { pageSize } from './read-strategy';
import type { PlanOptions } from './plan-batch';

/**
 * IMPORT: imports buyers who opted in, with implicit permission. ONE_BY_ONE: creates each with a call of its own, with
 * explicit permission. UPDATE_EXISTING: writes details and tags of present contacts, creates no contacts and adds no
 * lists.
 */
export type BackfillMode = 'IMPORT' | 'ONE_BY_ONE' | 'UPDATE_EXISTING';
/** The source of a backfill's orders: orders that Boxlist has received, or Ticket Tailor's API. */
export type BackfillSource = 'ORDERS_SEEN' | 'TICKET_TAILOR';
/** Why sync paused a backfill by itself. */
export type BackfillPauseReason =
  'TICKET_TAILOR_KEY_MISSING' | 'UNAUTHORIZED_AT_TICKET_TAILOR' | 'REJECTED_BY_TICKET_TAILOR';
export type BackfillStatus = 'RUNNING' | 'PAUSED' | 'DONE' | 'CANCELLED';

/** The workflow as a backfill of this mode executes it. */
export const workflowInMode = (workflow: WorkflowFact, mode: BackfillMode | null): WorkflowFact =>
  mode === 'UPDATE_EXISTING'
    ? { ...workflow, createsContacts: false, lists: { fixed: [], perEvent: false }, whenUnsubscribed: 'SKIP' }
    : workflow;

/** The plan options for deliveries of a backfill of this mode. */
export const planOptionsInMode = (planOptions: PlanOptions, mode: BackfillMode | null): PlanOptions =>
  mode === null
    ? planOptions
    : {
        ...planOptions,
        importsNew: mode === 'IMPORT' && planOptions.optInRoute === 'DIRECT',
        upgradesImported: false,
        phonesWait: mode === 'IMPORT' || planOptions.phonesWait === true,
      };

interface Budget {
  readonly leftToday: number;
  readonly perDay: number;
  readonly perSecond: number;
  readonly expectedToday: number;
  readonly msToNextDay: number;
}

/**
 * The approximate number of polls for one import. Polls become less frequent over time, so a larger import needs few
 * more.
 */
const pollsPerImport = 10;

/**
 * The approximate number of calls that a backfill needs. Known contacts share calls; new contacts need one call each,
 * except in an import.
 */
export const callsNeeded = (
  mode: BackfillMode,
  workflow: WorkflowFact,
  {
    buyers,
    known,
    accountSize,
  }: { readonly buyers: number; readonly known: number; readonly accountSize: number | null },
): number => {
  if (buyers === 0) return 0;
  const tagSets =
    Number(workflow.tags.fixed.length > 0) + Number(workflow.tags.event) + Number(workflow.tags.ticketTypes);
  const reading = Math.ceil((accountSize ?? 0) / pageSize) + 1;
  const tagBatches = tagSets * Math.ceil(buyers / 500);
  const imports = Math.ceil(buyers / importLimits.csvContacts);
  switch (mode) {
    case 'IMPORT':
      return imports * (1 + pollsPerImport) + (tagSets > 0 ? reading + Math.ceil(buyers / pageSize) + tagBatches : 0);
    case 'ONE_BY_ONE':
      return buyers - known + reading + (known > 0 ? Math.ceil(known / importLimits.csvContacts) + tagBatches : 0);
    case 'UPDATE_EXISTING':
      // Details are compared and updated one contact at a time.
      return reading + 2 * known + tagBatches;
  }
};

/**
 * The approximate time until a backfill with this number of calls is done, in ms from now. Live orders come first,
 * today and on later days.
 */
export const etaMs = (calls: number, { leftToday, perDay, perSecond, expectedToday, msToNextDay }: Budget): number => {
  const today = Math.max(0, leftToday - expectedToday * 1.2);
  const running = (count: number): number => (count / perSecond) * 1_000;
  if (calls <= today) return running(calls);
  const livePerDay = (expectedToday / Math.max(1, msToNextDay)) * 86_400_000;
  const spareADay = Math.max(perDay * 0.05, perDay - livePerDay * 1.2);
  const days = Math.floor((calls - today) / spareADay);
  return msToNextDay + days * 86_400_000 + running((calls - today) % spareADay);
};
