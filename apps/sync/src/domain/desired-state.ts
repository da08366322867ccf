import type { OptIn, WorkflowFact } from '@boxlist/contracts';
import {
  detailsOf,
  detailTimesOf,
  eventListName,
  eventTagName,
  fieldValues,
  shortenings,
  ticketTypeTagNames,
  type Details,
  type DetailTimes,
} from './map-buyer';
import type { StoredOrder } from './order';

/** What one delivery would like to be true of a contact. */
export interface DesiredState {
  readonly deliveryId: string;
  /** When the order's newest event happened (ms): the newest order's details win. */
  readonly orderTime: number;
  /** When the order was placed (ms), and with it the box ticked. */
  readonly placedAt: number;
  readonly optIn: OptIn;
  readonly createsContacts: boolean;
  readonly whenNotOptedIn: WorkflowFact['whenNotOptedIn'];
  readonly whenUnsubscribed: WorkflowFact['whenUnsubscribed'];
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly fields: readonly { readonly customFieldId: string; readonly value: string }[];
  readonly details: Details;
  /** When those details were told (ms) that an older event of the order gave; the others came with the newest. */
  readonly valueTimestamps: DetailTimes;
  /** What does not reach the contact as the order told it, in words. */
  readonly shortenings?: readonly string[];
}

/** The lists and tags of a workflow that have names instead of ids, for one order. */
export interface NamedTargets {
  readonly lists: readonly string[];
  readonly tags: readonly string[];
}

/** Names without a value, such as that of an order without an event, are left out. */
const present = (names: readonly (string | undefined)[]): string[] => names.filter((name) => name !== undefined);

/** A list of the event only for a buyer who may be subscribed: it is created where it does not exist. */
export const namedTargets = (order: StoredOrder, { lists, tags, createsContacts }: WorkflowFact): NamedTargets => ({
  lists: present(lists.perEvent && createsContacts && order.optIn === 'OPTED_IN' ? [eventListName(order)] : []),
  tags: present([...(tags.event ? [eventTagName(order)] : []), ...(tags.ticketTypes ? ticketTypeTagNames(order) : [])]),
});

/** What a workflow asks for an order's buyer. `named` holds the ids of its `namedTargets`. */
export const desiredState = (
  deliveryId: string,
  order: StoredOrder,
  workflow: WorkflowFact,
  named: NamedTargets,
): DesiredState => ({
  deliveryId,
  orderTime: order.eventTime,
  placedAt: order.placedAt,
  optIn: order.optIn,
  createsContacts: workflow.createsContacts,
  whenNotOptedIn: workflow.whenNotOptedIn,
  whenUnsubscribed: workflow.whenUnsubscribed,
  listIds: [...new Set([...workflow.lists.fixed, ...named.lists])],
  tagIds: [...new Set([...workflow.tags.fixed, ...named.tags])],
  fields: fieldValues(order, workflow.fieldMapping),
  details: detailsOf(order),
  valueTimestamps: detailTimesOf(order),
  shortenings: shortenings(order, workflow.fieldMapping),
});
