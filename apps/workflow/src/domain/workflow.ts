import { AppError, type BoxOfficeId, type WorkflowFact } from '@boxlist/contracts';
import { compileTemplate, isConstantContactId, templateById, type Detail } from './templates';

export type WorkflowStatus = WorkflowFact['status'];

/** What an organiser decides about a workflow. */
export interface WorkflowSpec {
  readonly name: string;
  readonly templateId: string;
  readonly connectionId: string;
  readonly details: readonly Detail[];
  readonly filter: WorkflowFact['filter'];
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly fieldMapping: WorkflowFact['fieldMapping'];
  readonly whenNotOptedIn: WorkflowFact['whenNotOptedIn'];
  readonly whenUnsubscribed: WorkflowFact['whenUnsubscribed'];
  readonly onCancelledOrder: WorkflowFact['onCancelledOrder'];
}

/** One state of a workflow, and one entry of its history. */
export interface WorkflowVersion {
  readonly version: number;
  readonly status: WorkflowStatus;
  readonly spec: WorkflowSpec;
  readonly activeSince: Date;
  readonly changedAt: Date;
  readonly changedBy: string;
}

export interface Workflow extends WorkflowVersion {
  readonly id: string;
  readonly boxOfficeId: BoxOfficeId;
  readonly createdAt: Date;
}

const invalid = (field: string, message: string): AppError =>
  new AppError('BAD_INPUT', message, { field: ['input', field] });

const checkIds = (field: 'listIds' | 'tagIds', ids: readonly string[]): void => {
  if (ids.length > 50) throw invalid(field, `${field} takes at most 50 ids`);
  if (!ids.every(isConstantContactId))
    throw invalid(field, `${field} holds something that is not an id of Constant Contact`);
};

/** Checks what an organiser decided. Throws the first problem with the path of its argument. */
export const checkSpec = (spec: WorkflowSpec): WorkflowSpec => {
  const name = spec.name.trim();
  if (name.length < 1 || name.length > 100) throw invalid('name', 'name must have 1 to 100 characters');
  checkIds('listIds', spec.listIds);
  checkIds('tagIds', spec.tagIds);
  for (const [key, values] of Object.entries(spec.filter)) {
    if (values.length > 200 || values.some((value) => value.length < 1 || value.length > 80)) {
      throw new AppError('BAD_INPUT', `${key} takes at most 200 ids of 1 to 80 characters`, {
        field: ['input', 'filter', key],
      });
    }
  }
  if (spec.fieldMapping.length > 25) throw invalid('fieldMapping', 'fieldMapping takes at most 25 fields');
  for (const { source, question, customFieldId } of spec.fieldMapping) {
    if (!isConstantContactId(customFieldId))
      throw invalid('fieldMapping', 'fieldMapping names something that is not a custom field');
    if ((source === 'CUSTOM_QUESTION') !== Boolean(question?.trim()))
      throw invalid('fieldMapping', 'question goes with the source CUSTOM_QUESTION, and only with it');
  }
  const template = templateById(spec.templateId);
  const compiled = compileTemplate(template, spec.details, spec);
  if (spec.whenNotOptedIn === 'ADD_WITHOUT_LIST' && !compiled.createsContacts) {
    throw invalid('whenNotOptedIn', `The template ${template.id} creates no contacts`);
  }
  return { ...spec, name };
};

/** What other services are told. */
export const workflowFact = ({ id, boxOfficeId, version, status, spec, activeSince }: Workflow): WorkflowFact => ({
  workflowId: id,
  boxOfficeId,
  connectionId: spec.connectionId,
  templateId: spec.templateId,
  name: spec.name,
  status,
  version,
  activeSince: activeSince.toISOString(),
  filter: spec.filter,
  ...compileTemplate(templateById(spec.templateId), spec.details, spec),
  fieldMapping: spec.fieldMapping,
  whenNotOptedIn: spec.whenNotOptedIn,
  whenUnsubscribed: spec.whenUnsubscribed,
  onCancelledOrder: spec.onCancelledOrder,
});
