import type { WorkflowFact } from '@boxlist/contracts';
import type { StoredOrder } from './order';

/** A buyer's details as Constant Contact accepts them. Empty details are absent, so that no write clears a value. */
export interface Details {
  readonly firstName?: string;
  readonly lastName?: string;
  /** Only for a buyer whose name is not known in parts. */
  readonly wholeName?: string;
  readonly phone?: string;
  readonly street?: string;
  readonly postalCode?: string;
}

export const detailNames = [
  'firstName',
  'lastName',
  'wholeName',
  'phone',
  'street',
  'postalCode',
] as const satisfies (keyof Details)[];
export type DetailTimes = Readonly<Partial<Record<keyof Details, number>>>;

/** The time of each detail that did not come with the order's newest event. */
export const detailTimesOf = ({ carried }: Pick<StoredOrder, 'carried'>): DetailTimes =>
  Object.fromEntries(
    detailNames.flatMap((name) => (carried[name] === undefined ? [] : [[name, carried[name].eventTime] as const])),
  );

/** The longest values that Constant Contact accepts, in characters. */
const longest = {
  firstName: 50,
  lastName: 50,
  wholeName: 50,
  street: 255,
  postalCode: 50,
  phone: 25,
  customField: 255,
} as const;
const cuttable = {
  firstName: 'first name',
  lastName: 'last name',
  street: 'street',
  postalCode: 'postal code',
} as const;

const cut = (value: string | null | undefined, max: number): string | undefined =>
  value == null ? undefined : [...value].slice(0, max).join('').trim();

/** A name, cut to the length that Constant Contact accepts. */
export const cutName = (name: string): string => cut(name, longest.firstName) ?? '';

const isTooLong = (value: string | null, max: number): boolean => value !== null && [...value].length > max;

/**
 * The details of an order. Values that are too long are cut. A phone is left out instead, because a cut would make it
 * another number.
 */
export const detailsOf = ({ firstName, lastName, wholeName, phone, street, postalCode }: StoredOrder): Details => ({
  ...present('firstName', cut(firstName, longest.firstName)),
  ...present('lastName', cut(lastName, longest.lastName)),
  // A first name outranks a whole name, whichever event has it. The whole name is cut only when it is written, because
  // a cut here would remove the last name at its end.
  ...(firstName === null ? present('wholeName', wholeName?.trim()) : {}),
  ...present('phone', phone !== null && phone.length <= longest.phone ? phone : undefined),
  ...present('street', cut(street, longest.street)),
  ...present('postalCode', cut(postalCode, longest.postalCode)),
});

/** In words, the values of an order that do not reach the contact in full. The values themselves are not named. */
export const shortenings = (order: StoredOrder, mapping: WorkflowFact['fieldMapping']): string[] => [
  ...Object.entries(cuttable).flatMap(([name, words]) => {
    const max = longest[name as keyof typeof cuttable];
    return isTooLong(order[name as keyof typeof cuttable], max) ? [`cut the ${words} at ${max} characters`] : [];
  }),
  ...(order.lastName === null &&
  detailsOf(order).wholeName !== undefined &&
  isTooLong(order.wholeName ?? null, longest.wholeName)
    ? [`cut the name at ${longest.wholeName} characters`]
    : []),
  ...(order.phone !== null && order.phone.length > longest.phone
    ? [`left out the phone: it is longer than the ${longest.phone} characters that Constant Contact accepts`]
    : []),
  ...(mapping.some(({ source, question }) => isTooLong(fieldValue(order, source, question), longest.customField))
    ? [`cut a custom field at ${longest.customField} characters`]
    : []),
];

const present = <K extends keyof Details>(name: K, value: string | undefined): Details =>
  value ? { [name]: value } : {};

/**
 * `tt_{event name}-{event start date}` with hyphens for blanks, e.g. `tt_Food-Festival-2024-07-27`. Undefined for an
 * order without an event.
 */
export const eventTagName = ({ event }: StoredOrder): string | undefined => {
  if (!event?.name) return undefined;
  const name = event.name.replace(/\s+/g, '-');
  const date = event.startDate ? `-${event.startDate}` : '';
  return `tt_${[...name].slice(0, 255 - 3 - date.length).join('')}${date}`;
};

/** The name of the list for an order's event; undefined without an event. */
export const eventListName = ({ event }: StoredOrder): string | undefined => {
  if (!event?.name) return undefined;
  const date = event.startDate ? ` ${event.startDate}` : '';
  return `${[...event.name].slice(0, 255 - date.length).join('')}${date}`;
};

/** One tag for each ticket type. */
export const ticketTypeTagNames = ({ ticketTypes }: StoredOrder): string[] => [
  ...new Set(ticketTypes.map(({ name }) => [...name].slice(0, 255).join(''))),
];

/** The values for the workflow's custom fields, without empty ones. */
export const fieldValues = (
  order: StoredOrder,
  mapping: WorkflowFact['fieldMapping'],
): { customFieldId: string; value: string }[] =>
  mapping.flatMap(({ source, question, customFieldId }) => {
    const value = cut(fieldValue(order, source, question), longest.customField);
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
