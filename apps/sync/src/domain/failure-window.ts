/** The last outcomes of a workflow without skips, oldest first: `1` for failed, `0` for synced. */
export type FailureWindow = string;

/**
 * The number of outcomes in the window. When there are fewer, the missing ones count as not failed, so that a first
 * failure raises nothing.
 */
const windowSize = 100;

/** The numbers of failures in the window that raise a notice. */
export const failureLevels = [50, 70, 90, 100] as const;

/** Notices end only below this number. Otherwise a share that moves around 50 would raise a notice each time. */
const wellBelow = 40;

/** The number of levels that the failures have reached; only a change of it matters. */
export type FailureBand = number;

const failed = (window: FailureWindow): number => window.replaceAll('0', '').length;

/** The window after more outcomes, which must be in time sequence. */
export const afterOutcomes = (window: FailureWindow, outcomes: readonly ('SYNCED' | 'FAILED')[]): FailureWindow =>
  (window + outcomes.map((outcome) => (outcome === 'FAILED' ? '1' : '0')).join('')).slice(-windowSize);

export const bandOf = (window: FailureWindow): FailureBand =>
  [wellBelow, ...failureLevels].filter((bound) => failed(window) >= bound).length;

/** Whether a notice of a level is raised, or stays open. All levels end together, when failures are rare again. */
export const reachesLevel = (window: FailureWindow, level: number, hasBegun: boolean): boolean =>
  failed(window) >= (hasBegun ? wellBelow : level);
