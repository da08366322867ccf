import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { noticeEventSchema, topics } from '@boxlist/contracts';
import type { Service } from '@boxlist/service-kit';
import { eventually } from '@boxlist/testkit';
import { createOffice, createWorld, type PublishedEvent, type World } from './world';

let world: World;
let published: readonly PublishedEvent[];
const others: Service[] = [];
beforeAll(async () => {
  world = await createWorld({ CONSTANT_CONTACT_CALLS_PER_DAY: '10000' });
  // Three processes see each problem.
  others.push(await world.startAnother(), await world.startAnother());
  published = await world.listen(topics.notices.name);
}, 120_000);
afterAll(async () => {
  await Promise.all(others.map((other) => other.close()));
  await world?.close();
}, 120_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
interface SeenNotice {
  readonly id: string;
  readonly kind: string;
  readonly level: number | null;
  readonly connection: { readonly id: string } | null;
  readonly workflow: { readonly id: string } | null;
  readonly raisedAt: string;
  readonly recoveredAt: string | null;
}
interface NoticePage {
  readonly nodes: SeenNotice[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const page = async ({ boxOfficeId }: Office, args = '(first: 100)'): Promise<NoticePage> => {
  const { data, errors } = await world.ask<{ boxOffice: { notices: NoticePage } }>(
    boxOfficeId,
    `{ boxOffice { notices${args} {
      nodes { id kind level connection { id } workflow { id } raisedAt recoveredAt }
      pageInfo { hasNextPage endCursor } } } }`,
    {},
    'viewer',
  );
  expect(errors).toBeUndefined();
  return data!.boxOffice.notices;
};
const notices = async (office: Office): Promise<SeenNotice[]> => (await page(office)).nodes;

/** The notices in words, newest first. */
const wordsOf = (seen: readonly SeenNotice[]): string[] =>
  seen.map(({ kind, level, recoveredAt }) => [kind, level ?? '', recoveredAt ? 'over' : 'open'].join(' '));
const until = (office: Office, expected: string[]): Promise<void> =>
  eventually(async () => expect(wordsOf(await notices(office)).sort()).toEqual([...expected].sort()));

/** Waits until the events on the topic are the expected ones. A repeated event counts once. */
const events = (office: Office, expected: string[]): Promise<void> =>
  eventually(async () => {
    const own = published.filter(({ boxofficeid }) => boxofficeid === office.boxOfficeId);
    for (const event of own) expect(noticeEventSchema.safeParse(event).error).toBeUndefined();
    const once = [...new Map(own.map((event) => [event.id, event])).values()];
    // Events of one notice come in sequence. Events of several notices come in any sequence.
    const words = once.map(({ type, data: { kind, level } }) => [type.split('.')[2], kind, level ?? ''].join(' '));
    expect(words.sort()).toEqual([...expected].sort());
  });

const broken = (office: Office) => office.publishConnection({ status: 'NEEDS_RECONNECT' });

/** Orders that fail at once, or that are skipped, without a call. */
let made = 0;
const orders = (office: Office, count: number, given: Record<string, unknown>) =>
  Array.from({ length: count }, () => office.order(`n${(made += 1)}`, given));
const failing = (office: Office, count: number) => orders(office, count, { buyer: { email: 'nobody' } });
const skipped = (office: Office, count: number) => orders(office, count, { marketing_opt_in: 'false' });

describe('a connection that needs a new sign-in', () => {
  it('raises one notice and ends it when it works again; the next time raises another notice', async () => {
    const office = await createOffice(world);
    await broken(office);
    await broken(office);
    await until(office, ['CONNECTION_BROKEN  open']);
    const [first] = await notices(office);
    expect(first).toMatchObject({ connection: { id: office.connectionId }, workflow: null, recoveredAt: null });
    await office.publishConnection();
    await until(office, ['CONNECTION_BROKEN  over']);
    await broken(office);
    await office.publishConnection({ status: 'DISCONNECTED' });
    await until(office, ['CONNECTION_BROKEN  over', 'CONNECTION_BROKEN  over']);
    await events(office, [
      'raised CONNECTION_BROKEN ',
      'recovered CONNECTION_BROKEN ',
      'raised CONNECTION_BROKEN ',
      'recovered CONNECTION_BROKEN ',
    ]);
    const ids = (await notices(office)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(2);
    expect(ids[1]).toBe(first!.id);
  });

  it('is published by a process that finds it unpublished by another', async () => {
    const office = await createOffice(world);
    // A process that dies between its write and Kafka leaves the event in the document's outbox.
    await broken(office);
    await until(office, ['CONNECTION_BROKEN  open']);
    await events(office, ['raised CONNECTION_BROKEN ']);
    const before = published.length;
    await world.mongo
      .collection<{ outbox: object[] }>('notices')
      .updateOne({ boxOfficeId: office.boxOfficeId }, { $push: { outbox: { id: 'raised', at: new Date() } } });
    await eventually(async () => expect(published.length).toBeGreaterThan(before));
    // The same event again, by its id.
    await events(office, ['raised CONNECTION_BROKEN ']);
  });

  it('is not shown to another box office', async () => {
    const [office, foreign] = [await createOffice(world), await createOffice(world)];
    await broken(office);
    await until(office, ['CONNECTION_BROKEN  open']);
    const [{ id }] = (await notices(office)) as [SeenNotice];
    expect(await notices(foreign)).toEqual([]);
    const entity = async ({ boxOfficeId }: Office) => {
      const { data } = await world.ask<{ _entities: ({ kind: string } | null)[] }>(
        boxOfficeId,
        'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Notice { kind } } }',
        { of: [{ __typename: 'Notice', id }] },
        'viewer',
      );
      return data?._entities;
    };
    expect(await entity(foreign)).toEqual([null]);
    expect(await entity(office)).toEqual([{ kind: 'CONNECTION_BROKEN' }]);
  });
});

describe('a workflow with many failed deliveries', () => {
  it('raises a notice at 50, 70, 90 and 100 of the last 100, each once, and all end when few fail', async () => {
    const office = await createOffice(world);
    const { workflowId } = await office.workflow();
    await world.produce([...failing(office, 49), ...skipped(office, 60)]);
    await office.settled(109);
    // Another notice shows that sync had the time to raise this one and did not.
    await broken(office);
    await until(office, ['CONNECTION_BROKEN  open']);
    await office.publishConnection();

    await world.produce(failing(office, 1));
    const rest = ['CONNECTION_BROKEN  over'];
    await until(office, [...rest, 'FAILURES 50 open']);
    expect((await notices(office)).find(({ level }) => level === 50)?.workflow).toEqual({ id: workflowId });
    await world.produce(failing(office, 50));
    await until(office, [...rest, ...[50, 70, 90, 100].map((level) => `FAILURES ${level} open`)]);

    await world.produce(orders(office, 60, {}));
    await office.settled(220);
    // 40 failures of 100 do not end the notices yet; one fewer does.
    await broken(office);
    await until(office, [
      ...rest,
      'CONNECTION_BROKEN  open',
      ...[50, 70, 90, 100].map((level) => `FAILURES ${level} open`),
    ]);
    await office.publishConnection();
    await world.produce(orders(office, 1, {}));
    await until(office, [...rest, ...rest, ...[50, 70, 90, 100].map((level) => `FAILURES ${level} over`)]);
    await eventually(async () => {
      const own = published.filter((each) => each.boxofficeid === office.boxOfficeId && each.data.kind === 'FAILURES');
      const once = new Map(own.map((each) => [each.id, `${each.type.split('.')[2]} ${String(each.data.level)}`]));
      expect([...once.values()].sort()).toEqual(
        [50, 70, 90, 100].flatMap((level) => [`raised ${level}`, `recovered ${level}`]).sort(),
      );
    });
  }, 120_000);
});

describe('dead letters', () => {
  it('raise one notice while any is open, and end it when none is', async () => {
    const office = await createOffice(world);
    const bad = (name: string) => ({ key: `${office.boxOfficeId}:or_${name}`, value: `{"${name}"` });
    await world.publish(topics.orders.name, [bad('a'), bad('b')]);
    await until(office, ['DEAD_LETTERS  open']);
    await world.publish(topics.orders.name, [bad('c')]);
    const letterIds = () =>
      eventually(async () => {
        const { data } = await world.ask<{ boxOffice: { deadLetters: { nodes: { id: string }[] } } }>(
          office.boxOfficeId,
          '{ boxOffice { deadLetters { nodes { id } } } }',
        );
        const ids = data!.boxOffice.deadLetters.nodes.map(({ id }) => id);
        expect(ids).toHaveLength(3);
        return ids;
      });
    const discard = (ids: string[]) =>
      world.ask(
        office.boxOfficeId,
        'mutation ($ids: [ID!]) { discardDeadLetters(input: { ids: $ids }) { discarded } }',
        { ids },
      );
    const ids = await letterIds();
    await discard(ids.slice(0, 2));
    await broken(office);
    await until(office, ['DEAD_LETTERS  open', 'CONNECTION_BROKEN  open']);
    await discard(ids.slice(2));
    await until(office, ['DEAD_LETTERS  over', 'CONNECTION_BROKEN  open']);
    await world.publish(topics.orders.name, [bad('d')]);
    await until(office, ['DEAD_LETTERS  over', 'CONNECTION_BROKEN  open', 'DEAD_LETTERS  open']);
    await events(office, [
      'raised DEAD_LETTERS ',
      'raised CONNECTION_BROKEN ',
      'recovered DEAD_LETTERS ',
      'raised DEAD_LETTERS ',
    ]);
  });
});

describe('the list of notices', () => {
  it('has pages, newest first, and filters by open or ended', async () => {
    const office = await createOffice(world);
    for (let round = 1; round <= 2; round += 1) {
      await broken(office);
      await until(office, [...Array<string>(round - 1).fill('CONNECTION_BROKEN  over'), 'CONNECTION_BROKEN  open']);
      await office.publishConnection();
      await until(office, Array<string>(round).fill('CONNECTION_BROKEN  over'));
    }
    await broken(office);
    await until(office, [...Array<string>(2).fill('CONNECTION_BROKEN  over'), 'CONNECTION_BROKEN  open']);
    const all = await notices(office);
    expect(all[0]?.recoveredAt).toBeNull();
    const first = await page(office, '(first: 2)');
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = await page(office, `(first: 2, after: "${first.pageInfo.endCursor}")`);
    expect([...first.nodes, ...second.nodes]).toEqual(all);
    expect((await page(office, '(states: [RAISED])')).nodes).toEqual(all.slice(0, 1));
    expect((await page(office, '(states: [RECOVERED])')).nodes).toEqual(all.slice(1));
  });
});

// This must be the last block of the file: it uses up the day's calls.
describe('a day without calls left', () => {
  it('raises a notice for each box office that waits, and for no other, until calls are made again', async () => {
    const [waiting, idle] = [await createOffice(world), await createOffice(world)];
    await waiting.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    const ledgers = world.mongo.collection<{ state: string; revision: number }>('ledger');
    await eventually(async () => {
      const ledger = await ledgers.findOne({});
      const state = { ...(JSON.parse(ledger?.state ?? '{}') as object), used: 10_000 };
      const { matchedCount } = await ledgers.updateOne(
        { revision: ledger?.revision ?? 0 },
        { $set: { state: JSON.stringify(state) }, $inc: { revision: 1 } },
      );
      expect(matchedCount).toBe(1);
    });
    await world.produce([waiting.order('tomorrow')]);
    await until(waiting, ['QUOTA_EXHAUSTED  open']);
    await broken(idle);
    await until(idle, ['CONNECTION_BROKEN  open']);

    world.moment.aheadMs = Math.ceil(Date.now() / 86_400_000) * 86_400_000 - Date.now() + 1_000;
    await waiting.until(1, ({ status }) => status === 'SYNCED');
    await until(waiting, ['QUOTA_EXHAUSTED  over']);
    await events(waiting, ['raised QUOTA_EXHAUSTED ', 'recovered QUOTA_EXHAUSTED ']);
  }, 120_000);
});
