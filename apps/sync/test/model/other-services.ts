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
import { accounts as accountIds, boxOfficeOf, connectionOf, workflowOf } from './published-orders';
import { factOf } from './workflow-fact';

interface Outside {
  readonly history: Pick<History, 'optInRoute' | 'whenQuotaIsScarce' | 'upgradesImported'>;
  readonly sandbox: InProcessSandbox;
  readonly now: () => number;
  readonly say: (message: FactMessage) => void;
}

/** The state of billing, auth-connection and workflow, which they publish when it changes. */
export const createOtherServices = ({ history, sandbox, now, say }: Outside) => {
  const connections: ConnectionFact['status'][] = ['CONNECTED', 'CONNECTED'];
  const workflows = new Map<string, WorkflowFact>();
  const versions = new Map<string, number>();
  /** Workflows as they are, and every version since everything was last settled. */
  let recent: WorkflowFact[] = [];
  const firstActive = new Map<string, number>();
  const time = (): Date => new Date(now());
  const versionOf = (id: string): number => {
    const next = (versions.get(id) ?? 0) + 1;
    versions.set(id, next);
    return next;
  };
  const publishConnection = (office: Office): void =>
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
      publishConnection(office);
    },
    publishConnection,
    entitle: (office: Office, entitled: boolean): void =>
      say(
        entitlementMessage(
          anEntitlement({
            boxOfficeId: boxOfficeOf(office),
            appId: 'app_constant-contact',
            status: entitled ? 'ACTIVE' : 'CANCELLED',
            entitled,
            version: versionOf(boxOfficeOf(office)),
          }),
          time(),
        ),
      ),
    publishWorkflow: (command: WorkflowCommand): void => {
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
      recent.push(fact);
      if (!firstActive.has(id)) firstActive.set(id, now());
      say(workflowMessage(fact, time()));
    },
    /**
     * The workflows of a box office that sync may act on now: as they are, and every version since everything was last
     * settled.
     */
    workflowsOf: (office: Office): WorkflowFact[] =>
      recent.filter(({ boxOfficeId }) => boxOfficeId === boxOfficeOf(office)),
    /** When a workflow was first published, in ms: earlier orders are part of a backfill only. */
    firstActive: (workflowId: string): number => firstActive.get(workflowId) ?? Infinity,
    /** Call once everything has settled: former versions of workflows are no longer in use. */
    settle: (): void => {
      recent = [...workflows.values()];
    },
  };
};

export type OtherServices = ReturnType<typeof createOtherServices>;
