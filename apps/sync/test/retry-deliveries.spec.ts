import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import type { DeliveryDocument } from '../src/store/delivery-document';
import { createPauses } from './pauses';
import { callsDuring, createOffice, createWorld, type World } from './world';

type Office = Awaited<ReturnType<typeof createOffice>>;
type Process = Awaited<ReturnType<World['startAnother']>>;

let world: World;
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'intake', DISPATCH_LEASE_MS: '1000' });
}, 120_000);
/** Pauses the process that was started with them last. */
const pauses = createPauses();
/** The dispatching processes of the current test. */
const running = new Set<Process>();
afterEach(async () => {
  pauses.openAll();
  for (const process of running) await process.close();
  running.clear();
}, 120_000);
afterAll(() => world?.close(), 30_000);

const dispatch = async (pauses?: ReturnType<typeof createPauses>): Promise<Process> => {
  const process = await world.startAnother({ SYNC_WORK: 'dispatch' }, pauses);
  running.add(process);
  return process;
};

interface Retry {
  readonly id: string;
  readonly status: string;
  readonly progress: { readonly matched: number; readonly requeued: number };
}
interface Answer {
  readonly retry: Retry | null;
  readonly accepted?: number | null;
  readonly userErrors: { readonly code: string; readonly message: string; readonly field: string[] }[];
}
const fields = 'retry { id status progress { matched requeued } } userErrors { code message field }';

const retry = async (office: Office, filter: object, role?: 'viewer'): Promise<Answer> => {
  const { data, errors = [] } = await world.ask<{ retryDeliveries: Answer }>(
    office.boxOfficeId,
    `mutation ($input: RetryDeliveriesInput!) { retryDeliveries(input: $input) { accepted ${fields} } }`,
    { input: { filter } },
    role,
  );
  const refused = errors.map(({ message, extensions }) => ({ code: extensions.code, message, field: [] }));
  return data?.retryDeliveries ?? { retry: null, userErrors: refused };
};
const cancel = async (office: Office, retryId: string): Promise<Answer> => {
  const { data } = await world.ask<{ cancelRetry: Answer }>(
    office.boxOfficeId,
    `mutation ($input: CancelRetryInput!) { cancelRetry(input: $input) { ${fields} } }`,
    { input: { retryId } },
  );
  return data!.cancelRetry;
};
const retries = async (office: Office): Promise<Retry[]> => {
  const { data } = await world.ask<{ boxOffice: { retries: Retry[] } }>(
    office.boxOfficeId,
    '{ boxOffice { retries { id status progress { matched requeued } } } }',
  );
  return data!.boxOffice.retries;
};
const ended = (office: Office): Promise<Retry> =>
  eventually(async () => {
    const [newest] = await retries(office);
    expect(newest?.status).toBe('DONE');
    return newest!;
  });

const stored = () => world.mongo.collection<DeliveryDocument>('deliveries');
const versions = async ({ boxOfficeId }: Office): Promise<number[]> =>
  (await stored().find({ boxOfficeId }).toArray()).map(({ version }) => version);

/** A box office with skipped orders, because no buyer opted in. */
const withSkipped = async (count: number): Promise<Office> => {
  const office = await createOffice(world);
  await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
  await world.produce(
    Array.from({ length: count }, (_, index) => office.order(`s${index}`, { marketing_opt_in: 'false' })),
  );
  await office.settled(count);
  return office;
};

describe('a retry', () => {
  // Every requeued delivery counted as written: the name in parts of a skipped order kept a whole name out.
  it('of a skipped delivery without calls keeps no values of other orders from the contact', async () => {
    await dispatch();
    const office = await withSkipped(1);
    await retry(office, { statuses: ['SKIPPED'] });
    await ended(office);
    await office.settled(1);
    const buyer = { first_name: null, last_name: null, name: 'Ann Lee' };
    await world.produce([office.order('s0', { id: `or_new_${office.boxOfficeId}`, buyer })]);
    await eventually(async () => expect(await office.contact('s0')).toMatchObject({ first_name: 'Ann Lee' }));
  });

  it('of a contact that sync has seen reads it before anything is done', async () => {
    await dispatch();
    const office = await createOffice(world);
    await world.sandbox.seed('riverside', { email: office.emailOf('off'), permission_to_send: 'unsubscribed' });
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    await world.produce([office.order('off')]);
    await office.settled(1);
    const calls = await callsDuring(world, async () => {
      await retry(office, { statuses: ['SKIPPED'] });
      await ended(office);
      await office.until(1, ({ attempts }) => attempts.length > 2);
    });
    expect(calls['POST /contacts']).toBeUndefined();
  });

  it('requeues only deliveries of its filter, shows progress, and is done when all are requeued', async () => {
    await dispatch();
    const office = await withSkipped(3);
    const [one] = await office.deliveries();
    const none = await retry(office, { statuses: ['FAILED'] });
    expect(none).toMatchObject({ accepted: 0, retry: { progress: { matched: 0 } }, userErrors: [] });
    expect((await retry(office, { email: ' ' })).accepted).toBe(0);
    const { retry: begun } = await retry(office, { ids: [one!.id] });
    expect(begun).toMatchObject({ status: 'RUNNING', progress: { matched: 1, requeued: 0 } });
    expect(await ended(office)).toEqual({ id: begun!.id, status: 'DONE', progress: { matched: 1, requeued: 1 } });
    await office.settled(3);
    expect((await versions(office)).sort()).toEqual([1, 1, 3]);
  }, 120_000);

  it('of more than one batch requeues every delivery once', async () => {
    const office = await withSkipped(1);
    const [first] = await stored().find({ boxOfficeId: office.boxOfficeId }).toArray();
    await stored().insertMany(
      Array.from({ length: 2_300 }, (_, index) => ({ ...first!, _id: `${first!._id}_${index}`, outbox: [] })),
    );
    await retry(office, { reasons: ['NOT_OPTED_IN'] });
    await Promise.all([dispatch(), dispatch()]);
    expect((await ended(office)).progress).toEqual({ matched: 2_301, requeued: 2_301 });
    await eventually(async () => {
      expect(await stored().countDocuments({ boxOfficeId: office.boxOfficeId, readyAt: null, version: 3 })).toBe(2_301);
    });
  }, 120_000);

  // retry-many.long.ts stores and counts as many.
  it('is refused for more than 100,000, with advice', async () => {
    const office = await withSkipped(1);
    const counting = await world.startAnother(
      { SYNC_WORK: 'intake' },
      { prepare: ({ deliveryRetries }) => void (deliveryRetries.countToRetry = async () => 100_001) },
    );
    world.asked.url = counting.url;
    try {
      const { retry: none, userErrors } = await retry(office, {});
      expect(none).toBeNull();
      expect(userErrors).toMatchObject([{ code: 'TOO_MANY_TO_RETRY', field: ['input', 'filter'] }]);
      expect(userErrors[0]?.message).toContain('by workflow, reason or time');
    } finally {
      world.asked.url = world.url;
      await counting.close();
    }
  });

  it('requeues nothing more once it is cancelled, which no other box office can do', async () => {
    const office = await withSkipped(2);
    const { retry: begun } = await retry(office, {});
    const foreign = await createOffice(world);
    expect((await cancel(foreign, begun!.id)).userErrors).toMatchObject([{ code: 'RETRY_NOT_FOUND' }]);
    expect((await retry(office, {}, 'viewer')).userErrors).toMatchObject([{ code: 'FORBIDDEN' }]);
    expect((await cancel(office, begun!.id)).retry?.status).toBe('CANCELLED');
    expect((await cancel(office, begun!.id)).retry?.status).toBe('CANCELLED');
    const { retry: second } = await retry(office, { ids: [] });
    await dispatch();
    expect((await ended(office)).id).toBe(second!.id);
    expect(await versions(office)).toEqual([1, 1]);
    expect((await cancel(office, second!.id)).userErrors).toMatchObject([{ code: 'RETRY_ENDED' }]);
  }, 120_000);
});

describe('a process that dies while it runs a retry', () => {
  // The process had requeued the deliveries, and was about to schedule their connections. No dispatcher looked at the
  // deliveries until something else scheduled a connection.
  it('between requeueing deliveries and scheduling their connections leaves none of them behind', async () => {
    const office = await withSkipped(2);
    await dispatch(pauses);
    const making = pauses.before('connectionLeases.makeReady', ([ids]) => ids.includes(office.connectionId));
    await retry(office, {});
    await making.reached();
    expect(await stored().countDocuments({ boxOfficeId: office.boxOfficeId, status: 'PENDING' })).toBe(2);
    await dispatch();
    await office.settled(2);
    expect((await ended(office)).progress).toEqual({ matched: 2, requeued: 2 });
  }, 120_000);

  // The process had requeued the deliveries and was about to record that. They settled again, and the process that
  // continued the retry found them as the filter wanted them: skipped.
  it('before it has recorded its requeues causes no second requeue', async () => {
    const office = await withSkipped(2);
    const dying = await dispatch(pauses);
    const counting = pauses.before('retries.countRequeued');
    await retry(office, {});
    await counting.reached();
    await dispatch();
    expect((await ended(office)).progress).toEqual({ matched: 2, requeued: 2 });
    await office.settled(2);
    counting.open();
    await dying.close();
    running.delete(dying);
    expect(await versions(office)).toEqual([3, 3]);
  }, 120_000);
});
