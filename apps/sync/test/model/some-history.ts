import type { Command, History, OrderCommand, WorkflowCommand } from './history';

interface After {
  readonly after?: number;
}

/** An order of the first box office by its first person, who opted in. */
export const order = (given: Partial<OrderCommand> & After = {}): Command => ({
  do: 'order',
  office: 0,
  order: 0,
  at: 0,
  updates: false,
  person: 0,
  optIn: 'true',
  status: 'completed',
  event: null,
  names: false,
  phone: false,
  after: 0,
  ...given,
});

/** A workflow without lists, tags or special choices. */
export const workflow = (given: Partial<WorkflowCommand> & After = {}): Command => ({
  do: 'workflow',
  office: 0,
  workflow: 0,
  status: 'ACTIVE',
  lists: [],
  perEvent: false,
  tags: [],
  eventTag: false,
  onlyEvent: null,
  createsContacts: true,
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  onCancelledOrder: 'KEEP',
  whenPaused: 'SKIP',
  after: 0,
  ...given,
});

/** A history in which both box offices have a workflow before the commands run. */
export const aHistory = (commands: readonly Command[], given: Partial<Omit<History, 'commands'>> = {}): History => ({
  seed: 1,
  mishaps: [],
  faults: [],
  callsPerDay: 10_000,
  optInRoute: ['DIRECT', 'DIRECT'],
  whenQuotaIsScarce: 'WAIT',
  upgradesImported: false,
  ...given,
  commands: [workflow(), workflow({ office: 1 }), ...commands],
});
