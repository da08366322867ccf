import { detailsOfNew } from './contact-bodies';
import { describe, expect, it } from '@jest/globals';
import { detailsOf, detailTimesOf, eventTagName, shortenings, ticketTypeTagNames } from './map-buyer';
import { mergeOrders, orderFrom, revisionOf, withoutBuyer } from './order';

const event = (data: object) =>
  orderFrom({
    specversion: '1.0',
    id: 'wh_1',
    source: '/x',
    type: 'boxlist.order.created.v1',
    time: '2026-07-01T18:30:05Z',
    boxofficeid: 'bo_1',
    data: { id: 'or_1', status: 'completed', ...data },
  });

describe('a buyer', () => {
  it('has a trimmed e-mail address in lower case, and joined address lines', () => {
    const order = event({
      buyer_details: {
        email: '  Ada@Example.COM ',
        address: { address_1: ' 1 Street ', address_2: '', address_3: 'Quarter', postal_code: 'EX1' },
      },
    });
    expect(order.email).toBe('ada@example.com');
    expect(detailsOf(order)).toEqual({ street: '1 Street, Quarter', postalCode: 'EX1' });
  });

  it('has names cut at 50 characters, and no phone over 25', () => {
    const details = detailsOf(event({ buyer_details: { first_name: 'x'.repeat(60), phone: '1'.repeat(26) } }));
    expect(details).toEqual({ firstName: 'x'.repeat(50) });
  });

  it('has each cut or omitted value listed without the value, and nothing listed where all fits', () => {
    const question = { question: 'Why?', answer: 'z'.repeat(256) };
    const long = event({
      buyer_details: {
        first_name: 'x'.repeat(51),
        last_name: 'x'.repeat(50),
        phone: '1'.repeat(26),
        address: { postal_code: 'y'.repeat(51) },
        custom_questions: [question],
      },
    });
    const mapping = [{ source: 'CUSTOM_QUESTION' as const, question: 'why?', customFieldId: 'f1' }];
    expect(shortenings(long, mapping)).toEqual([
      'cut the first name at 50 characters',
      'cut the postal code at 50 characters',
      'left out the phone: it is longer than the 25 characters that Constant Contact accepts',
      'cut a custom field at 255 characters',
    ]);
    expect(shortenings(event({ buyer_details: { first_name: 'Ada', phone: '0123' } }), mapping)).toEqual([]);
  });

  // Regression: nothing read the whole name, so such a buyer became a contact without a name.
  it('has a whole name where no event has its parts, and the cut at 50 is listed', () => {
    const whole = event({ buyer_details: { name: `Ann ${'x'.repeat(60)}` } });
    expect(detailsOfNew(detailsOf(whole))).toMatchObject({ firstName: `Ann ${'x'.repeat(46)}` });
    expect(shortenings(whole, [])).toEqual(['cut the name at 50 characters']);
    const inBatches = event({ buyer_details: { first_name: 'Ann', name: `Ann ${'x'.repeat(60)}` } });
    expect(detailsOf(inBatches)).toEqual({ firstName: 'Ann' });
    expect(shortenings(inBatches, [])).toEqual([]);
  });

  it('has the newest whole name until an event has the parts, whatever the sequence of arrival', () => {
    const named = (minute: number, buyer: object) => ({
      ...event({ buyer_details: { email: 'a@example.com', ...buyer } }),
      eventTime: minute,
      cloudEventId: `wh_${minute}`,
    });
    const [first, corrected, inBatches] = [
      named(1, { name: 'An Lee' }),
      named(2, { name: 'Ann Lee' }),
      named(3, { name: 'Ann Leigh', first_name: 'Ann', last_name: 'Leigh' }),
    ];
    expect(detailsOf(mergeOrders(corrected, first))).toEqual({ wholeName: 'Ann Lee' });
    expect(detailTimesOf(mergeOrders(corrected, named(3, {})))).toEqual({ wholeName: 2 });
    for (const some of [
      [first, inBatches, corrected],
      [inBatches, corrected, first],
    ])
      expect(detailsOf(some.reduce(mergeOrders))).toEqual({ firstName: 'Ann', lastName: 'Leigh' });
    expect(withoutBuyer(corrected).wholeName).toBeNull();
    // A new whole name changes the revision; one that is not read does not.
    expect(revisionOf(corrected)).not.toBe(revisionOf(first));
    expect(revisionOf(inBatches)).toBe(revisionOf(named(3, { first_name: 'Ann', last_name: 'Leigh' })));
    // An order from before sync read whole names has none.
    const { wholeName: _, ...before } = first;
    expect(mergeOrders(before, corrected).wholeName).toBe('Ann Lee');
    expect(mergeOrders(first, { ...before, eventTime: 4, cloudEventId: 'wh_4' }).wholeName).toBe('An Lee');
  });

  it('is stored without attendees', () => {
    expect(
      JSON.stringify(event({ issued_tickets: [{ barcode: 'secret-barcode' }], notes: 'secret-note' })),
    ).not.toMatch(/secret/);
  });
});

describe('names made from an order', () => {
  it('have the form that organisers know: tt_{event name}-{event start date}', () => {
    expect(eventTagName(event({ event_summary: { name: 'Food Festival', start_date: { date: '2024-07-27' } } }))).toBe(
      'tt_Food-Festival-2024-07-27',
    );
    expect(
      eventTagName(event({ event_summary: { name: 'x'.repeat(300), start_date: { iso: '2024-07-27T10:00:00Z' } } })),
    ).toHaveLength(255);
    expect(eventTagName(event({ event_summary: null }))).toBeUndefined();
  });

  it('are one for each ticket type, and none for other items', () => {
    const line_items = [
      { type: 'ticket', item_id: 'tt_1', description: 'Day' },
      { type: 'ticket', item_id: 'tt_1', description: 'Day' },
      { type: 'gift_card', description: 'Gift' },
    ];
    expect(ticketTypeTagNames(event({ line_items }))).toEqual(['Day']);
  });
});

describe("an order's revision", () => {
  it('changes with values that can change a decision, and with nothing else', () => {
    const base = revisionOf(event({}));
    expect(revisionOf(event({ notes: 'x', total: 5 }))).toBe(base);
    expect(revisionOf(event({ marketing_opt_in: 'true' }))).not.toBe(base);
    expect(revisionOf(event({ status: 'cancelled' }))).not.toBe(base);
  });
});
