/**
 * Regressions: a buyer whose event was not UTF-8 went to Constant Contact as `Ren\ufffde`. sync read an envelope with
 * `ce_*` headers as the data of another event. Nobody saw a webhook that order-intake could not understand.
 */
import { deadLetterTopicOf, topics } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOffice, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly orderId: string | null;
  readonly canReplay: boolean;
}
const letters = (office: Office, count: number): Promise<readonly Letter[]> =>
  eventually(async () => {
    const { data } = await world.ask<{ boxOffice: { deadLetters: { nodes: Letter[] } } }>(
      office.boxOfficeId,
      '{ boxOffice { deadLetters(first: 100) { nodes { id reason orderId canReplay } } } }',
    );
    expect(data?.boxOffice.deadLetters.nodes).toHaveLength(count);
    return data!.boxOffice.deadLetters.nodes;
  });
const structured = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const send = (office: Office, orderId: string, value: string | Buffer, headers: Record<string, string>) =>
  world.publish(topics.orders.name, [{ key: `${office.boxOfficeId}:${orderId}`, value, headers }]);
/** An event of a buyer called Renée. */
const ofRenee = (office: Office, name: string) => office.order(name, { buyer: { first_name: 'Renée' } });

describe('an event', () => {
  it('that is not UTF-8 is a dead letter in both modes, and an erasure finds it by the address in it', async () => {
    const office = await createOffice(world);
    const event = ofRenee(office, 'renee');
    const { data, ...envelope } = event;
    const attributes = Object.entries(envelope).flatMap(([name, value]) =>
      typeof value === 'string' && name !== 'datacontenttype' ? [[`ce_${name}`, value] as const] : [],
    );
    await send(office, data.id, Buffer.from(JSON.stringify(event), 'latin1'), structured);
    await send(office, data.id, Buffer.from(JSON.stringify(data), 'latin1'), Object.fromEntries(attributes));
    const seen = await letters(office, 2);
    for (const letter of seen)
      expect(letter).toMatchObject({ reason: 'The value is not UTF-8', orderId: data.id, canReplay: true });
    const kept = await world.mongo
      .collection('dead_letters')
      .find({ _id: { $in: seen.map(({ id }) => id) } as never })
      .toArray();
    for (const { addressHashes } of kept) expect((addressHashes as string[]).length).toBeGreaterThan(0);
  });

  it('is accepted with a byte order mark, and by its content type even if it also has attribute headers', async () => {
    const office = await createOffice(world);
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    const [marked, doubled] = [ofRenee(office, 'marked'), ofRenee(office, 'doubled')];
    await send(office, marked.data.id, Buffer.from(`\ufeff${JSON.stringify(marked)}`), structured);
    await send(office, doubled.data.id, JSON.stringify(doubled), {
      ...structured,
      ce_specversion: '1.0',
      ce_id: 'another',
      ce_type: 'of.the.transport',
      ce_source: '/transport',
    });
    expect(await office.settled(2)).toMatchObject([{ status: 'SYNCED' }, { status: 'SYNCED' }]);
    await letters(office, 0);
  });

  it('of a batch is refused, and its letter says why', async () => {
    const office = await createOffice(world);
    const event = ofRenee(office, 'batched');
    await send(office, event.data.id, JSON.stringify([event]), {
      'content-type': 'application/cloudevents-batch+json',
    });
    const [letter] = await letters(office, 1);
    expect(letter?.reason).toContain('send one event per message');
  });
});

describe('a webhook that order-intake set aside', () => {
  const setAside = (office: Office, webhookId: string, orderId: string) =>
    world.publish(deadLetterTopicOf(topics.orders.name), [
      {
        key: `${office.boxOfficeId}:${orderId}`,
        value: '',
        headers: {
          'dead-letter-code': 'BAD_EVENT',
          'dead-letter-reason':
            'Boxlist could not read a webhook from Ticket Tailor. The payload is not an order: status',
          'dead-letter-at': new Date().toISOString(),
          'dead-letter-content': 'left out',
          'dead-letter-size': '2048',
          'dead-letter-sha256': 'a'.repeat(64),
          'original-topic': `/webhooks/ticket-tailor/${office.boxOfficeId}`,
          'original-partition': '0',
          'original-offset': webhookId,
        },
      },
    ]);

  it('is one letter for all its tries, which its organiser sees and nobody can replay', async () => {
    const office = await createOffice(world);
    for (const [webhookId, orderId] of [
      ['wh_1', 'or_1'],
      ['wh_1', 'or_1'],
      ['wh_2', ''],
    ] as const)
      await setAside(office, webhookId, orderId);
    const seen = await letters(office, 2);
    expect(seen.map(({ orderId }) => orderId)).toEqual(expect.arrayContaining(['or_1', null]));
    for (const letter of seen)
      expect(letter).toMatchObject({ canReplay: false, reason: expect.stringContaining('not an order: status') });
    const { data } = await world.ask<{ replayDeadLetters: { accepted: number } }>(
      office.boxOfficeId,
      'mutation { replayDeadLetters(input: { all: true }) { accepted } }',
      {},
      'manager',
    );
    expect(data?.replayDeadLetters.accepted).toBe(0);
  });
});
