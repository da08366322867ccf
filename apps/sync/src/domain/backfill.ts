import { importLimits } from '@boxlist/constant-contact';
import type { WorkflowFact } from '@boxlist/contracts';
import { pageSize } from './read-strategy';
import type { PlanOptions } from './plan-batch';

/**
 * IMPORT: those who opted in come by import, with implicit permission. ONE_BY_ONE: each by a call of their own, with
 * explicit permission. UPDATE_EXISTING: details and tags of those who are contacts already; nobody is created or put on
 * a list.
 */
export type BackfillMode = 'IMPORT' | 'ONE_BY_ONE' | 'UPDATE_EXISTING';
/** Where the orders of a backfill come from: those that Boxlist has seen, or Ticket Tailor's API. */
export type BackfillSource = 'ORDERS_SEEN' | 'TICKET_TAILOR';
/** Why a backfill was paused without anybody asking for it. */
export type BackfillPauseReason =
  'TICKET_TAILOR_KEY_MISSING' | 'UNAUTHORIZED_AT_TICKET_TAILOR' | 'REJECTED_BY_TICKET_TAILOR';
export type BackfillStatus = 'RUNNING' | 'PAUSED' | 'DONE' | 'CANCELLED';

/** A workflow as a backfill of that mode carries it out. */
export const workflowInMode = (workflow: WorkflowFact, mode: BackfillMode | null): WorkflowFact =>
  mode === 'UPDATE_EXISTING'
    ? { ...workflow, createsContacts: false, lists: { fixed: [], perEvent: false }, whenUnsubscribed: 'SKIP' }
    : workflow;

/** How contacts may be created for deliveries of that mode. */
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

/** Polls of an import of some size, about: they grow apart. */
const pollsPerImport = 10;

/** Calls that a backfill needs, about: contacts in numbers share them, new ones by a call each do not. */
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
      // Details are compared one by one.
      return reading + 2 * known + tagBatches;
  }
};

/**
 * When a backfill of so many calls will be done, about: live orders come first, today and on the days after. In ms from
 * now.
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
