import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Workflow } from './domain/workflow';

const changes = counter('boxlist_workflow_changes_total', 'Workflow changes by kind');

type ChangeKind = 'created' | 'duplicated' | 'updated' | 'paused' | 'resumed' | 'deleted';

/** Reports a new version of a workflow. Its name is the organiser's text and stays out of the log. */
export const workflowChanged = (
  { log }: Pick<Context, 'log'>,
  kind: ChangeKind,
  { id, boxOfficeId, version }: Workflow,
): void => {
  changes({ kind });
  log.info({ kind, workflowId: id, boxOfficeId, version }, 'workflow.changed');
};
