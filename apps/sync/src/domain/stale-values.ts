import type { WorkflowFact } from '@boxlist/contracts';
import type { DesiredState } from './desired-state';
import { detailNames, fieldValues, type Details, type DetailTimes } from './map-buyer';
import type { StoredOrder } from './order';
import { isSamePhone } from './phone';

/** The times (ms) of the values that orders have written to their buyer's contact, or may have. */
export interface WrittenValues {
  readonly details: DetailTimes;
  /** By the id of the custom field. */
  readonly fields: Readonly<Record<string, number>>;
}

const valueTime = (order: StoredOrder, name: keyof Details): number => (order.carried[name] ?? order).eventTime;

/** The value times of an order, with the custom fields of one workflow. */
export const valuesOf = (order: StoredOrder, fieldMapping: WorkflowFact['fieldMapping']): WrittenValues => ({
  details: Object.fromEntries(
    detailNames.flatMap((name) => (order[name] == null ? [] : [[name, valueTime(order, name)] as const])),
  ),
  fields: Object.fromEntries(
    fieldValues(order, fieldMapping).map(({ customFieldId }) => [customFieldId, order.eventTime]),
  ),
});

/** A desired state without stale details and fields: those for which a newer value was written. */
export const withoutStaleValues = (
  desired: DesiredState,
  order: StoredOrder,
  written: readonly WrittenValues[],
): DesiredState => {
  // A first name that was written stays even when it is older, because a whole name cannot replace it.
  const isInParts = written.some(({ details: { firstName } }) => firstName !== undefined);
  const isStale = (name: keyof Details): boolean =>
    (name === 'wholeName' && isInParts) ||
    written.some(({ details }) => (details[name] ?? -Infinity) > valueTime(order, name));
  const details: Details = Object.fromEntries(
    detailNames.flatMap((name) =>
      desired.details[name] === undefined || isStale(name) ? [] : [[name, desired.details[name]] as const],
    ),
  );
  return {
    ...desired,
    details,
    fields: desired.fields.filter(
      ({ customFieldId }) => !written.some(({ fields }) => (fields[customFieldId] ?? -Infinity) > order.eventTime),
    ),
  };
};

/**
 * Whether another order of the buyer has another number that is newer. Another order with the same number makes the
 * number as new as itself. Of expired orders only the time is known.
 */
export const isPhoneStale = (
  order: StoredOrder,
  others: readonly StoredOrder[],
  expired: Pick<WrittenValues, 'details'> | undefined,
  country: string | null,
): boolean => {
  const otherPhones = others.flatMap((each) =>
    each.phone == null || order.phone == null
      ? []
      : [{ at: valueTime(each, 'phone'), isSame: isSamePhone(each.phone, order.phone, country) }],
  );
  const lastAt = Math.max(valueTime(order, 'phone'), ...otherPhones.flatMap(({ at, isSame }) => (isSame ? at : [])));
  return (expired?.details.phone ?? -Infinity) > lastAt || otherPhones.some(({ at, isSame }) => !isSame && at > lastAt);
};
