import type { InProcessSandbox } from '@boxlist/constant-contact-sandbox';
import type { ConnectionFact, WorkflowFact } from '@boxlist/contracts';
import {
  aConnection,
  anEntitlement,
  connectionMessage,
  entitlementMessage,
  workflowMessage,
  type FactMessage,
} from '@boxlist/testkit';
import type { History, Office, WorkflowCommand } from './history';
import { accounts as accountIds, boxOfficeOf, connectionOf, officeOf, workflowOf } from './told';
import { factOf } from './workflow-fact';

interface Outside {
  readonly history: Pick<History, 'optInRoute' | 'whenQuotaIsScarce' | 'upgradesImported'>;
  readonly sandbox: InProcessSandbox;
  readonly now: () => number;
  readonly say: (message: FactMessage) => void;
}

/** What billing, auth-connection and workflow know, and tell when it changes. */
export const createOtherServices = ({ history, sandbox, now, say }: Outside) => {
  const connections: ConnectionFact['status'][] = ['CONNECTED', 'CONNECTED'];
  const workflows = new Map<string, WorkflowFact>();
  const versions = new Map<string, number>();
  let asked = new Set<Office>();
  const time = (): Date => new Date(now());
  const versionOf = (id: string): number => {
    const next = (versions.get(id) ?? 0) + 1;
    versions.set(id, next);
    return next;
  };
  const tellConnection = (office: Office): void =>
    say(
      connectionMessage(
        aConnection({
          connectionId: connectionOf(office),
          boxOfficeId: boxOfficeOf(office),
          status: connections[office],
          accountId: accountIds[office],
          optInRoute: history.optInRoute[office],
          whenQuotaIsScarce: history.whenQuotaIsScarce,
          upgradesImported: history.upgradesImported,
          version: versionOf(connectionOf(office)),
        }),
        time(),
      ),
    );
  return {
    connection: (office: Office): ConnectionFact['status'] => connections[office]!,
    changeConnection: (office: Office, status: ConnectionFact['status']): void => {
      connections[office] = status;
      tellConnection(office);
    },
    tellConnection,
    entitle: (office: Office, entitled: boolean): void =>
      say(
        entitlementMessage(
          anEntitlement({
            boxOfficeId: boxOfficeOf(office),
            appId: 'app',
            status: entitled ? 'ACTIVE' : 'CANCELLED',
            entitled,
            version: versionOf(boxOfficeOf(office)),
          }),
          time(),
        ),
      ),
    tellWorkflow: (command: WorkflowCommand): void => {
      const { office, workflow } = command;
      const id = workflowOf(office, workflow);
      const known = workflows.get(id);
      if (known?.status === 'DELETED') return;
      const resumes = known?.status === 'PAUSED' && command.status === 'ACTIVE' && known.whenPaused === 'SKIP';
      const fact = factOf(command, sandbox, {
        version: versionOf(id),
        activeSince: known && !resumes ? known.activeSince : time().toISOString(),
      });
      workflows.set(id, fact);
      if (fact.whenUnsubscribed === 'SEND_RESUBSCRIBE_EMAIL') asked.add(office);
      say(workflowMessage(fact, time()));
    },
    /** Whether a workflow of the box office asks unsubscribed buyers to come back, or has asked so since everything was at rest. */
    mayAsk: (office: Office): boolean => asked.has(office),
    /** Everything is at rest: what no workflow asks for any more is asked for by nobody. */
    settle: (): void => {
      asked = new Set(
        [...workflows.values()].flatMap(({ whenUnsubscribed, boxOfficeId }) =>
          whenUnsubscribed === 'SEND_RESUBSCRIBE_EMAIL' ? [officeOf(boxOfficeId)] : [],
        ),
      );
    },
  };
};
