import { AppError } from '@boxlist/contracts';
import { startTicketTailorSandbox } from '@boxlist/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTicketTailor, type TicketTailor } from '@boxlist/ticket-tailor';

const key = 'sk_sandbox_riverside';
const begin = 1_700_000_000;
let sandbox: Awaited<ReturnType<typeof startTicketTailorSandbox>>;
let api: TicketTailor;

beforeAll(async () => {
  sandbox = await startTicketTailorSandbox();
  api = createTicketTailor({ apiUrl: sandbox.url, timeoutMs: 2_000 });
}, 60_000);
afterAll(async () => {
  await api?.close();
  await sandbox?.stop();
});
beforeEach(async () => {
  await sandbox.reset();
  await sandbox.seedOrders('riverside', { count: 250, createdFrom: begin, everySeconds: 60 });
  await sandbox.seedOrders('harbour', { count: 1, createdFrom: begin, id: 'or_h#' });
});

const failure = async (call: Promise<unknown>): Promise<AppError> => {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('An AppError was expected', { cause: error });
};

const all = async (query: Parameters<TicketTailor['ordersPage']>[1] = {}): Promise<string[]> => {
  const ids: string[] = [];
  for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
    const page = await api.ordersPage(key, { ...query, startingAfter: next });
    ids.push(...page.orders.map(({ order }) => order.id));
    next = page.next;
  }
  return ids;
};

describe('pages of orders', () => {
  it("contain every order of the key's box office once, newest first", async () => {
    expect(await all()).toEqual(Array.from({ length: 250 }, (_, index) => `or_${249 - index}`));
    expect((await sandbox.journal('riverside')).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('continue at the same place if orders arrive meanwhile', async () => {
    const first = await api.ordersPage(key, { limit: 10 });
    await sandbox.seedOrders('riverside', { count: 5, createdFrom: begin + 100_000, id: 'or_new#' });
    const second = await api.ordersPage(key, { limit: 10, startingAfter: first.next });
    expect(second.orders[0]?.order.id).toBe('or_239');
  });

  it('contain the orders of a time range, both ends included', async () => {
    const ids = await all({ createdFrom: new Date((begin + 60) * 1000), createdTo: new Date((begin + 180) * 1000) });
    expect(ids).toEqual(['or_3', 'or_2', 'or_1']);
  });

  it("contain no data of attendees, but the time of each order's creation", async () => {
    const { orders } = await api.ordersPage(key, { limit: 1 });
    expect(orders[0]).toMatchObject({
      createdAt: new Date((begin + 249 * 60) * 1000),
      order: { id: 'or_249', buyer_details: { email: 'buyer249@example.com' } },
    });
    expect(JSON.stringify(orders)).not.toMatch(/issued_tickets|bar-|txn_id/);
  });

  it('skip invalid orders and say how many there were', async () => {
    await sandbox.seedOrders('riverside', {
      orders: [{ id: 'or_odd', created_at: begin + 1_000_000, status: 'something new' }],
    });
    const page = await api.ordersPage(key, { limit: 2 });
    expect(page).toMatchObject({ unreadable: 1, next: 'or_249', orders: [{}] });
    expect(page.orders[0]?.order.id).toBe('or_249');
  });
});

describe('a call that fails', () => {
  it('because of an unknown key says that another key is needed, and does not contain the key', async () => {
    const error = await failure(api.ordersPage('sk_sandbox_unknown'));
    expect(error).toMatchObject({ code: 'UNAUTHORIZED_AT_TICKET_TAILOR', kind: 'rejected' });
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain('sk_sandbox_unknown');
  });

  it('because the calls of the window are used up says how long to wait', async () => {
    await sandbox.limits({ calls: 1, windowMs: 90_000 });
    await api.ordersPage(key);
    const error = await failure(api.ordersPage(key));
    expect(error).toMatchObject({ code: 'RATE_LIMITED', kind: 'throttled' });
    expect(error.retryAfterMs).toBeGreaterThan(1_000);
    expect(error.retryAfterMs).toBeLessThanOrEqual(90_000);
  });

  it.each([
    ['a server error', { kind: 'status', status: 503 }],
    ['an ended connection', { kind: 'drop' }],
    ['no answer in time', { kind: 'timeout', ms: 10_000 }],
    ['an answer that cannot be read', { kind: 'malformed-body' }],
  ])('can be tried again later after %s', async (_, fault) => {
    await sandbox.fault(fault);
    expect(await failure(api.ordersPage(key))).toMatchObject({
      code: 'TICKET_TAILOR_UNAVAILABLE',
      kind: 'unavailable',
    });
    expect((await api.ordersPage(key)).orders).toHaveLength(100);
  });

  it('is never sent again after any other refusal', async () => {
    expect(await failure(api.ordersPage(key, { limit: 101 }))).toMatchObject({
      code: 'REJECTED_BY_TICKET_TAILOR',
      kind: 'rejected',
    });
    expect(await failure(api.ordersPage(key, { startingAfter: 'or_nowhere' }))).toMatchObject({
      code: 'REJECTED_BY_TICKET_TAILOR',
    });
  });
});
