import { describe, expect, it } from '@jest/globals';
import { detailsOf, eventTagName, shortenings, ticketTypeTagNames } from './map-buyer';
import { orderFrom, revisionOf } from './order';

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
  it('is taken with the e-mail trimmed and in lower case, and address lines joined', () => {
    const order = event({
      buyer_details: {
        email: '  Ada@Example.COM ',
        address: { address_1: ' 1 Street ', address_2: '', address_3: 'Quarter', postal_code: 'EX1' },
      },
    });
    expect(order.email).toBe('ada@example.com');
    expect(detailsOf(order)).toEqual({ street: '1 Street, Quarter', postalCode: 'EX1' });
  });

  it('has names cut at 50 and a phone over 25 characters left out', () => {
    const details = detailsOf(event({ buyer_details: { first_name: 'x'.repeat(60), phone: '1'.repeat(26) } }));
    expect(details).toEqual({ firstName: 'x'.repeat(50) });
  });

  it('is told what was cut or left out, without a value, and nothing where all fits', () => {
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
      'left out the phone: longer than the 25 characters that a contact takes',
      'cut a custom field at 255 characters',
    ]);
    expect(shortenings(event({ buyer_details: { first_name: 'Ada', phone: '0123' } }), mapping)).toEqual([]);
  });

  it('has nothing of attendees kept', () => {
    expect(
      JSON.stringify(event({ issued_tickets: [{ barcode: 'secret-barcode' }], notes: 'secret-note' })),
    ).not.toMatch(/secret/);
  });
});

describe('names made from an order', () => {
  it('are those that organisers know: tt_{event name}-{event start date}', () => {
    expect(eventTagName(event({ event_summary: { name: 'Food Festival', start_date: { date: '2024-07-27' } } }))).toBe(
      'tt_Food-Festival-2024-07-27',
    );
    expect(
      eventTagName(event({ event_summary: { name: 'x'.repeat(300), start_date: { iso: '2024-07-27T10:00:00Z' } } })),
    ).toHaveLength(255);
    expect(eventTagName(event({ event_summary: null }))).toBeUndefined();
  });

  it('are one for each ticket type, and none for what is no ticket', () => {
    const line_items = [
      { type: 'ticket', item_id: 'tt_1', description: 'Day' },
      { type: 'ticket', item_id: 'tt_1', description: 'Day' },
      { type: 'gift_card', description: 'Gift' },
    ];
    expect(ticketTypeTagNames(event({ line_items }))).toEqual(['Day']);
  });
});

describe("an order's revision", () => {
  it('changes with what can change a decision, and with nothing else', () => {
    const base = revisionOf(event({}));
    expect(revisionOf(event({ notes: 'x', total: 5 }))).toBe(base);
    expect(revisionOf(event({ marketing_opt_in: 'true' }))).not.toBe(base);
    expect(revisionOf(event({ status: 'cancelled' }))).not.toBe(base);
  });
});
