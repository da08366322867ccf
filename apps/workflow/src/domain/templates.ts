import { AppError, type WorkflowFact } from '@boxlist/contracts';

/** What kind of input a detail takes: a frontend draws the form from it. */
export type DetailKind = 'CONTACT_LIST' | 'TAG';

export interface TemplateDetail {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly kind: DetailKind;
  readonly required: boolean;
}

interface Effect {
  readonly listFrom?: string;
  readonly tagFrom?: string;
  readonly listPerEvent?: boolean;
  readonly eventTag?: boolean;
  readonly ticketTypeTags?: boolean;
  readonly createsContacts: boolean;
}

export interface WorkflowTemplate {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly details: readonly TemplateDetail[];
  readonly effect: Effect;
}

const detail = (key: string, kind: DetailKind, label: string, description: string): TemplateDetail => ({
  key,
  kind,
  label,
  description,
  required: true,
});

/** Every kind of workflow that can be created. A new one is a new entry. */
export const templates: readonly WorkflowTemplate[] = [
  {
    id: 'add-to-list',
    name: 'Add buyers to a list',
    description: 'Puts every buyer who opted in on one of your contact lists.',
    details: [detail('listId', 'CONTACT_LIST', 'Contact list', 'The list that buyers who opted in are added to.')],
    effect: { listFrom: 'listId', createsContacts: true },
  },
  {
    id: 'event-tag',
    name: 'Tag each buyer with their event',
    description:
      'Tags every buyer who opted in with the name and date of the event, such as tt_Food-Festival-2026-07-27.',
    details: [],
    effect: { eventTag: true, createsContacts: true },
  },
  {
    id: 'tag-all-buyers',
    name: 'Tag all buyers with one tag',
    description: 'Tags every buyer who opted in with a tag of your choice.',
    details: [detail('tagId', 'TAG', 'Tag', 'The tag that buyers who opted in get.')],
    effect: { tagFrom: 'tagId', createsContacts: true },
  },
  {
    id: 'list-per-event',
    name: 'A list for each event',
    description: 'Puts every buyer who opted in on a list named after the event, made when it is missing.',
    details: [],
    effect: { listPerEvent: true, createsContacts: true },
  },
  {
    id: 'ticket-type-tag',
    name: 'Tag each buyer with their ticket types',
    description: 'Tags every buyer who opted in with the types of their tickets.',
    details: [],
    effect: { ticketTypeTags: true, createsContacts: true },
  },
  {
    id: 'update-existing',
    name: "Keep existing contacts' details up to date",
    description: 'Updates the details of contacts that you have already, and subscribes nobody.',
    details: [],
    effect: { createsContacts: false },
  },
];

/** The template of that id. Throws UNKNOWN_TEMPLATE. */
export const templateById = (id: string): WorkflowTemplate => {
  const template = templates.find((each) => each.id === id);
  if (!template)
    throw new AppError('UNKNOWN_TEMPLATE', 'There is no workflow template of that id', {
      field: ['input', 'templateId'],
    });
  return template;
};

export interface Detail {
  readonly key: string;
  readonly value: string;
}

interface Extras {
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether a text can be an id at Constant Contact. */
export const isConstantContactId = (value: string): boolean => uuid.test(value);

/**
 * Checks a template's details and turns them, with the extra lists and tags, into what sync plans from. Throws DETAIL_REQUIRED,
 * DETAIL_INVALID or BAD_INPUT with the path of the argument.
 */
export const compileTemplate = (
  template: WorkflowTemplate,
  details: readonly Detail[],
  extras: Extras,
): Pick<WorkflowFact, 'lists' | 'tags' | 'createsContacts'> => {
  const values = new Map(details.map(({ key, value }) => [key, value.trim()]));
  if (values.size !== details.length)
    throw new AppError('DETAIL_INVALID', 'A detail is given twice', { field: ['input', 'details'] });
  for (const key of values.keys()) {
    if (!template.details.some((each) => each.key === key)) {
      throw new AppError('DETAIL_INVALID', `The template ${template.id} asks for no detail of that name`, {
        field: ['input', 'details', key.slice(0, 50)],
      });
    }
  }
  for (const { key, label, required } of template.details) {
    const value = values.get(key) ?? '';
    const field = ['input', 'details', key];
    if (required && value === '') throw new AppError('DETAIL_REQUIRED', `${label} is missing`, { field });
    if (value !== '' && !isConstantContactId(value))
      throw new AppError('DETAIL_INVALID', `${label} is not an id of Constant Contact`, { field });
  }
  const { effect } = template;
  if (!effect.createsContacts && extras.listIds.length > 0) {
    throw new AppError('BAD_INPUT', `The template ${template.id} subscribes nobody and takes no lists`, {
      field: ['input', 'listIds'],
    });
  }
  const idOf = (key: string | undefined): string[] => (key && values.get(key) ? [values.get(key) ?? ''] : []);
  return {
    lists: { fixed: unique([...idOf(effect.listFrom), ...extras.listIds]), perEvent: effect.listPerEvent ?? false },
    tags: {
      fixed: unique([...idOf(effect.tagFrom), ...extras.tagIds]),
      event: effect.eventTag ?? false,
      ticketTypes: effect.ticketTypeTags ?? false,
    },
    createsContacts: effect.createsContacts,
  };
};

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];
