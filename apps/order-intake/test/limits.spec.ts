import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aWebhook, startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld({
    LIMIT_WEBHOOKS_BY_ADDRESS_PER_MINUTE: '60',
    LIMIT_WEBHOOKS_BY_BOX_OFFICE_PER_MINUTE: '20',
    LIMIT_WEBHOOK_SECRET_BY_SUBJECT_PER_MINUTE: '20',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  for (const box_office_id of ['bo_own', 'bo_other'])
    await world.secretDoor('PUT', { secret: world.secret }, { box_office_id, sub: `owner of ${box_office_id}` });
}, 90_000);
afterAll(() => world.close());

const send = (boxOfficeId: string, from: string, signature?: string | null) =>
  world.send(aWebhook().body, { boxOfficeId, from, ...(signature === undefined ? {} : { signature }) });
const many = async <T>(count: number, ask: () => Promise<T>): Promise<T[]> => {
  const answers: T[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask());
  return answers;
};
const countOf = (answers: readonly { status: number }[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

describe('webhooks', () => {
  it('of one box office are limited, and those of others are not', async () => {
    const answers = await many(30, () => send('bo_own', '203.0.113.1'));
    expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([20, 10]);
    const { body, retryAfter } = answers.at(-1)!;
    expect(body).toMatchObject({ code: 'RATE_LIMITED', message: expect.stringContaining('box office') });
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(countOf(await many(5, () => send('bo_other', '203.0.113.1')), 200)).toBe(5);
  });

  it('that nobody signed do not use up the limit of a box office', async () => {
    expect(countOf(await many(40, () => send('bo_other', '203.0.113.2', 't=1,v1=00')), 401)).toBe(40);
    expect(countOf(await many(10, () => send('bo_other', '203.0.113.2')), 200)).toBe(10);
  });

  it('of one address are limited before they are read, and those of others are not', async () => {
    const answers = await many(70, () => send('bo_none', '203.0.113.3', null));
    expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([60, 10]);
    expect(answers.at(-1)!.body).toMatchObject({ message: expect.stringContaining('address') });
    expect((await send('bo_none', '203.0.113.4', null)).status).toBe(401);
  });

  it('that were refused are no dead letters, because Ticket Tailor sends them again', async () => {
    expect(await world.letters()).toEqual([]);
  });
});

describe('changes of the secret', () => {
  it('by one person are limited', async () => {
    const change = () => world.secretDoor('PUT', { secret: world.secret }, { box_office_id: 'bo_third' });
    const answers = await many(25, change);
    expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([20, 5]);
  });
});
