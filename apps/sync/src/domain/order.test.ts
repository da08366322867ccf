import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  asKeptToday,
  mergeOrders,
  orderFrom,
  revisionOf,
  withoutBuyer,
  type EarlierOrder,
  type StoredOrder,
} from './order';

const email = fc.constantFrom(null, '', 'a@example.com', 'b@example.com');
const text = fc.constantFrom(null, '', 'one', 'two');
const event = fc
  .record({
    time: fc.constantFrom('2026-07-01T10:00:00Z', '2026-07-01T11:00:00Z', '2026-07-01T12:00:00Z'),
    id: fc.constantFrom('wh_1', 'wh_9', 'wh_10', 'wh_010', '', 'b8d2-7', 'evt'),
    type: fc.constantFrom('boxlist.order.created.v1' as const, 'boxlist.order.updated.v1' as const),
    source: fc.constantFrom('/x', '/y'),
    status: fc.constantFrom('completed' as const, 'cancelled' as const, 'pending' as const),
    optIn: fc.constantFrom(null, 'true', 'false'),
    email,
    phone: text,
    firstName: text,
    answer: text,
  })
  .map((given) =>
    orderFrom({
      specversion: '1.0',
      id: given.id,
      source: given.source,
      type: given.type,
      time: given.time,
      boxofficeid: 'bo_1',
      data: {
        id: 'or_1',
        status: given.status,
        marketing_opt_in: given.optIn,
        buyer_details: {
          email: given.email,
          phone: given.phone,
          first_name: given.firstName,
          custom_questions: [{ question: 'Q', answer: given.answer }],
        },
      },
    }),
  );
/** The events of an order: no two have the same time, source and id. */
const events = fc.uniqueArray(event, {
  minLength: 1,
  maxLength: 6,
  selector: (each) => `${each.eventTime}/${each.eventSource}/${each.cloudEventId}`,
});
/** A text that sorts as events do; the rank comes from type and status. */
const placeInWords = ({ eventTime, eventRank, cloudEventId, eventSource }: StoredOrder): string =>
  [
    String(eventTime).padStart(20, '0'),
    eventRank,
    cloudEventId.replace(/\d+/g, (digits) => digits.padStart(9, '0')),
    cloudEventId,
    eventSource,
  ].join(' ');
const newestFirstOf = (given: readonly StoredOrder[]): StoredOrder[] =>
  [...given].sort((a, b) => (placeInWords(a) < placeInWords(b) ? 1 : -1));
const all = (orders: readonly StoredOrder[]): StoredOrder => orders.reduce((a, b) => mergeOrders(a, b));

describe("an order's events", () => {
  it('lead to one state, whatever the sequence of arrival and however often each arrives', () => {
    fc.assert(
      fc.property(
        events.chain((each) =>
          fc.tuple(fc.constant(each), fc.shuffledSubarray([...each, ...each], { minLength: each.length * 2 })),
        ),
        ([once, shuffledTwice]) => {
          expect(all(shuffledTwice)).toEqual(all(once));
        },
      ),
    );
  });

  it('lead to one state in whichever groups they are merged', () => {
    fc.assert(
      fc.property(events, fc.nat(), (given, split) => {
        const at = split % given.length;
        const groups = [given.slice(0, at), given.slice(at)].filter((each) => each.length > 0).map(all);
        expect(all(groups)).toEqual(all(given));
        expect(mergeOrders(all(given), all(given))).toEqual(all(given));
      }),
    );
  });

  it('set each field to the newest value that is not empty', () => {
    fc.assert(
      fc.property(events, (given) => {
        const newestFirst = newestFirstOf(given);
        const merged = all(given);
        for (const field of ['email', 'phone', 'firstName'] as const)
          expect(merged[field]).toBe(newestFirst.find((each) => each[field] !== null)?.[field] ?? null);
        expect(merged.status).toBe(newestFirst[0]?.status);
        expect(merged.optIn).toBe(newestFirst.find(({ optIn }) => optIn !== 'NOT_ASKED')?.optIn ?? 'NOT_ASKED');
      }),
    );
  });
});

describe('an order stored when only ids decided between events of the same time', () => {
  const stampless = ({ eventRank: _r, eventSource: _s, ...order }: StoredOrder): EarlierOrder => {
    const bare = ({ eventTime, cloudEventId }: StoredOrder): EarlierOrder['erasedUpTo'] => ({
      eventTime,
      cloudEventId,
    });
    return {
      ...order,
      carried: Object.fromEntries(
        Object.entries(order.carried).map(([field, stamp]) => [field, bare(stamp as StoredOrder)]),
      ),
      ...(order.erasedUpTo ? { erasedUpTo: bare(order.erasedUpTo as StoredOrder) } : {}),
    };
  };

  it('does not change when its own events are merged again', () => {
    fc.assert(
      fc.property(events, (given) => {
        const kept = asKeptToday(stampless(all(given)));
        const updated = mergeOrders(kept, all(given));
        expect(revisionOf(updated)).toBe(revisionOf(all(given)));
        expect(mergeOrders(updated, all(given))).toEqual(updated);
      }),
    );
  });

  it('leads to one state with new events, whatever the sequence of arrival', () => {
    fc.assert(
      fc.property(
        events,
        events.chain((each) =>
          fc.tuple(fc.constant(each), fc.shuffledSubarray([...each, ...each], { minLength: each.length * 2 })),
        ),
        (before, [once, shuffledTwice]) => {
          const kept = asKeptToday(stampless(all(before)));
          expect(all([kept, ...shuffledTwice])).toEqual(all([...once, kept]));
        },
      ),
    );
  });

  it('passes nothing to a later buyer that may be from the time of an erased one', () => {
    fc.assert(
      fc.property(events, (given) => {
        const erased = withoutBuyer(all(given.map((each) => ({ ...each, email: 'a@example.com' }))));
        const kept = asKeptToday(stampless(erased));
        const last = { ...newestFirstOf(given)[0]!, email: 'b@example.com', phone: 'two' };
        expect(mergeOrders(kept, last).phone).toBeNull();
      }),
    );
  });
});

describe('an order with an erased buyer', () => {
  const erasedAddress = 'a@example.com';
  /** An order as the intake passes it on. */
  const sieved = (order: StoredOrder): StoredOrder => (order.email === erasedAddress ? withoutBuyer(order) : order);
  const personal = ({ email, firstName, lastName, phone, street, postalCode, answers }: StoredOrder) => ({
    email,
    firstName,
    lastName,
    phone,
    street,
    postalCode,
    answers,
  });

  it('keeps nothing of a buyer while the newest address belongs to an erased one', () => {
    fc.assert(
      fc.property(events, (given) => {
        const newestFirst = newestFirstOf(given);
        const newest = newestFirst.find(({ email: address }) => address !== null)?.email;
        const merged = all(given.map(sieved));
        expect(merged.erased === true).toBe(newest === erasedAddress);
        if (merged.erased) expect(personal(merged)).toEqual(personal(withoutBuyer(merged)));
      }),
    );
  });

  it('has one address and one opt-in, whatever the sequence of arrival and however often each event arrives', () => {
    fc.assert(
      fc.property(
        // Every event has an address here. Whether an event without one counts as the erased buyer's depends on its
        // time of arrival.
        events
          .map((some) => some.map((each) => ({ ...each, email: each.email ?? 'c@example.com' })))
          .chain((each) =>
            fc.tuple(fc.constant(each), fc.shuffledSubarray([...each, ...each], { minLength: each.length * 2 })),
          ),
        ([once, shuffledTwice]) => {
          const [merged, expected] = [all(shuffledTwice.map(sieved)), all(once.map(sieved))];
          for (const field of ['email', 'optIn', 'status', 'erased', 'erasedUpTo'] as const)
            expect(merged[field]).toEqual(expected[field]);
        },
      ),
    );
  });

  it('is the same whatever the sequence of arrival, when no other buyer is named', () => {
    fc.assert(
      fc.property(
        events
          .map((some) => some.map((each) => ({ ...each, email: each.email && erasedAddress })))
          .chain((each) =>
            fc.tuple(fc.constant(each), fc.shuffledSubarray([...each, ...each], { minLength: each.length * 2 })),
          ),
        ([once, shuffledTwice]) => {
          expect(all(shuffledTwice.map(sieved))).toEqual(all(once.map(sieved)));
        },
      ),
    );
  });

  it('stays erased when a process that read its events before the erasure writes late', () => {
    fc.assert(
      fc.property(events, fc.infiniteStream(fc.boolean()), (given, chosen) => {
        const some = given.map((each) => ({ ...each, email: each.email && erasedAddress }));
        const stored = all(some.map(sieved));
        const late = some.filter(() => chosen.next().value);
        if (!stored.erased || late.length === 0) return;
        expect(mergeOrders(stored, all(late))).toEqual(stored);
        expect(mergeOrders(all(late), stored)).toEqual(stored);
      }),
    );
  });

  it("passes to a later buyer no opt-in and no detail that may be the erased one's, but every refusal", () => {
    fc.assert(
      fc.property(events, (given) => {
        const newestFirst = newestFirstOf(given);
        const place = (is: (order: StoredOrder) => boolean): number => {
          const at = newestFirst.findIndex(is);
          return at < 0 ? Infinity : at;
        };
        const answer = place(({ optIn }) => optIn !== 'NOT_ASKED');
        const erased = place(({ email: of }) => of === erasedAddress);
        const merged = all(given.map(sieved));
        const said = newestFirst[answer]?.optIn ?? 'NOT_ASKED';
        if (merged.erased) return;
        const isTheirOwn = erased === Infinity || answer < erased;
        if (said !== 'OPTED_IN' || !isTheirOwn) expect(merged.optIn).toBe(said === 'OPTED_IN' ? 'NOT_ASKED' : said);
        else if (given.every((each) => each.email !== null)) expect(merged.optIn).toBe('OPTED_IN');
        const theirOwn = newestFirst.slice(0, erased < Infinity ? erased : undefined);
        for (const field of ['phone', 'firstName'] as const)
          if (merged[field] !== null) expect(theirOwn.map((each) => each[field])).toContain(merged[field]);
      }),
    );
  });

  it('stores nothing more of that buyer, whatever the sequence of arrival', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const stored = withoutBuyer(all(before));
        const fresh = after.map((each) => sieved({ ...each, email: each.email && erasedAddress }));
        const merged = all([stored, ...fresh]);
        expect(personal(merged)).toEqual(personal(stored));
      }),
    );
  });
});
