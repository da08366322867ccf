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
 * The last known state of an order: what the product needs of the buyer, and nothing of attendees. Its place is that of
 * its newest event.
 */
export interface StoredOrder extends Stamp {
  readonly key: string;
  readonly boxOfficeId: string;
  readonly orderId: string;
  /**
   * When it was placed (ms), as far as its events tell. What was ticked at checkout was ticked then, however often the
   * order changes.
   */
  readonly placedAt: number;
  readonly status: 'completed' | 'cancelled' | 'pending';
  readonly optIn: OptIn;
  readonly email: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /**
   * The name as a whole, of a buyer whose event gave it in no parts. Orders that were stored before it was read have
   * none.
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
  /** The fields whose value an older event gave, because the newer ones had none, with that event's place. */
  readonly carried: Partial<Record<MergedField, Stamp>>;
  /** Its buyer was erased: nothing of the person is kept, and nothing is done for them. */
  readonly erased?: true;
  /** The place of the newest event with which it was an erased buyer's, also when a later one names somebody else. */
  readonly erasedUpTo?: Stamp;
  /** Its history has expired: only which order it was is kept, and none of its events brings it back. */
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

/** Takes out of an order event what the product needs. */
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
    eventId: id,
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

/** An order as it may have been kept earlier. */
export type EarlierOrder = Omit<StoredOrder, keyof Stamp | 'carried' | 'erasedUpTo'> &
  EarlierStamp & {
    readonly carried: Partial<Record<MergedField, EarlierStamp>>;
    readonly erasedUpTo?: EarlierStamp;
  };

/** An erased buyer's opt-in is not kept, its place is: no older answer takes it. */
const isForgottenAnswer = ({ optIn }: Pick<StoredOrder, 'optIn'>, field: string): boolean =>
  field === 'optIn' && optIn === 'NOT_ASKED';

/**
 * An order as it would be kept today. Where it was kept when events of the same time were told apart by their ids
 * alone, its newest event counts as a creation, so that an update of that time still comes through; and whatever came
 * in the time of an erased buyer's last event counts as theirs.
 */
export const asKeptToday = (kept: EarlierOrder): StoredOrder => {
  const { carried, erasedUpTo, email } = kept;
  const own = rankedFrom(kept, rankOf('boxlist.order.created.v1', kept.status));
  return {
    ...kept,
    email: normalEmail(email),
    ...own,
    // By its text an id may have been the older one, by its number it is not: then the value is of the newest event.
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

/** What an order holds of a person besides the address and the answer. */
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
 * The order without what may be an erased buyer's: details, and an opt-in, since what one person wants another does not
 * want thereby. The place of that answer is kept, so that no older one takes it. A "no" stands, whoever gave it.
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
 * An order without anything of its buyer. Which event gave the address stays known: a later one may name another buyer.
 */
export const withoutBuyer = (order: StoredOrder): StoredOrder => {
  return withoutErased({
    ...order,
    ...nobody,
    email: null,
    carried: withoutCarried(order.carried, personalFields),
    erased: true,
    // What came later without an address is still theirs.
    erasedUpTo: newerOf(order.erasedUpTo, placeOf(order))!,
  });
};

/** What is left of an order whose history has expired: nothing of its buyer, and nothing of what was bought. */
export const expiredOrder = (order: StoredOrder): StoredOrder => {
  const { erased: _, erasedUpTo: _e, ...rest } = withoutBuyer(order);
  return { ...rest, optIn: 'NOT_ASKED', event: null, ticketTypes: [], carried: {}, expired: true };
};

/**
 * Whether an order has no value for a field. That its buyer was erased is what such an order has for an address, and a
 * forgotten answer is one.
 */
const lacks = (order: StoredOrder, field: MergedField): boolean =>
  isEmpty(order[field]) &&
  !(field === 'email' && order.erased) &&
  !(field === 'optIn' && order.carried.optIn !== undefined);

/**
 * Whether the older of two states has the value of a field. Where both have an address by the same event, that its
 * buyer was erased counts: who has read the event before that may write it late.
 */
const isOfOlder = (older: StoredOrder, newer: StoredOrder, field: MergedField): boolean => {
  if (lacks(newer, field)) return true;
  if (lacks(older, field)) return false;
  const [before, after] = [stampOf(older, field), stampOf(newer, field)];
  return isNewer(before, after) || (field === 'email' && older.erased === true && !isNewer(after, before));
};

/**
 * Two states of one order as one: of each field the newest value that is not empty. Older never overwrites newer, empty
 * never overwrites a value, and the result is the same whatever the order of arrival and however often an event comes.
 * When the newest address is an erased buyer's, nothing of any buyer is left, and nothing of theirs comes to who is
 * named later. One that has expired stays so, also when it is told of anew.
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

/** A fingerprint of everything that can change a decision: another event with the same one changes nothing. */
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
        // Only where there is one: the others keep the fingerprint that they had before it was read.
        ...(wholeName ? [{ wholeName }] : []),
      ]),
    )
    .digest('base64url')
    .slice(0, 22);
