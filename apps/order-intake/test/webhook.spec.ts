import { orderEventSchema } from '@boxlist/contracts';
import { anOrder, eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aWebhook, signed, startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  for (const [box_office_id, secret] of [
    ['bo_own', world.secret],
    ['bo_other', 'secret-of-another'],
  ])
    expect((await world.secretDoor('PUT', { secret }, { box_office_id })).status).toBe(200);
}, 180_000);
afterAll(() => world?.close(), 60_000);

const expectNothingOf = async (id: string): Promise<void> => {
  expect((await world.published()).map(({ value }) => String(value)).join()).not.toContain(id);
};

describe('a webhook with a valid signature', () => {
  it('becomes an event under the key of its order, as the contract says, without attendees', async () => {
    const order = anOrder({ id: 'or_first', issued_tickets: [{ barcode: 'secret-barcode' }], notes: 'a note' });
    const { id, body } = aWebhook({ payload: order });
    expect(await world.send(body)).toEqual({ status: 200, body: { taken: true } });
    const [message] = await eventually(() => {
      expect(world.eventsOf(id)).toHaveLength(1);
      return world.eventsOf(id);
    });
    expect(message).toMatchObject({
      key: 'bo_own:or_first',
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    const event = orderEventSchema.parse(JSON.parse(String(message?.value)));
    expect(event).toMatchObject({
      id,
      source: '/ticket-tailor/webhooks',
      type: 'boxlist.order.created.v1',
      subject: 'or_first',
      time: '2026-07-01T18:30:05.000Z',
      boxofficeid: 'bo_own',
      data: { buyer_details: { email: 'buyer@example.com' } },
    });
    expect(String(message?.value)).not.toMatch(/secret-barcode|a note/);
  });

  it.each([
    ['another name', (time: string, hex: string) => `t=${time},v2=${hex}`],
    ['a word for a name', (time: string, hex: string) => `t=${time},signature=${hex}`],
    ['the parts the other way round', (time: string, hex: string) => `v1=${hex},t=${time}`],
    ['spaces and capitals', (time: string, hex: string) => `t=${time}, v1=${hex.toUpperCase()}`],
  ])('is accepted with %s', async (_, written) => {
    const { body } = aWebhook();
    const { time, hex } = signed(body, { secret: world.secret });
    expect((await world.send(body, { signature: written(time, hex) })).status).toBe(200);
  });

  it.each(['application/json; charset=utf-8', 'text/plain', 'application/octet-stream', 'application/x-unheard-of'])(
    'is accepted with any content type (%s), because the signature covers the bytes',
    async (contentType) => {
      const { id, body } = aWebhook();
      expect((await world.send(body, { contentType })).status).toBe(200);
      await eventually(() => expect(world.eventsOf(id)).toHaveLength(1));
    },
  );

  // The time zone was cut off, so the order had the wrong hour of its change.
  it.each([
    ['2026-07-01T18:30:05+01:00', '2026-07-01T17:30:05.000Z'],
    ['2026-07-01 18:30:05 -0530', '2026-07-02T00:00:05.000Z'],
    ['2026-07-01T18:30:05.25Z', '2026-07-01T18:30:05.250Z'],
  ])('gets its time with the time zone: %s', async (createdAt, time) => {
    const { id, body } = aWebhook({ createdAt });
    expect((await world.send(body)).status).toBe(200);
    await eventually(() => expect(world.eventsOf(id)).toHaveLength(1));
    expect(orderEventSchema.parse(JSON.parse(String(world.eventsOf(id)[0]?.value)))).toMatchObject({ time });
  });

  it('that is sent twice is published twice with the same id and source, so consumers use it once', async () => {
    const { id, body } = aWebhook({ event: 'ORDER.UPDATED' });
    for (const time of [1, 2]) expect([time, (await world.send(body)).status]).toEqual([time, 200]);
    await eventually(() => expect(world.eventsOf(id)).toHaveLength(2));
    const [first, second] = world.eventsOf(id).map(({ key, value }) => [key, String(value)]);
    expect(second).toEqual(first);
  });

  it.each(['ISSUED_TICKET.CREATED', 'EVENT.UPDATED', 'WAITLIST_SIGNUP.CREATED', 'SOMETHING.NEW'])(
    'of %s is answered 200 and ignored',
    async (event) => {
      const { id, body } = aWebhook({ event, payload: { id: 'it_1' } });
      expect(await world.send(body)).toEqual({ status: 200, body: { taken: false } });
      await expectNothingOf(id);
    },
  );
});

describe('a webhook that is not authentic', () => {
  const hour = 3_600_000;
  it.each<[string, (body: string) => Parameters<World['send']>[1]]>([
    ['has no signature', () => ({ signature: null })],
    ['has an empty signature', () => ({ signature: '' })],
    ['has a signature of another form', (body) => ({ signature: signed(body, { secret: world.secret }).hex })],
    ['is signed with another secret', () => ({ secret: 'not-the-secret' })],
    ['is signed with the secret of another box office', () => ({ secret: 'secret-of-another' })],
    ['is sent to another box office than its secret is of', () => ({ boxOfficeId: 'bo_other' })],
    ['was signed an hour ago', () => ({ ageMs: hour })],
    ['was signed in the future', () => ({ ageMs: -hour })],
    [
      'has the signature of another time',
      (body) => {
        const { time, hex } = signed(body, { secret: world.secret });
        return { signature: `t=${Number(time) - 1},v1=${hex}` };
      },
    ],
    [
      'has the signature of another body',
      () => {
        const { time, hex } = signed(aWebhook().body, { secret: world.secret });
        return { signature: `t=${time},v1=${hex}` };
      },
    ],
  ])('because it %s is answered 401, and nothing is published', async (_, sending) => {
    const { id, body } = aWebhook();
    expect(await world.send(body, sending(body))).toMatchObject({ status: 401, body: { code: 'SIGNATURE_INVALID' } });
    await expectNothingOf(id);
  });

  it.each(['bo_nobody', 'nonsense', 'bo_%24ne'])(
    'because its box office (%s) has no secret is answered like one with another secret',
    async (boxOfficeId) => {
      const { id, body } = aWebhook();
      const answer = await world.send(body, { boxOfficeId });
      expect(answer).toEqual(await world.send(body, { secret: 'not-the-secret' }));
      expect(answer).toMatchObject({ status: 401, body: { code: 'SIGNATURE_INVALID' } });
      await expectNothingOf(id);
    },
  );
});

describe('a webhook that cannot be understood', () => {
  it.each([
    ['no JSON', '{"id": "wh_1"'],
    ['nothing', ''],
    ['no webhook', '[]'],
    ['no order', aWebhook({ payload: { object: 'order' } }).body],
    ['no time', aWebhook({ createdAt: 'yesterday' }).body],
    ['a day that does not exist', aWebhook({ createdAt: '2026-02-30 18:30:05' }).body],
    ['an hour that does not exist', aWebhook({ createdAt: '2026-07-01 25:30:05' }).body],
  ])('because it contains %s is answered 400', async (_, body) => {
    expect(await world.send(body)).toMatchObject({ status: 400, body: { code: 'BAD_EVENT' } });
  });

  it('because its body is over 2 MiB is answered 413', async () => {
    const { body } = aWebhook({ payload: anOrder({ notes: 'n'.repeat(2 * 1024 * 1024) }) });
    expect(await world.send(body)).toMatchObject({ status: 413, body: { code: 'BAD_INPUT' } });
  });
});

describe('the secret of a box office', () => {
  const own = { box_office_id: 'bo_turns' };
  const send = (secret: string) => world.send(aWebhook().body, { boxOfficeId: 'bo_turns', secret });

  const put = (secret: string, more: object = {}) => world.secretDoor('PUT', { secret, ...more }, own);
  const statuses = async (...secrets: string[]): Promise<number[]> => {
    const answers: number[] = [];
    for (const secret of secrets) answers.push((await send(secret)).status);
    return answers;
  };
  beforeEach(() => world.secretDoor('DELETE', undefined, own));

  it('can be set and removed by the owner, each with immediate effect', async () => {
    expect(await statuses('first-secret')).toEqual([401]);
    expect(await put('first-secret')).toEqual({
      status: 200,
      body: { webhookPath: '/webhooks/ticket-tailor/bo_turns', previousSecretValidUntil: null },
    });
    expect(await statuses('first-secret')).toEqual([200]);
    expect((await world.secretDoor('DELETE', undefined, own)).status).toBe(204);
    expect(await statuses('first-secret')).toEqual([401]);
  });

  it('is still accepted for a day after another was set, and no longer', async () => {
    await put('first-secret');
    const { body } = await put('second-secret');
    expect(body).toMatchObject({ previousSecretValidUntil: expect.stringMatching(/Z$/) });
    expect(await statuses('first-secret', 'second-secret')).toEqual([200, 200]);
    // Saving the form again must not end it.
    expect((await put('second-secret')).body).toEqual(body);
    expect(await statuses('first-secret')).toEqual([200]);
    world.moment.aheadMs = 24 * 3_600_000 + 1_000;
    try {
      expect(await statuses('first-secret', 'second-secret')).toEqual([401, 200]);
    } finally {
      world.moment.aheadMs = 0;
    }
  });

  it('that was replaced twice is no longer accepted, nor is one that the owner ends at once', async () => {
    await put('first-secret');
    await put('second-secret');
    await put('third-secret');
    expect(await statuses('first-secret', 'second-secret', 'third-secret')).toEqual([401, 200, 200]);
    expect((await put('third-secret', { keepPrevious: false })).body).toMatchObject({ previousSecretValidUntil: null });
    expect(await statuses('second-secret', 'third-secret')).toEqual([401, 200]);
    await put('fourth-secret', { keepPrevious: false });
    expect(await statuses('third-secret', 'fourth-secret')).toEqual([401, 200]);
  });

  it('is encrypted at rest', async () => {
    const stored = await world.atRest();
    expect(stored).toContain('bo_own');
    expect(stored).not.toContain(world.secret);
  });

  it.each([
    ['without a token', null, 401, 'UNAUTHENTICATED'],
    ['that a manager wants to change', { role: 'manager' }, 403, 'FORBIDDEN'],
    ['that a viewer wants to change', { role: 'viewer' }, 403, 'FORBIDDEN'],
  ])('%s stays as it is', async (_, claims, status, code) => {
    expect(await world.secretDoor('PUT', { secret: 'changed-secret' }, claims)).toMatchObject({
      status,
      body: { code },
    });
    expect(await world.secretDoor('DELETE', undefined, claims)).toMatchObject({ status, body: { code } });
    expect((await world.send(aWebhook().body)).status).toBe(200);
  });

  it.each([
    ['too short', { secret: 'short' }, 'BAD_INPUT'],
    ['too long', { secret: 's'.repeat(201) }, 'BAD_INPUT'],
    ['no text', { secret: 12_345_678 }, 'BAD_INPUT'],
    ['kept by something else than a flag', { secret: 'a-good-secret', keepPrevious: 'yes' }, 'BAD_INPUT'],
    ['missing', {}, 'BAD_INPUT'],
    ['no JSON', '{"secret":', 'BAD_EVENT'],
  ])('that is %s is refused', async (_, body, code) => {
    expect(await world.secretDoor('PUT', body)).toMatchObject({ status: 400, body: { code } });
  });
});

describe('the audit log', () => {
  it('holds each change of a secret, with who did it, and none that had no effect', async () => {
    const office = { box_office_id: 'bo_audited', sub: 'owner-7', role: 'owner' };
    await world.secretDoor('DELETE', undefined, office);
    await world.secretDoor('PUT', { secret: 'a-first-secret' }, office);
    await world.secretDoor('PUT', { secret: 'short' }, office);
    await world.secretDoor('PUT', { secret: 'another-secret' }, { ...office, role: 'manager' });
    await world.secretDoor('DELETE', undefined, office);
    await world.secretDoor('DELETE', undefined, office);
    await world.secretDoor('PUT', { secret: 'a-second-secret' }, office);
    const entries = await world.audit.until('bo_audited', 3);
    const by = {
      actor: { subject: 'owner-7', role: 'owner' },
      requestId: expect.stringMatching(/^evt_/) as unknown,
      object: { type: 'WEBHOOK_SECRET', id: 'bo_audited' },
    };
    expect(entries).toMatchObject([
      { ...by, action: 'WEBHOOK_SECRET_SET' },
      { ...by, action: 'WEBHOOK_SECRET_REMOVED' },
      { ...by, action: 'WEBHOOK_SECRET_SET' },
    ]);
    expect(new Set(entries.map(({ requestId }) => requestId)).size).toBe(3);
    expect(JSON.stringify(entries)).not.toMatch(/first-secret|second-secret/);
  });
});

describe('while Kafka is down', () => {
  const ignored = () => aWebhook({ event: 'EVENT.CREATED' }).body;

  it('no order is acknowledged before Kafka has it', async () => {
    const { id, body } = aWebhook();
    process.kill(world.kafka.pid!, 'SIGSTOP');
    let answered = false;
    const sending = world.send(body).finally(() => (answered = true));
    try {
      // Webhooks that need no Kafka are answered meanwhile.
      for (let times = 0; times < 20; times += 1) expect((await world.send(ignored())).status).toBe(200);
      expect(answered).toBe(false);
    } finally {
      process.kill(world.kafka.pid!, 'SIGCONT');
    }
    expect(await sending).toEqual({ status: 200, body: { taken: true } });
    await eventually(() => expect(world.eventsOf(id).length).toBeGreaterThan(0));
  }, 60_000);

  it('an order is answered 503, so that Ticket Tailor sends it again, which then succeeds', async () => {
    const { id, body } = aWebhook();
    await world.kafka.kill();
    expect(await world.send(body)).toMatchObject({ status: 503, body: { code: 'KAFKA_UNAVAILABLE' } });
    expect((await world.send(ignored())).status).toBe(200);
    expect((await fetch(`${world.service.internalUrl}/health/ready`)).status).toBe(503);
    expect((await fetch(`${world.service.url}/health/live`)).status).toBe(200);
    await world.kafka.restart();
    expect((await world.send(body)).status).toBe(200);
    await eventually(() => expect(world.eventsOf(id).length).toBeGreaterThan(0), { timeoutMs: 60_000 });
    await eventually(async () => expect((await fetch(`${world.service.internalUrl}/health/ready`)).status).toBe(200));
  }, 150_000);
});
