import type { WorkflowFact } from '@boxlist/contracts';
import type { Wish } from './decide-contact';
import { detailNames, fieldValues, type Details } from './map-buyer';
import type { StoredOrder } from './order';

/** An order for which its buyer's contact was written, or may have been. */
export interface Written {
  readonly order: StoredOrder;
  readonly workflowId: string;
}

const toldAt = (order: StoredOrder, name: keyof Details): number => (order.carried[name] ?? order).eventTime;

/** A wish without the details and fields for which another order of the same buyer has a newer value that was written. */
export const wishNotOutdated = (
  wish: Wish,
  order: StoredOrder,
  { workflowId, fieldMapping }: Pick<WorkflowFact, 'workflowId' | 'fieldMapping'>,
  written: readonly Written[],
): Wish => {
  const isOutdated = (name: keyof Details): boolean =>
    written.some((each) => each.order[name] !== null && toldAt(each.order, name) > toldAt(order, name));
  const newerFields = new Set(
    written
      .filter((each) => each.workflowId === workflowId && each.order.eventTime > order.eventTime)
      .flatMap((each) => fieldValues(each.order, fieldMapping).map(({ customFieldId }) => customFieldId)),
  );
  const details: Details = Object.fromEntries(
    detailNames.flatMap((name) =>
      wish.details[name] === undefined || isOutdated(name) ? [] : [[name, wish.details[name]] as const],
    ),
  );
  return { ...wish, details, fields: wish.fields.filter(({ customFieldId }) => !newerFields.has(customFieldId)) };
};
