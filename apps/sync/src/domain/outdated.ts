import type { WorkflowFact } from '@boxlist/contracts';
import type { Wish } from './decide-contact';
import { detailNames, fieldValues, type Details, type DetailTimes } from './map-buyer';
import type { StoredOrder } from './order';
import { isSamePhone } from './phone';

/** What orders have written of their buyer's contact, or may have: when each value was told, in ms. */
export interface Told {
  readonly details: DetailTimes;
  /** By the id of the custom field. */
  readonly fields: Readonly<Record<string, number>>;
}

const toldAt = (order: StoredOrder, name: keyof Details): number => (order.carried[name] ?? order).eventTime;

/** What an order has told, with the custom fields of one workflow. */
export const toldBy = (order: StoredOrder, fieldMapping: WorkflowFact['fieldMapping']): Told => ({
  details: Object.fromEntries(
    detailNames.flatMap((name) => (order[name] == null ? [] : [[name, toldAt(order, name)] as const])),
  ),
  fields: Object.fromEntries(
    fieldValues(order, fieldMapping).map(({ customFieldId }) => [customFieldId, order.eventTime]),
  ),
});

/** A wish without the details and fields for which something newer was written. */
export const wishNotOutdated = (wish: Wish, order: StoredOrder, written: readonly Told[]): Wish => {
  // A first name that was written stays, whichever is newer: a name as a whole cannot take its place.
  const isInParts = written.some(({ details: { firstName } }) => firstName !== undefined);
  const isOutdated = (name: keyof Details): boolean =>
    (name === 'wholeName' && isInParts) ||
    written.some(({ details }) => (details[name] ?? -Infinity) > toldAt(order, name));
  const details: Details = Object.fromEntries(
    detailNames.flatMap((name) =>
      wish.details[name] === undefined || isOutdated(name) ? [] : [[name, wish.details[name]] as const],
    ),
  );
  return {
    ...wish,
    details,
    fields: wish.fields.filter(
      ({ customFieldId }) => !written.some(({ fields }) => (fields[customFieldId] ?? -Infinity) > order.eventTime),
    ),
  };
};

/**
 * Whether a buyer's other orders have told another number than an order, and later. One that told the same number keeps it
 * as new as itself. Of orders that have expired only the time is known.
 */
export const isPhoneOutdated = (
  order: StoredOrder,
  others: readonly StoredOrder[],
  expired: Pick<Told, 'details'> | undefined,
  country: string | null,
): boolean => {
  const told = others.flatMap((each) =>
    each.phone == null || order.phone == null
      ? []
      : [{ at: toldAt(each, 'phone'), isSame: isSamePhone(each.phone, order.phone, country) }],
  );
  const lastAt = Math.max(toldAt(order, 'phone'), ...told.flatMap(({ at, isSame }) => (isSame ? at : [])));
  return (expired?.details.phone ?? -Infinity) > lastAt || told.some(({ at, isSame }) => !isSame && at > lastAt);
};
