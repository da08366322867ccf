import type { InProcessSandbox } from '@boxlist/constant-contact-sandbox';
import type { WorkflowFact } from '@boxlist/contracts';
import type { WorkflowCommand } from './history';
import { accounts as accountIds, boxOfficeOf, connectionOf, workflowOf } from './published-orders';

/** The fact that the workflow service would publish; lists and tags are those of the box office's account. */
export const factOf = (
  command: WorkflowCommand,
  sandbox: InProcessSandbox,
  given: Pick<WorkflowFact, 'version' | 'activeSince'>,
): WorkflowFact => {
  const { office } = command;
  const account = accountIds[office];
  const ids = (all: readonly { list_id?: string; tag_id?: string }[], which: readonly number[]): string[] =>
    which.flatMap((index) => all[index]?.list_id ?? all[index]?.tag_id ?? []);
  return {
    workflowId: workflowOf(office, command.workflow),
    ...given,
    boxOfficeId: boxOfficeOf(office),
    connectionId: connectionOf(office),
    templateId: 'model',
    name: 'Workflow',
    status: command.status,
    filter: {
      eventIds: command.onlyEvent === null ? [] : [`ev_${command.onlyEvent}`],
      eventSeriesIds: [],
      ticketTypeIds: [],
    },
    lists: { fixed: ids(sandbox.lists(account), command.lists), perEvent: command.perEvent },
    tags: {
      fixed: ids(sandbox.tags(account), command.tags),
      event: command.eventTag,
      ticketTypes: false,
    },
    fieldMapping: [],
    createsContacts: command.createsContacts,
    whenNotOptedIn: command.whenNotOptedIn,
    whenUnsubscribed: command.whenUnsubscribed,
    onCancelledOrder: command.onCancelledOrder,
    whenPaused: command.whenPaused,
  };
};
