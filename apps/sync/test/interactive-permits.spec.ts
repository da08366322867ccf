import { newId, type BoxOfficeId } from '@boxlist/contracts';
import { createServiceTokens } from '@boxlist/service-kit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createOffice, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ CONSTANT_CONTACT_CALLS_PER_SECOND: '4' });
}, 120_000);
afterAll(() => world?.close(), 60_000);

/** Asks for a permit as auth-connection does. Resolves with its code, and how long the answer took in ms. */
const ask = async (boxOfficeId: string | undefined, url = world.url) => {
  const tokens = createServiceTokens(world.config.SERVICE_TOKEN_SECRET, {
    service: 'auth-connection',
    usedTokens: { spend: async () => true },
  });
  const path = '/internal/quota/permits';
  const question = JSON.stringify({ class: 'interactive', boxOfficeId });
  const token = await tokens.sign({ audience: 'sync', path, body: question });
  const begun = performance.now();
  const answer = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: question,
  });
  const body = (await answer.json()) as { code?: string; retryAfterMs?: number; waitMs?: number };
  return { status: answer.status, ...body, tookMs: performance.now() - begun };
};
const askOften = (boxOfficeId: BoxOfficeId, count: number) =>
  Promise.all(Array.from({ length: count }, () => ask(boxOfficeId)));
/** Starts another UTC day for the ledger, so that no limit of the day is used. */
const nextDay = (): void => {
  world.moment.aheadMs += 86_400_000;
};

describe('a permit for a page', () => {
  it.each([
    ['no box office', undefined],
    ['what is none', 'interactive'],
  ])('is refused for %s', async (_, id) => {
    expect(await ask(id)).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  });

  it('is not waited for when 64 are asked for at once: those that cannot come soon are refused at once', async () => {
    const answers = await askOften(newId('boxOffice'), 64);
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(8);
    expect(refused.length).toBeGreaterThan(40);
    for (const { code, retryAfterMs } of refused) {
      expect(code).toBe('RATE_LIMITED');
      expect(retryAfterMs).toBeGreaterThan(0);
    }
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(10_000);
    expect(Math.max(...refused.map(({ tookMs }) => tookMs))).toBeLessThan(4_000);
  }, 30_000);

  it('comes to another box office, and live orders are synced, while one asks for as many as it can', async () => {
    nextDay();
    const office = await createOffice(world);
    await office.workflow({ lists: { fixed: [world.listIds[0]!], perEvent: false } });
    const flood = askOften(newId('boxOffice'), 64);
    await world.produce([office.order('beside')]);
    const page = await ask(newId('boxOffice'));
    await office.settled(1, 5_000);
    expect(page.status).toBe(200);
    expect(page.tookMs).toBeLessThan(3_500);
    expect((await flood).some(({ status }) => status === 200)).toBe(true);
  }, 30_000);

  it('is refused with a name and a time once its box office, and once all of them, have used up theirs', async () => {
    nextDay();
    const strict = await world.startAnother({
      INTERACTIVE_CALLS_PER_DAY_OF_BOX_OFFICE: 3,
      INTERACTIVE_CALLS_PER_DAY: 5,
    });
    try {
      const [first, second] = [newId('boxOffice'), newId('boxOffice')];
      const untilRefused = async (boxOfficeId: BoxOfficeId) => {
        for (let given = 0; ; given += 1) {
          const answer = await ask(boxOfficeId, strict.url);
          if (answer.status !== 200) return { ...answer, given };
        }
      };
      const refused = await untilRefused(first);
      // A permit that comes too late on a busy machine is lost, so fewer may be given.
      expect(refused.given).toBeLessThanOrEqual(3);
      expect(refused).toMatchObject({ status: 429, code: 'INTERACTIVE_CALLS_USED_UP' });
      const toMidnight = 86_400_000 - ((Date.now() + world.moment.aheadMs) % 86_400_000);
      expect(Math.abs(refused.retryAfterMs! - toMidnight)).toBeLessThan(10_000);
      const last = await untilRefused(second);
      expect(last.given).toBeLessThanOrEqual(2);
      expect(last.code).toBe('INTERACTIVE_CALLS_USED_UP');
      expect(await ask(newId('boxOffice'), strict.url)).toMatchObject({ code: 'INTERACTIVE_CALLS_USED_UP' });
      nextDay();
      expect((await untilRefused(first)).given).toBeGreaterThan(0);
    } finally {
      await strict.close();
    }
  }, 60_000);

  it('is counted across processes', async () => {
    nextDay();
    const office = newId('boxOffice');
    const other = await world.startAnother();
    try {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => ask(office, index % 2 ? other.url : world.url)),
      );
      const given = answers.filter(({ status }) => status === 200).length;
      // Eight at once, then one a second for as long as a call may wait.
      expect(given).toBeLessThanOrEqual(8 + 9);
      expect(given).toBeGreaterThanOrEqual(8);
    } finally {
      await other.close();
    }
  }, 60_000);
});
