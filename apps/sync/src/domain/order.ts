import { optInOf, type OptIn, type OrderEvent } from '@boxlist/contracts';
import { createHash } from 'node:crypto';
import { normalEmail } from './email-address';
import {
  highestRank,
  isNewer,
  lowestRank,
  momentOf,
  newerOf,
  placeOf,
  rankedFrom,
  rankOf,
  type EarlierStamp,
  type Stamp,
} from './event-order';

/**
 * The latest state of an order: the buyer's data that the product needs, and nothing of attendees. Its stamp is that of
 * its newest event.
 */
export interface StoredOrder extends Stamp {
  readonly key: string;
  readonly boxOfficeId: string;
  readonly orderId: string;
  /**
   * When the order was placed (ms), as far as its events show. The opt-in box was ticked at that time, however often
   * the order changes later.
   */
  readonly placedAt: number;
  readonly status: 'completed' | 'cancelled' | 'pending';
  readonly optIn: OptIn;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /**
   * The whole name of a buyer whose event did not have it in parts. Orders stored before sync read whole names do not
   * have this field.
   */
  readonly wholeName?: string | null;
  readonly phone: string | null;
  readonly street: string | null;
  readonly postalCode: string | null;
  readonly answers: readonly { readonly question: string; readonly answer: string }[];
  readonly event: {
    readonly id: string | null;
    readonly seriesId: string | null;
    readonly name: string | null;
    readonly startDate: string | null;
  } | null;
  readonly ticketTypes: readonly { readonly id: string | null; readonly name: string }[];
  /**
   * The fields whose value comes from an older event, because newer events had none, each with the stamp of that event.
   */
  readonly carried: Partial<Record<MergedField, Stamp>>;
  /** The buyer was erased: the order keeps nothing of the person, and sync does nothing for them. */
  readonly erased?: true;
  /** The stamp of the newest event that belongs to an erased buyer. It stays when a later event names another buyer. */
  readonly erasedUpTo?: Stamp;
  /** The history of the order has expired: only its ids, status and times are kept, and no event restores it. */
  readonly expired?: true;
}

const mergedFields = [
  'status',
  'optIn',
  'email',
  'firstName',
  'lastName',
  'wholeName',
  'phone',
  'street',
  'postalCode',
  'answers',
  'event',
  'ticketTypes',
] as const;
type MergedField = (typeof mergedFields)[number];

export const orderKey = (boxOfficeId: string, orderId: string): string => `${boxOfficeId}:${orderId}`;

const clean = (value: string | null | undefined): string | null => {
  // Control characters have no place in a name or an address.
  // eslint-disable-next-line no-control-regex
  const text = value?.replace(/[\u0000-\u001f\u007f]+/g, ' ').trim();
  return text === undefined || text === '' ? null : text;
};

/** Reads the data that the product needs from an order event. */
export const orderFrom = ({ id, source, type, time, boxofficeid, data }: OrderEvent): StoredOrder => {
  const buyer = data.buyer_details;
  const happenedAt = momentOf(time);
  const { address } = buyer ?? {};
  const street = [address?.address_1, address?.address_2, address?.address_3]
    .map(clean)
    .filter((line) => line !== null);
  return {
    key: orderKey(boxofficeid, data.id),
    boxOfficeId: boxofficeid,
    orderId: data.id,
    eventTime: happenedAt,
    eventRank: rankOf(type, data.status),
    cloudEventId: id,
    eventSource: source,
    placedAt: Math.min(happenedAt, data.created_at == null ? Infinity : data.created_at * 1_000),
    status: data.status,
    optIn: optInOf(data.marketing_opt_in),
    email: normalEmail(buyer?.email),
    firstName: clean(buyer?.first_name),
    lastName: clean(buyer?.last_name),
    wholeName: (clean(buyer?.first_name) ?? clean(buyer?.last_name)) ? null : clean(buyer?.name),
    phone: clean(buyer?.phone),
    street: street.length > 0 ? street.join(', ') : null,
    postalCode: clean(address?.postal_code),
    answers: (buyer?.custom_questions ?? []).flatMap(({ question, answer }) => {
      const [asked, said] = [clean(question), clean(answer)];
      return asked && said ? [{ question: asked, answer: said }] : [];
    }),
    event: data.event_summary
      ? {
          id: clean(data.event_summary.id),
          seriesId: clean(data.event_summary.event_series_id),
          name: clean(data.event_summary.name),
          startDate:
            clean(data.event_summary.start_date?.date) ??
            clean(data.event_summary.start_date?.iso)?.slice(0, 10) ??
            null,
        }
      : null,
    carried: {},
    ticketTypes: (data.line_items ?? []).flatMap(({ type, item_id, description }) => {
      const name = clean(description);
      return name && (type == null || type === 'ticket') ? [{ id: clean(item_id), name }] : [];
    }),
  };
};

/** An order as earlier versions may have stored it. */
export type EarlierOrder = Omit<StoredOrder, keyof Stamp | 'carried' | 'erasedUpTo'> &
  EarlierStamp & {
    readonly carried: Partial<Record<MergedField, EarlierStamp>>;
    readonly erasedUpTo?: EarlierStamp;
  };

/** An erased buyer's opt-in is not kept, but its stamp is, so that no older opt-in replaces it. */
const isForgottenAnswer = ({ optIn }: Pick<StoredOrder, 'optIn'>, field: string): boolean =>
  field === 'optIn' && optIn === 'NOT_ASKED';

/**
 * An order in today's form. Earlier versions compared events of the same time only by their ids. The newest event of
 * such an order counts as a creation, so that an update of the same time still applies. All events of the same time as
 * an erased buyer's last event count as that buyer's.
 */
export const asKeptToday = (kept: EarlierOrder): StoredOrder => {
  const { carried, erasedUpTo, email } = kept;
  const own = rankedFrom(kept, rankOf('boxlist.order.created.v1', kept.status));
  return {
    ...kept,
    email: normalEmail(email),
    ...own,
    // An id that was older when compared as text may be newer when compared by number. Then the value belongs to the
    // newest event.
    carried: Object.fromEntries(
      Object.entries(carried).flatMap(([field, stamp]) => {
        const place = rankedFrom(stamp, lowestRank);
        if (!isNewer(place, own)) return [[field, place]];
        return isForgottenAnswer(kept, field) ? [[field, own]] : [];
      }),
    ),
    ...(erasedUpTo ? { erasedUpTo: rankedFrom(erasedUpTo, highestRank) } : {}),
  } as StoredOrder;
};

const stampOf = (order: StoredOrder, field: MergedField): Stamp => placeOf(order.carried[field] ?? order);

/** "Was not asked" is the absence of an answer. */
const isEmpty = (value: StoredOrder[MergedField]): boolean =>
  value == null || value === 'NOT_ASKED' || (Array.isArray(value) && value.length === 0);

/** Empty values for all personal fields except the address and the opt-in. */
const nobody = {
  firstName: null,
  lastName: null,
  wholeName: null,
  phone: null,
  street: null,
  postalCode: null,
  answers: [],
} as const;
const personalFields = Object.keys(nobody) as (keyof typeof nobody)[];

const withoutCarried = (carried: StoredOrder['carried'], dropped: readonly MergedField[]): StoredOrder['carried'] =>
  Object.fromEntries(Object.entries(carried).filter(([field]) => !dropped.includes(field as MergedField)));

/**
 * The order without values that may belong to an erased buyer: details, and an opt-in, which never applies to another
 * person. The stamp of the opt-in stays, so that no older one replaces it. A refusal stays, whoever it is from.
 */
const withoutErased = (order: StoredOrder): StoredOrder => {
  const { erasedUpTo } = order;
  if (!erasedUpTo) return order;
  const isTheirs = (field: MergedField): boolean => !isNewer(stampOf(order, field), erasedUpTo);
  const dropped = personalFields.filter(isTheirs);
  const rest = {
    ...order,
    ...Object.fromEntries(dropped.map((field) => [field, nobody[field]])),
    carried: withoutCarried(order.carried, dropped),
  };
  return order.optIn === 'OPTED_IN' && isTheirs('optIn')
    ? { ...rest, optIn: 'NOT_ASKED', carried: { ...rest.carried, optIn: stampOf(order, 'optIn') } }
    : rest;
};

/**
 * An order without any data of its buyer. The stamp of the event with the address stays, because a later event may name
 * another buyer.
 */
export const withoutBuyer = (order: StoredOrder): StoredOrder => {
  return withoutErased({
    ...order,
    ...nobody,
    email: null,
    carried: withoutCarried(order.carried, personalFields),
    erased: true,
    // Later events without an address still belong to the erased buyer.
    erasedUpTo: newerOf(order.erasedUpTo, placeOf(order))!,
  });
};

/** The tombstone of an order whose history has expired: nothing of its buyer and nothing of its items. */
export const expiredOrder = (order: StoredOrder): StoredOrder => {
  const { erased: _, erasedUpTo: _e, ...rest } = withoutBuyer(order);
  return { ...rest, optIn: 'NOT_ASKED', event: null, ticketTypes: [], carried: {}, expired: true };
};

/**
 * Whether an order has no value for a field. An erased buyer counts as a value for the address, and a forgotten opt-in
 * as a value for the opt-in.
 */
const lacks = (order: StoredOrder, field: MergedField): boolean =>
  isEmpty(order[field]) &&
  !(field === 'email' && order.erased) &&
  !(field === 'optIn' && order.carried.optIn !== undefined);

/**
 * Whether the older of two states has the value of a field. When both have an address from the same event, the erasure
 * wins, because a process that read the event before the erasure may write it late.
 */
const isOfOlder = (older: StoredOrder, newer: StoredOrder, field: MergedField): boolean => {
  if (lacks(newer, field)) return true;
  if (lacks(older, field)) return false;
  const [before, after] = [stampOf(older, field), stampOf(newer, field)];
  return isNewer(before, after) || (field === 'email' && older.erased === true && !isNewer(after, before));
};

/**
 * Merges two states of one order: each field has the newest value that is not empty. Older values never overwrite newer
 * ones, empty values never overwrite others. The result does not depend on the sequence of arrival or on repeated
 * events. When the newest address belongs to an erased buyer, no data of any buyer is left, and none of it passes to a
 * buyer who is named later. An expired order stays expired, whatever events arrive.
 */
export const mergeOrders = (a: StoredOrder, b: StoredOrder): StoredOrder => {
  if (a.expired || b.expired) return a.expired ? a : b;
  const [older, newer] = isNewer(a, b) ? [b, a] : [a, b];
  const carried: Partial<Record<MergedField, Stamp>> = {};
  const taken: Partial<Record<MergedField, unknown>> = {};
  let isErased = false;
  for (const field of mergedFields) {
    const from = isOfOlder(older, newer, field) ? older : newer;
    taken[field] = from[field] ?? null;
    if (field === 'email') isErased = from.erased === true;
    const stamp = stampOf(from, field);
    const isForgotten = field === 'optIn' && isEmpty(from.optIn);
    if (!lacks(from, field) && (isNewer(newer, stamp) || isForgotten)) carried[field] = stamp;
  }
  const { erased: _, ...rest } = newer;
  const placedAt = Math.min(a.placedAt, b.placedAt);
  const erasedUpTo = newerOf(a.erasedUpTo, b.erasedUpTo);
  const merged = {
    ...rest,
    ...(taken as Pick<StoredOrder, MergedField>),
    placedAt,
    carried,
    ...(erasedUpTo ? { erasedUpTo } : {}),
  };
  return isErased ? withoutBuyer(merged) : withoutErased(merged);
};

/** A hash of all values that can change a decision: an event with the same hash changes nothing. */
export const revisionOf = ({
  status,
  optIn,
  email,
  firstName,
  lastName,
  wholeName,
  phone,
  street,
  postalCode,
  answers,
  event,
  ticketTypes,
}: StoredOrder): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        status,
        optIn,
        email,
        firstName,
        lastName,
        phone,
        street,
        postalCode,
        answers,
        event,
        ticketTypes,
        // Added only where there is one, so that other orders keep the revision from before sync read whole names.
        ...(wholeName ? [{ wholeName }] : []),
      ]),
    )
    .digest('base64url')
    .slice(0, 22);
