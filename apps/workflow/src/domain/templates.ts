import { AppError } from '@boxlist/contracts';

/** The kind of a detail's value. Frontends build the form from it. */
type DetailKind = 'CONTACT_LIST' | 'TAG' | 'TEXT' | 'BOOLEAN' | 'CHOICE';

export interface TemplateDetail {
  readonly key: string;
  readonly label: string;
  readonly description: string;
  readonly kind: DetailKind;
  readonly required: boolean;
  /** The value if none is given. */
  readonly default: string | null;
  /** The allowed values of a CHOICE. */
  readonly choices: readonly string[];
  /** In characters. Null if the kind itself determines the form of a value. */
  readonly maxLength: number | null;
}

/**
 * What a template does with an order. `listFrom` and `tagFrom` name the details that contain the list and the tag.
 */
interface Effect {
  readonly createsContacts: boolean;
  readonly listFrom?: string;
  readonly tagFrom?: string;
  readonly listPerEvent?: boolean;
  readonly eventTag?: boolean;
  readonly ticketTypeTags?: boolean;
}

export interface WorkflowTemplate {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly details: readonly TemplateDetail[];
  readonly effect: Effect;
}

const required = (key: string, kind: 'CONTACT_LIST' | 'TAG', label: string, description: string): TemplateDetail => ({
  key,
  kind,
  label,
  description,
  required: true,
  default: null,
  choices: [],
  maxLength: null,
});

/**
 * Every kind of workflow that can be created, in the sequence in which organisers see them. A new template is a new
 * entry.
 */
export const templates: readonly WorkflowTemplate[] = [
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
    details: [required('tagId', 'TAG', 'Tag', 'The tag to add to buyers who opted in.')],
    effect: { tagFrom: 'tagId', createsContacts: true },
  },
  {
    id: 'add-to-list',
    name: 'Add buyers to a list',
    description: 'Adds every buyer who opted in to one of your contact lists.',
    details: [required('listId', 'CONTACT_LIST', 'Contact list', 'The list to add buyers who opted in to.')],
    effect: { listFrom: 'listId', createsContacts: true },
  },
  {
    id: 'list-per-event',
    name: 'A list for each event',
    description:
      'Adds every buyer who opted in to a list named after the event, and creates the list if it is missing.',
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
    description: 'Updates the details of contacts that you already have. Subscribes nobody.',
    details: [],
    effect: { createsContacts: false },
  },
];

/** The template with this id. Throws UNKNOWN_TEMPLATE. */
export const templateById = (id: string): WorkflowTemplate => {
  const template = templates.find((each) => each.id === id);
  if (!template)
    throw new AppError('UNKNOWN_TEMPLATE', 'There is no workflow template with this id', {
      field: ['input', 'templateId'],
    });
  return template;
};
