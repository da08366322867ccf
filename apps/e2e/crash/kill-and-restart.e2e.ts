import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrderEvent, type GraphClient, type Stack } from '@boxlist/testkit';
import { ready, settled } from '../src/organiser';
import { startScannedStack } from '../src/scanned-stack';

let stack: Stack;

beforeAll(async () => {
  // More calls per second than the real limit, to keep the test short: it checks safety, not speed.
  stack = await startScannedStack({ callsPerSecond: 50 });
}, 180_000);
afterAll(() => stack?.stop(), 150_000);

const buyers = (boxOfficeId: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    anOrderEvent({
      boxOfficeId,
      order: {
        id: `or_${boxOfficeId.slice(3)}_${index}`,
        marketing_opt_in: 'true',
        buyer_details: { email: `b${index}.${boxOfficeId}@example.com` },
      },
    }),
  );

/** Expects one contact for each buyer, and all deliveries synced. */
const expectEachOnce = async (boxOfficeId: string, count: number, graph: GraphClient) => {
  const seen = await settled(graph, count, 120_000);
  expect(seen.filter(({ status }) => status !== 'SYNCED')).toEqual([]);
  const contacts = (await stack.sandbox.contacts('riverside')).filter((each) =>
    each.email_address.address.includes(`.${boxOfficeId}@`),
  );
  expect(contacts).toHaveLength(count);
  expect(new Set(contacts.map((each) => each.email_address.address)).size).toBe(count);
};

const scenario = async (boxOfficeId: string, disturb: () => Promise<void>, count = 40) => {
  const graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
  await ready(graph, 'riverside');
  const events = buyers(boxOfficeId, count);
  await stack.produce(events.slice(0, count / 2));
  await disturb();
  await stack.produce(events.slice(count / 2));
  await expectEachOnce(boxOfficeId, count, graph);
};

describe('nothing is lost and nothing is done twice', () => {
  it('when sync is killed in the middle and restarted', async () => {
    await scenario('bo_killsync', async () => {
      await stack.kill('sync');
      await stack.start('sync');
    });
  }, 180_000);

  it('when auth-connection is killed in the middle and restarted', async () => {
    await scenario('bo_killauth', async () => {
      await stack.kill('auth-connection');
      await stack.start('auth-connection');
    });
  }, 180_000);

  it('when Kafka is restarted', async () => {
    await scenario('bo_kafka', () => stack.restartKafka());
  }, 180_000);

  it('when MongoDB is restarted', async () => {
    await scenario('bo_mongo', () => stack.restartMongo());
  }, 180_000);

  it('when two sync processes share the work and one is killed', async () => {
    const another = await stack.startAnother('sync');
    await scenario('bo_two', async () => {
      await another.kill();
    });
  }, 180_000);

  it('when the answer to a write is lost: sync reads the contact and writes nothing twice', async () => {
    const boxOfficeId = 'bo_lost';
    const graph = await stack.graphAs({ boxOfficeId, role: 'owner' });
    await ready(graph, 'riverside');
    await stack.sandbox.fault({ method: 'POST', path: '/v3/contacts$', kind: 'drop-after-write', times: 2 });
    await stack.sandbox.fault({ method: 'GET', path: '/v3/contacts', kind: 'status', status: 503, times: 2 });
    await stack.produce(buyers(boxOfficeId, 5));
    await expectEachOnce(boxOfficeId, 5, graph);
    const created = (await stack.sandbox.journal()).filter(
      ({ method, path, status, body }) =>
        method === 'POST' &&
        path === '/v3/contacts' &&
        status === 201 &&
        JSON.stringify(body).includes(`.${boxOfficeId}@`),
    );
    expect(created).toHaveLength(5);
  }, 120_000);
});
