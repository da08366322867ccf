import { counter } from './telemetry';

/** Reasons: OPERATION_TOO_COSTLY, DEADLINE_EXCEEDED and CALLER_LEFT. */
export const operationsCut = counter(
  'boxlist_operations_cut_total',
  'Operations of the graph that were refused or ended early, by reason',
);
