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

/** The state of a contact that one delivery wants. */
export interface DesiredState {
  readonly deliveryId: string;
  /** When the order's newest event happened (ms); the details of the newest order win. */
  readonly orderTime: number;
  /** When the order was placed (ms), and so the opt-in box ticked. */
  readonly placedAt: number;
  readonly optIn: OptIn;
  readonly createsContacts: boolean;
  readonly whenNotOptedIn: WorkflowFact['whenNotOptedIn'];
  readonly whenUnsubscribed: WorkflowFact['whenUnsubscribed'];
  readonly listIds: readonly string[];
  readonly tagIds: readonly string[];
  readonly fields: readonly { readonly customFieldId: string; readonly value: string }[];
  readonly details: Details;
  /** The times (ms) of details that came with an older event of the order; the others came with the newest. */
  readonly valueTimestamps: DetailTimes;
  /** In words, the values that do not reach the contact in full. */
  readonly shortenings?: readonly string[];
}

/** The lists and tags of a workflow for one order that have names instead of ids. */
export interface NamedTargets {
  readonly lists: readonly string[];
  readonly tags: readonly string[];
}

/** Leaves out names without a value, such as that of an order without an event. */
const present = (names: readonly (string | undefined)[]): string[] => names.filter((name) => name !== undefined);

/**
 * The names of an order's lists and tags. The list of the event is only for buyers who may be subscribed, because sync
 * creates a list that does not exist.
 */
export const namedTargets = (order: StoredOrder, { lists, tags, createsContacts }: WorkflowFact): NamedTargets => ({
  lists: present(lists.perEvent && createsContacts && order.optIn === 'OPTED_IN' ? [eventListName(order)] : []),
  tags: present([...(tags.event ? [eventTagName(order)] : []), ...(tags.ticketTypes ? ticketTypeTagNames(order) : [])]),
});

/** The desired state of an order's buyer by a workflow. `named` holds the ids of its `namedTargets`. */
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
