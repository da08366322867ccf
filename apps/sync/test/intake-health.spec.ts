import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetterTopicOf, topics, type BoxOfficeId } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { createPauses } from './pauses';
import { createOffice, createWorld, type World } from './world';

// Readiness and health did not show an intake at a standstill, or one that had set unread events aside.

let world: World;
const pauses = createPauses();
let intake: Awaited<ReturnType<World['startAnother']>>;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'dispatch', EVENTS_STAND_STILL_AFTER_MS: '4000' });
  intake = await world.startAnother({ SYNC_WORK: 'intake' }, pauses);
}, 120_000);
afterAll(async () => {
  pauses.openAll();
  await intake?.close();
  await world?.close();
}, 120_000);

interface IntakeHealth {
  readonly standingStill: { topic: string; partition: number | null; since: string; code: string | null }[];
  readonly unreadable: number;
}
const intakeHealth = async (boxOfficeId: BoxOfficeId): Promise<IntakeHealth> => {
  const { data, errors } = await world.ask<{ boxOffice: { syncHealth: { intake: IntakeHealth } } }>(
    boxOfficeId,
    '{ boxOffice { syncHealth { intake { standingStill { topic partition since code } unreadable } } } }',
    {},
    'viewer',
  );
  expect(errors).toBeUndefined();
  return data!.boxOffice.syncHealth.intake;
};
const readiness = async (url: string) => {
  const response = await fetch(`${url}/health/ready`);
  return { status: response.status, ...((await response.json()) as object) };
};

describe('a partition of orders at a standstill', () => {
  it('shows in the health of any process, and in readiness, until it makes progress', async () => {
    const office = await createOffice(world);
    await office.workflow();
    await eventually(async () => expect((await intakeHealth(office.boxOfficeId)).standingStill).toEqual([]));
    const step = pauses.before('orders.keep');
    await world.produce([office.order('ada', { marketing_opt_in: 'false' })]);
    await step.reached();
    // On a slow machine the consumers of facts may be at a standstill for a moment too.
    await eventually(async () =>
      expect((await intakeHealth(office.boxOfficeId)).standingStill).toContainEqual(
        expect.objectContaining({ topic: topics.orders.name, partition: expect.any(Number), code: null }),
      ),
    );
    expect(await readiness(intake.url)).toMatchObject({
      status: 200,
      ready: true,
      degraded: ['events'],
      checks: { events: 'EVENTS_STAND_STILL', kafka: 'ok', intake: 'ok' },
    });
    expect(await readiness(world.url)).toEqual({
      status: 200,
      ready: true,
      checks: { mongodb: 'ok', kafka: 'ok', events: 'ok' },
    });
    const metrics = await (await fetch(`${intake.url}/metrics`)).text();
    expect(metrics).toMatch(/^boxlist_events_standing_still\{topic="orders\.v1".*\} 1/m);
    step.open();
    await office.settled(1);
    await eventually(async () => expect((await intakeHealth(office.boxOfficeId)).standingStill).toEqual([]), {
      timeoutMs: 30_000,
    });
    await eventually(async () => expect(await readiness(intake.url)).not.toHaveProperty('degraded'));
  }, 90_000);
});

describe('a range of unreadable events', () => {
  it('is kept once by its position, without content, and counts in the health of every box office', async () => {
    const [office, other] = [await createOffice(world), await createOffice(world)];
    // The bus sets a range aside like this, and may do so twice after a crash.
    const range = {
      key: '',
      value: '',
      headers: {
        'dead-letter-code': 'EVENTS_UNREADABLE',
        'dead-letter-reason': 'The batch does not match its compression type',
        'dead-letter-at': new Date().toISOString(),
        'dead-letter-content': 'left out',
        'dead-letter-size': '4711',
        'dead-letter-sha256': 'ab'.repeat(32),
        'original-topic': topics.orders.name,
        'original-partition': '3',
        'original-offset': '17',
        'original-last-offset': '29',
      },
    };
    await world.publish(deadLetterTopicOf(topics.orders.name), [range, range]);
    await eventually(async () => expect((await intakeHealth(office.boxOfficeId)).unreadable).toBe(1));
    expect((await intakeHealth(other.boxOfficeId)).unreadable).toBe(1);
    const kept = await world.mongo.collection('dead_letters').find({ code: 'EVENTS_UNREADABLE' }).toArray();
    expect(kept).toEqual([
      expect.objectContaining({
        boxOfficeId: null,
        orderId: null,
        place: { topic: topics.orders.name, partition: 3, firstOffset: '17', lastOffset: '29' },
        leftOut: { bytes: 4711, sha256: 'ab'.repeat(32) },
        original: null,
      }),
    ]);
  });
});
