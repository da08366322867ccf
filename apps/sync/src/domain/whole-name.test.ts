import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { aContact, email } from '../../test/planning';
import { knownFrom } from './known-contact';
import { detailsOf, detailTimesOf } from './map-buyer';
import { orderFrom, type StoredOrder } from './order';
import { valuesOf, withoutStaleValues } from './stale-values';
import { detailsText } from './merge-desired-states';
import { planBatch } from './plan-batch';
import { firstNameIn } from './whole-name';

describe('firstNameIn', () => {
  it.each([
    ['Ann Lee', 'Lee', 'Ann'],
    ['ann  van LEE', 'Van Lee', 'ann'],
    ['Lee Ann', 'Lee', 'Ann'],
    ['Ann Lee', 'Smith', undefined],
    ['Ann Blee', 'Lee', undefined],
    ['Lee', 'Lee', undefined],
    ['Lee', 'van Lee', undefined],
    ['Ann', '', undefined],
  ])('of "%s" with the last name "%s" is "%s"', (whole, last, first) => {
    expect(firstNameIn(whole, last)).toBe(first);
  });
});

const orderOf = (id: number, buyer: object): StoredOrder =>
  orderFrom({
    specversion: '1.0',
    id: `wh_${id}`,
    source: '/x',
    type: 'boxlist.order.created.v1',
    time: `2026-01-01T00:00:0${id}Z`,
    boxofficeid: 'bo_1',
    data: { id: `or_${id}`, status: 'completed', marketing_opt_in: true, buyer_details: { email, ...buyer } },
  });

/** Processes the orders in parts, each part as one batch, and returns the contact's name afterwards. */
const nameAfter = (parts: readonly (readonly StoredOrder[])[], listIds: readonly string[]): string => {
  let contact: CcContact | undefined;
  const done: StoredOrder[] = [];
  for (const part of parts) {
    const written = done.map((order) => valuesOf(order, []));
    const desiredStates = part.map((order) => {
      const desired = {
        deliveryId: `dlv_${order.orderId}`,
        orderTime: order.eventTime,
        placedAt: order.placedAt,
        valueTimestamps: detailTimesOf(order),
        optIn: 'OPTED_IN' as const,
        createsContacts: true,
        whenNotOptedIn: 'SKIP' as const,
        whenUnsubscribed: 'SKIP' as const,
        listIds,
        tagIds: ['tag-a'],
        fields: [],
        details: detailsOf(order),
      };
      return written.length > 0 ? withoutStaleValues(desired, order, written) : desired;
    });
    const planInput = {
      email,
      desiredStates,
      isUncertain: false,
      isImported: false,
      detailsMark: detailsText(desiredStates),
    };
    const known = contact ? knownFrom(contact) : 'none';
    for (const call of planBatch([planInput], new Map([[email, known]]), { optInRoute: 'DIRECT', importsNew: false })
      .calls)
      if (call.kind === 'import') contact = { ...contact!, ...nameIn({ ...call.lines[0]!.row }) };
      else if ('contact' in call) contact = { ...(contact ?? aContact()), ...nameIn({ ...call.contact }) };
    done.push(...part);
  }
  return `${contact?.first_name ?? ''}|${contact?.last_name ?? ''}`;
};
const nameIn = ({ first_name, last_name }: Readonly<Record<string, unknown>>): Partial<CcContact> =>
  ({ ...(first_name ? { first_name } : {}), ...(last_name ? { last_name } : {}) }) as Partial<CcContact>;

const permutations = <T>(some: readonly T[]): T[][] =>
  some.length < 2
    ? [[...some]]
    : some.flatMap((each) => permutations(some.filter((other) => other !== each)).map((rest) => [each, ...rest]));

/*
 * Regression: a last name was written next to the whole name that the contact had as its first name: "Ann Lee" "Lee".
 * In the opposite case, the whole name was left out and the contact had no first name.
 */
describe("the name of a contact whose buyer's orders have it in several forms", () => {
  it.each([
    ['a whole name, and a newer last name', [{ name: 'Ann Lee' }, { last_name: 'Lee' }], 'Ann|Lee'],
    ['a whole name, and an older last name', [{ last_name: 'Lee' }, { name: 'Ann Lee' }], 'Ann|Lee'],
    [
      'a whole name that is too long, and a last name',
      [{ name: `Ann ${'Maria '.repeat(8)}Lee` }, { last_name: 'Lee' }],
      `Ann ${'Maria '.repeat(8)}`.slice(0, 50).trim() + '|Lee',
    ],
    ['a whole name that is corrected', [{ name: 'An Lee' }, { name: 'Ann Lee' }], 'Ann Lee|'],
    ['a whole name, and a first name', [{ name: 'Ann Lee' }, { first_name: 'Anna' }], 'Anna|'],
    ['all three', [{ last_name: 'Lee' }, { name: 'Ann Lee' }, { first_name: 'Anna' }], 'Anna|Lee'],
  ])('is the same in any sequence: %s', (_case, buyers, expected) => {
    const orders = buyers.map((buyer, index) => orderOf(index + 1, buyer));
    for (const listIds of [['list-a'], []]) {
      expect(nameAfter([orders], listIds)).toBe(expected);
      for (const sequence of permutations(orders))
        expect(
          nameAfter(
            sequence.map((each) => [each]),
            listIds,
          ),
        ).toBe(expected);
    }
  });
});
