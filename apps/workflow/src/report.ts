import { counter } from '@boxlist/service-kit';
import type { Context } from './context';
import type { Workflow } from './domain/workflow';

const changes = counter('boxlist_workflow_changes_total', 'Changes of workflows by kind');

export const workflowChanged = ({ log }: Context, kind: string, { id, boxOfficeId, version }: Workflow): void => {
  changes({ kind });
  log.info({ kind, workflowId: id, boxOfficeId, version }, 'workflow.changed');
};
