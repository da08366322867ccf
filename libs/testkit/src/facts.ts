import {
  cloudEventOf,
  constantContactAppId,
  topics,
  type ConnectionFact,
  type EntitlementFact,
  type WorkflowFact,
} from '@boxlist/contracts';

/** A fact of another service, as a message on its topic. */
export interface FactMessage {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

const messageOf = (
  topic: string,
  key: string,
  type: string,
  data: EntitlementFact | ConnectionFact | WorkflowFact,
  time: Date,
): FactMessage => ({
  topic,
  key,
  value: JSON.stringify(
    cloudEventOf({ type, source: '/testkit', subject: key, boxOfficeId: data.boxOfficeId, time, data }),
  ),
});

export const entitlementMessage = (fact: EntitlementFact, time = new Date()): FactMessage =>
  messageOf(
    topics.entitlements.name,
    `${fact.boxOfficeId}:${fact.appId}`,
    'boxlist.entitlement.changed.v1',
    fact,
    time,
  );
export const connectionMessage = (fact: ConnectionFact, time = new Date()): FactMessage =>
  messageOf(topics.connections.name, fact.connectionId, 'boxlist.connection.changed.v1', fact, time);
export const workflowMessage = (fact: WorkflowFact, time = new Date()): FactMessage =>
  messageOf(topics.workflows.name, fact.workflowId, 'boxlist.workflow.changed.v1', fact, time);

/** A fact that the add-on may be used. `given` replaces values. */
export const anEntitlement = (
  given: Pick<EntitlementFact, 'boxOfficeId'> & Partial<EntitlementFact>,
): EntitlementFact => ({ appId: constantContactAppId, status: 'ACTIVE', entitled: true, version: 1, ...given });

/** A working connection. `given` replaces values. */
export const aConnection = (
  given: Pick<ConnectionFact, 'boxOfficeId' | 'connectionId'> & Partial<ConnectionFact>,
): ConnectionFact => ({
  status: 'CONNECTED',
  accountId: 'riverside',
  countryCode: 'GB',
  optInRoute: 'DIRECT',
  whenQuotaIsScarce: 'WAIT',
  upgradesImported: false,
  version: 1,
  ...given,
});

/** An active workflow that does nothing yet and skips where a choice allows it. `given` replaces values. */
export const aWorkflow = (
  given: Pick<WorkflowFact, 'workflowId' | 'boxOfficeId' | 'connectionId'> & Partial<WorkflowFact>,
): WorkflowFact => ({
  templateId: 'testkit',
  name: 'Workflow',
  status: 'ACTIVE',
  version: 1,
  activeSince: new Date(Date.now() - 3_600_000).toISOString(),
  filter: { eventIds: [], eventSeriesIds: [], ticketTypeIds: [] },
  lists: { fixed: [], perEvent: false },
  tags: { fixed: [], event: false, ticketTypes: false },
  fieldMapping: [],
  createsContacts: true,
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  onCancelledOrder: 'KEEP',
  whenPaused: 'SKIP',
  ...given,
});
