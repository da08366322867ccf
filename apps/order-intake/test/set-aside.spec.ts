/**
 * Regressions:
 *
 * - An authentic webhook whose order could not be understood was answered 400 and left nothing that an organiser
 *   sees.
 * - Bytes that are not UTF-8 were replaced.
 * - An event type with the name of an object property was found on an object, and became an event without a type.
 * - A secret was stored with the blanks around it.
 */
import { maxOrderEventBytes } from '@boxlist/contracts';
import { anOrder, eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aWebhook, startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  expect((await world.secretDoor('PUT', { secret: world.secret })).status).toBe(200);
}, 180_000);
afterAll(() => world?.close(), 60_000);

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');
/** The dead letters that `act` caused. */
const lettersOf = async (act: () => Promise<void>) => {
  const before = (await world.letters()).length;
  await act();
  return (await world.letters()).slice(before);
};
const refused = async (body: string | Buffer): Promise<void> =>
  expect(await world.send(body)).toMatchObject({ status: 400, body: { code: 'BAD_EVENT' } });

describe('an authentic webhook that cannot be understood', () => {
  const order = anOrder({ id: 'or_broken', buyer_details: { email: 'renee@example.com', first_name: 'Renée' } });

  it.each<[string, string | Buffer, string, RegExp]>([
    [
      'a status that there is not',
      aWebhook({ payload: { ...order, status: 'odd' } }).body,
      'or_broken',
      /not an order: status/,
    ],
    ['an order that is none', aWebhook({ payload: { object: 'order' } }).body, '', /not an order: .*id/],
    ['no order', aWebhook({ payload: null }).body, '', /not an order/],
    [
      'a day that does not exist',
      aWebhook({ payload: order, createdAt: '2026-02-30 18:30:05' }).body,
      'or_broken',
      /created_at/,
    ],
    [
      'a month that does not exist',
      aWebhook({ payload: order, createdAt: '2026-13-01 18:30:05' }).body,
      'or_broken',
      /created_at/,
    ],
    ['bytes that are not UTF-8', bytesOf(aWebhook({ payload: order }).body), '', /not UTF-8/],
    ['no JSON', '{"id": "wh_1"', '', /not JSON/],
    ['no webhook', '[]', '', /not a Ticket Tailor webhook/],
    ['nothing', '', '', /not JSON/],
  ])(
    '(%s) is answered 400 and becomes a dead letter of its box office, without its content',
    async (_, body, orderId, why) => {
      const letters = await lettersOf(() => refused(body));
      expect(letters).toMatchObject([
        {
          key: `bo_own:${orderId}`,
          headers: {
            'dead-letter-code': 'BAD_EVENT',
            'dead-letter-reason': expect.stringMatching(why),
            'dead-letter-content': 'left out',
            'dead-letter-size': String(Buffer.byteLength(body)),
          },
        },
      ]);
      expect(letters[0]?.value).toHaveLength(0);
      expect(JSON.stringify(letters)).not.toMatch(/renee|Ren/);
    },
  );

  it('has the same origin at each of its tries, and another webhook has another origin', async () => {
    const tried = aWebhook({ payload: { id: 'or_again' } });
    const later = tried.body.replace('or_again', 'or_again_');
    const letters = await lettersOf(async () => {
      for (const body of [tried.body, later, '{', '{', aWebhook({ payload: {} }).body]) await refused(body);
    });
    const places = letters.map(({ headers }) => `${headers['original-topic']} ${headers['original-offset']}`);
    expect(places[0]).toBe(`/webhooks/ticket-tailor/bo_own ${tried.id}`);
    expect(places[1]).toBe(places[0]);
    expect(places[3]).toBe(places[2]);
    expect(new Set(places).size).toBe(3);
  });
});

describe('no dead letter', () => {
  it.each([
    ['without a signature', { signature: null }],
    ['of another secret', { secret: 'not-the-secret' }],
    ['that was signed an hour ago', { ageMs: 3_600_000 }],
    ['of another box office', { boxOfficeId: 'bo_other' }],
  ])('is written for a webhook %s', async (_, sending) => {
    const letters = await lettersOf(async () => {
      expect([401, 404]).toContain((await world.send('{', sending)).status);
    });
    expect(letters).toEqual([]);
  });

  it.each([
    'ISSUED_TICKET.CREATED',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'order.created',
    '',
  ])('and no event is written for the event type %j, which is not about an order', async (event) => {
    const { id, body } = aWebhook({ event, payload: { ...anOrder(), status: 'odd' } });
    const letters = await lettersOf(async () => {
      expect(await world.send(body)).toEqual({ status: 200, body: { taken: false } });
      // A body without the fields of every webhook is still refused.
      expect((await world.send(JSON.stringify({ event }))).status).toBe(400);
    });
    expect(letters).toEqual([]);
    expect((await world.published()).map(({ value }) => String(value)).join()).not.toContain(id);
  });
});

/**
 * Regression: the size limit of an event applied to the body of a webhook. An order of some 400 tickets was answered
 * 413 and left nothing, although its event, which has no attendees, is small.
 */
describe('a large webhook', () => {
  const tickets = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      object: 'issued_ticket',
      id: `it_${index}`,
      barcode: `barcode-${index}`,
      full_name: 'An attendee',
      custom_questions: [{ question: 'Which dish would you like?', answer: 'The one with mushrooms' }],
      qr_code_url: `https://example.com/tickets/${index}/${'q'.repeat(420)}`,
    }));

  it.each([400, 3_000])('of an order of %d tickets is accepted', async (count) => {
    const { id, body } = aWebhook({ payload: anOrder({ issued_tickets: tickets(count) }) });
    expect(body.length).toBeGreaterThan(maxOrderEventBytes);
    expect(await world.send(body)).toEqual({ status: 200, body: { taken: true } });
    await eventually(() => expect(world.eventsOf(id)).toHaveLength(1));
  });

  const itemsOf = (bytes: number) => ({ line_items: [{ type: 'ticket', description: 'd'.repeat(bytes) }] });

  it('is accepted if its event has exactly the largest size, and is otherwise one dead letter', async () => {
    const fitting = aWebhook({ payload: anOrder({ id: 'or_size', ...itemsOf(0) }) });
    expect((await world.send(fitting.body)).status).toBe(200);
    await eventually(() => expect(world.eventsOf(fitting.id)).toHaveLength(1));
    const room = maxOrderEventBytes - (world.eventsOf(fitting.id)[0]?.value?.length ?? 0);
    const sized = (bytes: number) => fitting.body.replace('"description":""', `"description":"${'d'.repeat(bytes)}"`);
    const letters = await lettersOf(async () => {
      expect((await world.send(sized(room))).status).toBe(200);
      for (const time of [1, 2])
        expect([time, await world.send(sized(room + 1))]).toMatchObject([
          time,
          { status: 400, body: { code: 'EVENT_TOO_LARGE' } },
        ]);
    });
    expect(letters).toMatchObject(
      [1, 2].map(() => ({
        key: 'bo_own:or_size',
        headers: {
          'dead-letter-code': 'EVENT_TOO_LARGE',
          'dead-letter-reason': expect.stringMatching(/larger than 262144 bytes/),
          'original-offset': fitting.id,
        },
      })),
    );
    await eventually(() => expect(world.eventsOf(fitting.id)).toHaveLength(2));
  });

  it('about something else is ignored, and a forged one leaves nothing', async () => {
    const large = { ...anOrder(), ...itemsOf(400_000) };
    const letters = await lettersOf(async () => {
      const other = aWebhook({ event: 'ISSUED_TICKET.CREATED', payload: large });
      expect(await world.send(other.body)).toEqual({ status: 200, body: { taken: false } });
      expect((await world.send(aWebhook({ payload: large }).body, { secret: 'not-the-secret' })).status).toBe(401);
    });
    expect(letters).toEqual([]);
  });
});

it('a byte order mark before a webhook is skipped', async () => {
  const { id, body } = aWebhook();
  expect((await world.send(Buffer.from(`\ufeff${body}`))).status).toBe(200);
  await eventually(() => expect(world.eventsOf(id)).toHaveLength(1));
});

describe('a secret', () => {
  const own = { box_office_id: 'bo_pasted' };

  it('is stored without the characters that were copied with it', async () => {
    const pasted = ' \ufeff\tcopied-secret\u200b\u00a0\r\n';
    expect((await world.secretDoor('PUT', { secret: pasted }, own)).status).toBe(200);
    const { body } = aWebhook();
    expect((await world.send(body, { boxOfficeId: 'bo_pasted', secret: 'copied-secret' })).status).toBe(200);
    expect((await world.send(body, { boxOfficeId: 'bo_pasted', secret: pasted })).status).toBe(401);
  });

  it.each([
    ['blanks', ' '.repeat(20)],
    ['line ends and tabs', '\r\n\t'.repeat(10)],
    ['no-break and wide blanks', '\u00a0\u2003\u3000'.repeat(5)],
    ['zero-width characters', '\u200b\u2060\ufeff'.repeat(5)],
    ['fillers', '\u3164\u2800'.repeat(5)],
    ['a few letters among blanks', `  short${'\u200b'.repeat(10)}  `],
  ])('of %s is refused, and the previous one stays', async (_, secret) => {
    await world.secretDoor('PUT', { secret: 'copied-secret' }, own);
    expect(await world.secretDoor('PUT', { secret }, own)).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    const sending = { boxOfficeId: 'bo_pasted', secret: 'copied-secret' };
    expect((await world.send(aWebhook().body, sending)).status).toBe(200);
  });
});

describe('while Kafka is down', () => {
  it('a webhook that cannot be understood is answered 503, and is a dead letter when it comes again', async () => {
    const { id, body } = aWebhook({ payload: { id: 'or_later' } });
    await world.kafka.kill();
    expect(await world.send(body)).toMatchObject({ status: 503, body: { code: 'KAFKA_UNAVAILABLE' } });
    expect((await world.send(body, { secret: 'not-the-secret' })).status).toBe(401);
    await world.kafka.restart();
    await eventually(async () => refused(body), { timeoutMs: 60_000 });
    const letters = await world.letters();
    expect(letters.filter(({ headers }) => headers['original-offset'] === id).length).toBeGreaterThan(0);
  }, 150_000);
});
