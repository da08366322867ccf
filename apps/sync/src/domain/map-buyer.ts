import type { WorkflowFact } from '@boxlist/contracts';
import type { StoredOrder } from './order';

/** A buyer's details as Constant Contact takes them; what is empty is absent, so that nothing is blanked. */
export interface Details {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly phone?: string;
  readonly street?: string;
  readonly postalCode?: string;
}

export const detailNames = [
  'firstName',
  'lastName',
  'phone',
  'street',
  'postalCode',
] as const satisfies (keyof Details)[];
export type DetailTimes = Readonly<Partial<Record<keyof Details, number>>>;

/** When each detail was told, where it was not by the order's newest event. */
export const detailTimesOf = ({ carried }: Pick<StoredOrder, 'carried'>): DetailTimes =>
  Object.fromEntries(
    detailNames.flatMap((name) => (carried[name] === undefined ? [] : [[name, carried[name].eventTime] as const])),
  );

const cut = (value: string | null, max: number): string | undefined =>
  value === null ? undefined : [...value].slice(0, max).join('').trim();

/** Names are cut at 50, street at 255; a phone over 25 characters is left out rather than cut into another number. */
export const detailsOf = ({ firstName, lastName, phone, street, postalCode }: StoredOrder): Details => ({
  ...present('firstName', cut(firstName, 50)),
  ...present('lastName', cut(lastName, 50)),
  ...present('phone', phone !== null && phone.length <= 25 ? phone : undefined),
  ...present('street', cut(street, 255)),
  ...present('postalCode', cut(postalCode, 50)),
});

const present = <K extends keyof Details>(name: K, value: string | undefined): Details =>
  value ? { [name]: value } : {};

/** `tt_{event name}-{event start date}`, blanks to hyphens, e.g. `tt_Food-Festival-2024-07-27`. Undefined for an order without an event. */
export const eventTagName = ({ event }: StoredOrder): string | undefined => {
  if (!event?.name) return undefined;
  const name = event.name.replace(/\s+/g, '-');
  const date = event.startDate ? `-${event.startDate}` : '';
  return `tt_${[...name].slice(0, 255 - 3 - date.length).join('')}${date}`;
};

/** The name of an event's own list. */
export const eventListName = ({ event }: StoredOrder): string | undefined => {
  if (!event?.name) return undefined;
  const date = event.startDate ? ` ${event.startDate}` : '';
  return `${[...event.name].slice(0, 255 - date.length).join('')}${date}`;
};

/** A tag for each ticket type, once. */
export const ticketTypeTagNames = ({ ticketTypes }: StoredOrder): string[] => [
  ...new Set(ticketTypes.map(({ name }) => [...name].slice(0, 255).join(''))),
];

/** Values for the workflow's custom fields; those without a value are left out. */
export const fieldValues = (
  order: StoredOrder,
  mapping: WorkflowFact['fieldMapping'],
): { customFieldId: string; value: string }[] =>
  mapping.flatMap(({ source, question, customFieldId }) => {
    const value = cut(fieldValue(order, source, question), 255);
    return value ? [{ customFieldId, value }] : [];
  });

const fieldValue = (
  order: StoredOrder,
  source: WorkflowFact['fieldMapping'][number]['source'],
  question: string | null,
): string | null => {
  switch (source) {
    case 'EVENT_NAME':
      return order.event?.name ?? null;
    case 'EVENT_START_DATE':
      return order.event?.startDate ?? null;
    case 'ORDER_ID':
      return order.orderId;
    case 'TICKET_TYPES':
      return order.ticketTypes.map(({ name }) => name).join(', ') || null;
    case 'CUSTOM_QUESTION':
      return (
        order.answers.find((each) => each.question.toLowerCase() === question?.trim().toLowerCase())?.answer ?? null
      );
  }
};
