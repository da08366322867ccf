import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Workflow } from './domain/workflow';

const changes = counter('boxlist_workflow_changes_total', 'Workflow changes by kind');

type ChangeKind = 'created' | 'duplicated' | 'updated' | 'paused' | 'resumed' | 'deleted';

/** A workflow has a new version. Names are the organiser's words and stay out of the log. */
export const workflowChanged = (
  { log }: Pick<Context, 'log'>,
  kind: ChangeKind,
  { id, boxOfficeId, version }: Workflow,
): void => {
  changes({ kind });
  log.info({ kind, workflowId: id, boxOfficeId, version }, 'workflow.changed');
};
