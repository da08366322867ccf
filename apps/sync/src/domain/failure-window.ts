/**
 * The last outcomes of a workflow that were not skips, oldest first: `1` for one that failed, `0` for one that was
 * synchronised.
 */
export type FailureWindow = string;

/**
 * How many outcomes are looked at. While there have been fewer, the missing ones count as not failed: a first failure
 * is no alarm.
 */
const windowSize = 100;

/** Numbers of failures among them at which an organiser is told. */
export const failureLevels = [50, 70, 90, 100] as const;

/** All is well again only below this: else a share that swings around 50 would raise a notice with every swing. */
const wellBelow = 40;

/** Where the share stands between the levels; of interest only when it changes. */
export type FailureBand = number;

const failed = (window: FailureWindow): number => window.replaceAll('0', '').length;

/** The window after more outcomes, in the order in which they came. */
export const afterOutcomes = (window: FailureWindow, outcomes: readonly ('SYNCED' | 'FAILED')[]): FailureWindow =>
  (window + outcomes.map((outcome) => (outcome === 'FAILED' ? '1' : '0')).join('')).slice(-windowSize);

export const bandOf = (window: FailureWindow): FailureBand =>
  [wellBelow, ...failureLevels].filter((bound) => failed(window) >= bound).length;

/** Whether a notice of a level is raised, or stays open. All levels are over together, when failures are rare again. */
export const holdsLevel = (window: FailureWindow, level: number, isOpen: boolean): boolean =>
  failed(window) >= (isOpen ? wellBelow : level);
