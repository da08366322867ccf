import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { orderEventFrom, verifySignature } from './webhook';

const secret = 'shared-secret';
const rawBody = Buffer.from('{"a":"https:\\/\\/x"}');
const nowMs = 1_800_000_000_000;
const sign = (time: number, body = rawBody, key = secret): string =>
  createHmac('sha256', key).update(String(time)).update(body).digest('hex');
const verify = (header: string | undefined) => () => verifySignature({ header, rawBody, secrets: [secret], nowMs });
const time = nowMs / 1000;

describe('a webhook signature', () => {
  it.each(['v1', 'v2', 'signature'])('is accepted over the raw bytes, whatever its name (%s)', (name) => {
    expect(verify(`t=${time},${name}=${sign(time)}`)).not.toThrow();
  });

  it.each([
    ['missing', undefined],
    ['malformed', 'nonsense'],
    ['of another body', `t=${time},v1=${sign(time, Buffer.from('{}'))}`],
    ['of another secret', `t=${time},v1=${sign(time, rawBody, 'other')}`],
    ['of another time than it says', `t=${time - 1},v1=${sign(time)}`],
    ['older than five minutes', `t=${time - 301},v1=${sign(time - 301)}`],
    ['from the future', `t=${time + 301},v1=${sign(time + 301)}`],
  ])('is refused when it is %s', (_, header) => {
    expect(verify(header)).toThrow(expect.objectContaining({ code: 'SIGNATURE_INVALID' }));
  });
});

describe('a webhook', () => {
  const webhook = (event: string, payload: unknown) => ({
    id: 'wh_1',
    created_at: '2026-07-01 18:30:05',
    event,
    resource_url: 'x',
    payload,
  });
  const order = {
    object: 'order',
    id: 'or_1',
    status: 'completed',
    issued_tickets: [{ barcode: 'b' }],
    notes: 'n',
    marketing_opt_in: 'true',
  };

  it('of an order becomes an event in UTC, without attendees and notes', () => {
    const event = orderEventFrom(webhook('ORDER.UPDATED', order), 'bo_1');
    expect(event).toMatchObject({
      id: 'wh_1',
      type: 'boxlist.order.updated.v1',
      subject: 'or_1',
      time: '2026-07-01T18:30:05.000Z',
      boxofficeid: 'bo_1',
    });
    expect(JSON.stringify(event)).not.toMatch(/barcode|notes/);
  });

  it.each([
    ['2026-07-01T18:30:05+01:00', '2026-07-01T17:30:05.000Z'],
    ['2026-07-01 18:30:05-0500', '2026-07-01T23:30:05.000Z'],
    ['2026-07-01T18:30:05Z', '2026-07-01T18:30:05.000Z'],
  ])('with a time zone is converted to UTC: %s', (created_at, time) => {
    expect(orderEventFrom({ ...webhook('ORDER.UPDATED', order), created_at }, 'bo_1')).toMatchObject({ time });
  });

  it('about anything else is ignored', () => {
    expect(orderEventFrom(webhook('ISSUED_TICKET.CREATED', {}), 'bo_1')).toBeUndefined();
  });

  it.each([
    ['no object', 'x'],
    ['no order', webhook('ORDER.CREATED', {})],
    ['a day that does not exist', { ...webhook('ORDER.CREATED', order), created_at: '2026-02-30 10:00:00' }],
    ['an hour that does not exist', { ...webhook('ORDER.CREATED', order), created_at: '2026-02-20 25:00:00' }],
    ['no time', { ...webhook('ORDER.CREATED', order), created_at: 'yesterday' }],
    ['no id', { ...webhook('ORDER.CREATED', order), id: '' }],
  ])('with %s is refused', (_, body) => {
    expect(() => orderEventFrom(body, 'bo_1')).toThrow(expect.objectContaining({ code: 'BAD_EVENT' }));
  });
});
