import { AppError, type BoxOfficeId, type WorkflowFact } from '@boxlist/contracts';
import { checkCompiled, checkDetails, compileTemplate, constantContactId, type Detail } from './compile-template';
import { templateById } from './templates';

export type WorkflowStatus = WorkflowFact['status'];

/** The organiser's decisions about a workflow. */
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
  readonly whenPaused: WorkflowFact['whenPaused'];
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

/** The operator's limits of one workflow. */
export interface SpecLimits {
  /** The most ids in each list of a filter. */
  readonly filterIds: number;
}

const maxMappings = 25;

const invalid = (message: string, ...path: string[]): AppError =>
  new AppError('BAD_INPUT', message, { field: ['input', ...path] });

const unique = (values: readonly string[]): string[] => [...new Set(values)];

const checkName = (given: string): string => {
  const name = given.trim();
  if (name.length < 1 || name.length > 100) throw invalid('name must have 1 to 100 characters', 'name');
  return name;
};

const checkIds = (field: 'listIds' | 'tagIds', given: readonly string[]): string[] => {
  if (given.length > 50) throw invalid(`${field} can hold at most 50 ids`, field);
  return unique(
    given.map((text) => {
      const id = constantContactId(text);
      if (!id) throw invalid(`${field} contains a value that is not a Constant Contact id`, field);
      return id;
    }),
  );
};

const checkFilterIds = (field: keyof WorkflowFact['filter'], given: readonly string[], most: number): string[] => {
  const ids = given.map((id) => id.trim());
  if (ids.length > most || ids.some((id) => id.length < 1 || id.length > 80))
    throw invalid(`${field} can hold at most ${most} ids of 1 to 80 characters`, 'filter', field);
  return unique(ids);
};

const checkFilter = (filter: WorkflowFact['filter'], most: number): WorkflowFact['filter'] => ({
  eventIds: checkFilterIds('eventIds', filter.eventIds, most),
  eventSeriesIds: checkFilterIds('eventSeriesIds', filter.eventSeriesIds, most),
  ticketTypeIds: checkFilterIds('ticketTypeIds', filter.ticketTypeIds, most),
});

const checkMapping = (given: WorkflowFact['fieldMapping']): WorkflowFact['fieldMapping'] => {
  if (given.length > maxMappings) throw invalid(`fieldMapping can hold at most ${maxMappings} fields`, 'fieldMapping');
  const taken = new Set<string>();
  return given.map(({ source, question, customFieldId }, index) => {
    const at = ['fieldMapping', String(index)];
    const id = constantContactId(customFieldId);
    if (!id) throw invalid('customFieldId is not a Constant Contact id', ...at, 'customFieldId');
    if (taken.has(id)) throw invalid('fieldMapping uses the same custom field twice', ...at, 'customFieldId');
    taken.add(id);
    const asked = question?.trim() ?? '';
    if ((source === 'CUSTOM_QUESTION') !== (asked !== ''))
      throw invalid(
        'question is required for the source CUSTOM_QUESTION and not allowed for other sources',
        ...at,
        'question',
      );
    if (asked.length > 500) throw invalid('question can have at most 500 characters', ...at, 'question');
    return { source, question: asked || null, customFieldId: id };
  });
};

/**
 * The organiser's decisions as they are stored: trimmed, without duplicates, with defaults. Throws the first problem
 * with the path of its argument: BAD_INPUT, UNKNOWN_TEMPLATE, DETAIL_REQUIRED or DETAIL_INVALID.
 */
export const checkSpec = (given: WorkflowSpec, limits: SpecLimits): WorkflowSpec => {
  const template = templateById(given.templateId);
  const spec: WorkflowSpec = {
    ...given,
    name: checkName(given.name),
    details: checkDetails(template, given.details),
    filter: checkFilter(given.filter, limits.filterIds),
    listIds: checkIds('listIds', given.listIds),
    tagIds: checkIds('tagIds', given.tagIds),
    fieldMapping: checkMapping(given.fieldMapping),
  };
  const compiled = compileTemplate(template, spec.details, spec);
  checkCompiled(template, compiled);
  if (spec.whenNotOptedIn === 'ADD_WITHOUT_LIST' && !compiled.createsContacts)
    throw invalid(`The template ${template.id} does not create contacts`, 'whenNotOptedIn');
  return spec;
};

/** The values of decisions that an organiser did not make. */
export const specDefaults: Omit<WorkflowSpec, 'name' | 'templateId' | 'connectionId'> = {
  details: [],
  filter: { eventIds: [], eventSeriesIds: [], ticketTypeIds: [] },
  listIds: [],
  tagIds: [],
  fieldMapping: [],
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  onCancelledOrder: 'KEEP',
  whenPaused: 'SKIP',
};

/** The fact about a workflow for other services. */
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
  whenPaused: spec.whenPaused,
});
