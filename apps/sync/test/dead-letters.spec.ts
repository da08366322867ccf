import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetterTopicOf, maxOrderEventBytes, topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { createOffice, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
type Role = Parameters<World['ask']>[3];

interface Letter {
  readonly id: string;
  readonly status: string;
  readonly code: string;
  readonly reason: string;
  readonly orderId: string | null;
  readonly canReplay: boolean;
  readonly replayOfId: string | null;
}
interface LetterPage {
  readonly totalCount: number;
  readonly nodes: Letter[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

const page = async ({ boxOfficeId }: Pick<Office, 'boxOfficeId'>, args = '(first: 100)', role: Role = 'viewer') => {
  const { data, errors } = await world.ask<{ boxOffice: { deadLetters: LetterPage } }>(
    boxOfficeId,
    `{ boxOffice { deadLetters${args} {
      totalCount nodes { id status code reason orderId canReplay replayOfId } pageInfo { hasNextPage endCursor } } } }`,
    {},
    role,
  );
  expect(errors).toBeUndefined();
  return data!.boxOffice.deadLetters;
};
const everyState = '(first: 100, statuses: [OPEN, REPLAYED, TAKEN, CAME_BACK, DISCARDED])';
const letters = (office: Office, count: number, args?: string): Promise<Letter[]> =>
  eventually(async () => {
    const { nodes } = await page(office, args);
    expect(nodes).toHaveLength(count);
    return nodes;
  });

interface LettersAnswer {
  readonly count: number | null;
  readonly userErrors: { readonly code: string; readonly field: string[] }[];
}
const change = async (
  what: 'replay' | 'discard',
  { boxOfficeId }: Pick<Office, 'boxOfficeId'>,
  input: object,
  role: Role = 'manager',
) => {
  const count = what === 'replay' ? 'accepted' : 'discarded';
  const { data, errors } = await world.ask<{ answer: LettersAnswer }>(
    boxOfficeId,
    `mutation ($input: DeadLettersInput!) {
      answer: ${what}DeadLetters(input: $input) { count: ${count} userErrors { code field } }
    }`,
    { input },
    role,
  );
  return { ...data?.answer, errors };
};

/** Publishes a message on the orders topic unchanged. */
const send = (key: string, value: string, headers: Record<string, string> = {}) =>
  world.publish(topics.orders.name, [{ key, value, headers }]);
/** Publishes a dead letter as the intake does, each with an offset of its own. */
let position = 1_000_000;
const putAside = async (key: string, value: string, at = String((position += 1))) => {
  await world.publish(deadLetterTopicOf(topics.orders.name), [
    {
      key,
      value,
      headers: {
        'dead-letter-code': 'DEFECT',
        'dead-letter-reason': 'Boxlist could not process the message; see the log',
        'dead-letter-at': new Date().toISOString(),
        'original-topic': topics.orders.name,
        'original-partition': '0',
        'original-offset': at,
      },
    },
  ]);
  return at;
};

describe('an event that cannot be understood', () => {
  it('is shown to its own box office with code, reason and order, and without personal data', async () => {
    const office = await createOffice(world);
    const foreign = await createOffice(world);
    const event = office.order('ada', { status: 'unheard of' });
    await send(`${office.boxOfficeId}:${event.data.id}`, JSON.stringify(event));
    await send(`${office.boxOfficeId}:or_broken`, `{"email":"${office.emailOf('ada')}"`);
    const seen = await letters(office, 2);
    const broken = seen.find(({ orderId }) => orderId === 'or_broken');
    const odd = seen.find(({ orderId }) => orderId === event.data.id);
    expect(odd).toMatchObject({ status: 'OPEN', code: 'BAD_EVENT', canReplay: true });
    expect(odd?.reason).toContain('data.status');
    expect(broken).toMatchObject({ code: 'BAD_EVENT', canReplay: true });
    expect(broken?.id).toMatch(/^dl_/);
    expect(JSON.stringify([odd, broken])).not.toContain('@');
    expect((await page(foreign)).totalCount).toBe(0);
  });

  it('is shown to nobody, and kept without its content, if it names no box office or two', async () => {
    const office = await createOffice(world);
    const other = await createOffice(world);
    const event = office.order('eve');
    await send(`${other.boxOfficeId}:${event.data.id}`, JSON.stringify(event));
    await send('', JSON.stringify({ buyer: office.emailOf('eve') }));
    await send(`${office.boxOfficeId}:or_marker`, 'no JSON');
    await letters(office, 1);
    expect((await page(other)).totalCount).toBe(0);
    const kept = await world.mongo.collection('dead_letters').find({ boxOfficeId: null }).toArray();
    expect(kept.map(({ code }) => code as string).sort()).toEqual(['BAD_EVENT', 'FOREIGN_TENANT']);
    expect(kept.map(({ original }) => original as unknown)).toEqual([null, null]);
  });

  it('cannot be replayed if it is larger than the intake accepts', async () => {
    const office = await createOffice(world);
    await send(`${office.boxOfficeId}:or_large`, JSON.stringify({ text: 'x'.repeat(maxOrderEventBytes) }));
    const [large] = await letters(office, 1);
    expect(large).toMatchObject({ code: 'EVENT_TOO_LARGE', canReplay: false });
    expect(await change('replay', office, { ids: [large!.id] })).toMatchObject({ count: 0 });
  });

  // The headers of a dead letter are added to the largest value that Kafka accepts. Kafka refused the letter. The
  // intake retried it for ever, and all later events of the partition waited.
  it('is kept without its content if it is too large for a dead letter, and the next event is handled', async () => {
    const office = await createOffice(world);
    await office.workflow();
    const key = `${office.boxOfficeId}:or_largest`;
    await send(key, 'x'.repeat(1_048_448));
    const event = office.order('ada', { marketing_opt_in: 'false' });
    await world.publish(topics.orders.name, [{ key, value: JSON.stringify({ ...event, subject: event.data.id }) }]);
    const [largest] = await letters(office, 1);
    expect(largest).toMatchObject({ code: 'EVENT_TOO_LARGE', orderId: 'or_largest', canReplay: false });
    expect(largest?.reason).toContain('1048448 bytes');
    expect(await change('replay', office, { all: true })).toMatchObject({ count: 0 });
    expect(await world.mongo.collection('dead_letters').findOne({ _id: largest!.id } as never)).toMatchObject({
      original: null,
      leftOut: { bytes: 1_048_448, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    await office.settled(1);
  });

  it('is one letter, however often the same event was published as a dead letter', async () => {
    const office = await createOffice(world);
    const at = await putAside(`${office.boxOfficeId}:or_1`, 'no JSON');
    await putAside(`${office.boxOfficeId}:or_1`, 'no JSON', at);
    await putAside(`${office.boxOfficeId}:or_2`, 'no JSON');
    const seen = await letters(office, 2);
    expect(seen.map(({ orderId }) => orderId).sort()).toEqual(['or_1', 'or_2']);
  });

  it('is listed in pages that follow each other', async () => {
    const office = await createOffice(world);
    for (const number of [1, 2, 3]) await putAside(`${office.boxOfficeId}:or_${number}`, 'no JSON');
    const all = await letters(office, 3);
    const head = await page(office, '(first: 2)');
    expect(head.pageInfo.hasNextPage).toBe(true);
    const tail = await page(office, `(first: 2, after: "${head.pageInfo.endCursor}")`);
    expect([...head.nodes, ...tail.nodes].map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(tail.pageInfo.hasNextPage).toBe(false);
  });
});

describe('a replayed letter', () => {
  it('succeeds once sync understands it, and has no second effect', async () => {
    const office = await createOffice(world);
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    const event = office.order('ada');
    await putAside(`${office.boxOfficeId}:${event.data.id}`, JSON.stringify(event));
    const [letter] = await letters(office, 1);
    const both = await Promise.all([
      change('replay', office, { ids: [letter!.id] }),
      change('replay', office, { all: true }, 'owner'),
    ]);
    expect(both.map(({ count }) => count).sort()).toEqual([0, 1]);
    expect(await office.settled(1)).toMatchObject([{ status: 'SYNCED' }]);
    await eventually(async () => {
      expect((await page(office, everyState)).nodes).toMatchObject([{ id: letter!.id, status: 'TAKEN' }]);
    });
    expect((await page(office)).totalCount).toBe(0);
    expect(await change('replay', office, { ids: [letter!.id] })).toMatchObject({ count: 0, userErrors: [] });
    expect(await world.mongo.collection('dead_letters').findOne({ _id: letter!.id } as never)).toMatchObject({
      original: null,
      addressHashes: [],
    });
    await world.produce([office.order('marker')]);
    await office.settled(2);
  });

  it('that fails again becomes a new letter linked with the first, once per replay', async () => {
    const office = await createOffice(world);
    await send(`${office.boxOfficeId}:or_bad`, 'no JSON', { 'x-from': 'a producer' });
    const [original] = await letters(office, 1);
    let open = original!;
    for (const round of [1, 2]) {
      expect(await change('replay', office, { all: true })).toMatchObject({ count: 1 });
      open = await eventually(async () => {
        const { nodes } = await page(office);
        expect(nodes).toMatchObject([{ status: 'OPEN', replayOfId: original!.id }]);
        expect(nodes[0]!.id).not.toBe(open.id);
        return nodes[0]!;
      });
      expect((await page(office, '(statuses: [CAME_BACK])')).totalCount).toBe(round);
    }
    // The same replay once more, as two processes may send it.
    await send(`${office.boxOfficeId}:or_bad`, 'no JSON', {
      'x-from': 'a producer',
      'boxlist-replay-of': original!.id,
    });
    await send(`${office.boxOfficeId}:or_bad`, 'a marker');
    expect((await letters(office, 2)).filter(({ replayOfId }) => replayOfId !== null)).toHaveLength(1);
    const kept = await world.mongo.collection('dead_letters').findOne({ _id: open.id } as never);
    expect(kept).toMatchObject({
      original: { key: `${office.boxOfficeId}:or_bad`, headers: [['x-from', 'a producer']] },
    });
  });

  // Kafka may accept less than the intake does. The relay published a refused letter again and again, and sent no other
  // replay of any box office behind it.
  it('is open again if Kafka refuses its size, with that reason, and holds up no other', async () => {
    const office = await createOffice(world);
    const behind = await createOffice(world);
    const event = behind.order('ada', { marketing_opt_in: 'false' });
    await behind.workflow();
    await putAside(`${office.boxOfficeId}:or_refused`, 'no JSON');
    await putAside(`${behind.boxOfficeId}:${event.data.id}`, JSON.stringify(event));
    const [refused] = await letters(office, 1);
    await letters(behind, 1);
    // A value that is too large for the broker replaces a broker with a lower limit.
    const value = Buffer.alloc(1_100_000, 'x');
    await world.mongo.collection('dead_letters').updateOne({ _id: refused!.id } as never, {
      $set: { 'original.value': value, status: 'REPLAYED', replayedAt: new Date(), unsent: true },
    });
    expect(await change('replay', behind, { all: true })).toMatchObject({ count: 1 });
    expect(await behind.settled(1)).toMatchObject([{ status: 'SKIPPED', reason: { code: 'NOT_OPTED_IN' } }]);
    await eventually(async () =>
      expect((await page(office)).nodes).toMatchObject([
        { id: refused!.id, status: 'OPEN', code: 'EVENT_TOO_LARGE', canReplay: true },
      ]),
    );
    expect((await page(office)).nodes[0]?.reason).toMatch(/The message is larger than Kafka accepts/);
  });

  it('is sent even if the process that accepted the replay has died', async () => {
    const office = await createOffice(world);
    await office.workflow();
    const event = office.order('ada', { marketing_opt_in: 'false' });
    await putAside(`${office.boxOfficeId}:${event.data.id}`, JSON.stringify(event));
    const [letter] = await letters(office, 1);
    // All that the mutation had written when its process was killed.
    await world.mongo
      .collection('dead_letters')
      .updateOne({ _id: letter!.id } as never, { $set: { status: 'REPLAYED', replayedAt: new Date(), unsent: true } });
    expect(await office.settled(1)).toMatchObject([{ status: 'SKIPPED', reason: { code: 'NOT_OPTED_IN' } }]);
  });
});

describe('a discarded letter', () => {
  it('is removed with its content, and stays so when the same event becomes a dead letter again', async () => {
    const office = await createOffice(world);
    const at = await putAside(`${office.boxOfficeId}:or_1`, 'no JSON');
    const [letter] = await letters(office, 1);
    expect(await change('discard', office, { ids: [letter!.id] })).toMatchObject({ count: 1 });
    expect(await change('discard', office, { all: true })).toMatchObject({ count: 0 });
    await putAside(`${office.boxOfficeId}:or_1`, 'no JSON', at);
    await putAside(`${office.boxOfficeId}:or_marker`, 'no JSON');
    expect(await letters(office, 1)).toMatchObject([{ orderId: 'or_marker' }]);
    expect(await change('replay', office, { ids: [letter!.id] })).toMatchObject({ count: 0 });
    expect(await world.mongo.collection('dead_letters').findOne({ _id: letter!.id } as never)).toMatchObject({
      status: 'DISCARDED',
      original: null,
    });
  });
});

describe('replaying and discarding', () => {
  it('is for managers and owners, and for letters of their own box office', async () => {
    const office = await createOffice(world);
    const foreign = await createOffice(world);
    await putAside(`${office.boxOfficeId}:or_1`, 'no JSON');
    const [letter] = await letters(office, 1);
    for (const what of ['replay', 'discard'] as const) {
      expect((await change(what, office, { all: true }, 'viewer')).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      expect(await change(what, foreign, { ids: [letter!.id] }, 'owner')).toMatchObject({ count: 0, userErrors: [] });
      expect(await change(what, foreign, { all: true }, 'owner')).toMatchObject({ count: 0 });
    }
    expect(await letters(office, 1)).toMatchObject([{ id: letter!.id, status: 'OPEN' }]);
  });

  it.each([{}, { ids: ['dl_1'], all: true }, { all: false }])(
    'reports the invalid input %j as a user error',
    async (input) => {
      const office = await createOffice(world);
      expect(await change('replay', office, input)).toMatchObject({
        count: null,
        userErrors: [{ code: 'BAD_INPUT', field: ['input', 'ids'] }],
      });
    },
  );
});
