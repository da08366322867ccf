import { AppError, assertNever, type WorkflowFact } from '@boxlist/contracts';
import type { TemplateDetail, WorkflowTemplate } from './templates';

/** A detail of a template and its value. */
export interface Detail {
  readonly key: string;
  readonly value: string;
}

/** Lists and tags that the organiser adds to those of the template. */
interface Extras {
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
}

type Compiled = Pick<WorkflowFact, 'lists' | 'tags' | 'createsContacts'>;

/** Constant Contact's limit on lists and on tags of one contact. */
const maxPerContact = 50;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A Constant Contact id as it is stored. Undefined if the text cannot be one. */
export const constantContactId = (text: string): string | undefined => {
  const id = text.trim().toLowerCase();
  return uuid.test(id) ? id : undefined;
};

/** A value as it is stored, or the problem with it. */
const readValue = (detail: TemplateDetail, value: string): { value: string } | { problem: string } => {
  const { kind, label, choices, maxLength } = detail;
  switch (kind) {
    case 'CONTACT_LIST':
    case 'TAG': {
      const id = constantContactId(value);
      return id ? { value: id } : { problem: `${label} is not a Constant Contact id` };
    }
    case 'TEXT':
      return maxLength === null || value.length <= maxLength
        ? { value }
        : { problem: `${label} can have at most ${maxLength} characters` };
    case 'BOOLEAN':
      return ['true', 'false'].includes(value) ? { value } : { problem: `${label} must be true or false` };
    case 'CHOICE':
      return choices.includes(value) ? { value } : { problem: `${label} must be one of ${choices.join(', ')}` };
    default:
      return assertNever(kind);
  }
};

/**
 * The details of a template as they are stored: trimmed, with defaults, without blank values. Throws DETAIL_REQUIRED
 * or DETAIL_INVALID with the path of the argument.
 */
export const checkDetails = (template: WorkflowTemplate, details: readonly Detail[]): Detail[] => {
  const given = new Map(details.map(({ key, value }) => [key, value.trim()]));
  if (given.size !== details.length)
    throw new AppError('DETAIL_INVALID', 'details contains the same key twice', { field: ['input', 'details'] });
  for (const key of given.keys()) {
    if (!template.details.some((each) => each.key === key)) {
      throw new AppError('DETAIL_INVALID', `The template ${template.id} has no detail with this key`, {
        field: ['input', 'details', key.slice(0, 50)],
      });
    }
  }
  return template.details.flatMap((detail) => {
    const field = ['input', 'details', detail.key];
    const chosen = given.get(detail.key) ?? '';
    const value = chosen === '' ? (detail.default ?? '') : chosen;
    if (value === '' && detail.required) throw new AppError('DETAIL_REQUIRED', `${detail.label} is missing`, { field });
    if (value === '') return [];
    const read = readValue(detail, value);
    if ('problem' in read) throw new AppError('DETAIL_INVALID', read.problem, { field });
    return [{ key: detail.key, value: read.value }];
  });
};

/**
 * Turns a template, its checked details and the extra lists and tags into the data that sync plans from. It refuses
 * nothing, so that a workflow from before a rule can still be paused and deleted.
 */
export const compileTemplate = ({ effect }: WorkflowTemplate, details: readonly Detail[], extras: Extras): Compiled => {
  const idOf = (key: string | undefined): string[] =>
    details.filter((each) => each.key === key).map(({ value }) => value);
  return {
    lists: {
      fixed: [...new Set([...idOf(effect.listFrom), ...extras.listIds])],
      perEvent: effect.listPerEvent ?? false,
    },
    tags: {
      fixed: [...new Set([...idOf(effect.tagFrom), ...extras.tagIds])],
      event: effect.eventTag ?? false,
      ticketTypes: effect.ticketTypeTags ?? false,
    },
    createsContacts: effect.createsContacts,
  };
};

/** Throws BAD_INPUT with the path of the argument if a compiled template breaks a rule. */
export const checkCompiled = (template: WorkflowTemplate, { lists, tags, createsContacts }: Compiled): void => {
  const refuse = (field: string, message: string): never => {
    throw new AppError('BAD_INPUT', message, { field: ['input', field] });
  };
  if (!createsContacts && lists.fixed.length > 0)
    refuse('listIds', `The template ${template.id} does not subscribe anyone, so it cannot have lists`);
  if (lists.fixed.length + Number(lists.perEvent) > maxPerContact)
    refuse(
      'listIds',
      `A workflow can add a contact to at most ${maxPerContact} lists, including those of its template`,
    );
  if (tags.fixed.length + Number(tags.event) + Number(tags.ticketTypes) > maxPerContact)
    refuse('tagIds', `A workflow can add at most ${maxPerContact} tags to a contact, including those of its template`);
};
