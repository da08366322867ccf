import { eventually, freePort, startMongo } from '@boxlist/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayKeys, startWorld, type Answer, type World } from './world';

const dataDir = mkdtempSync(join(tmpdir(), 'limits-'));
let mongo: Awaited<ReturnType<typeof startMongo>>;
const prefixes: string[] = [];
beforeAll(async () => {
  mongo = await startMongo({ dataDir });
}, 60_000);
afterAll(async () => {
  const client = await mongoose.createConnection(mongo.uri).asPromise();
  for (const prefix of prefixes) await client.useDb(`${prefix}_gateway`).dropDatabase();
  await client.close();
  await mongo.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

let worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.map((world) => world.close()));
  worlds = [];
});
const start = async (
  settings: Record<string, string>,
  keys?: Awaited<ReturnType<typeof gatewayKeys>>,
): Promise<World> => {
  const world = await startWorld(settings, { keys });
  worlds.push(world);
  return world;
};
const shared = (): Record<string, string> => {
  const prefix = `t${randomUUID().slice(0, 8)}`;
  prefixes.push(prefix);
  return { MONGODB_URI: mongo.uri, MONGODB_DATABASE_PREFIX: prefix };
};

const query = JSON.stringify({ query: '{ boxOffice { id } }' });
const askAs = async (world: World, claims: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  world.post(query, { authorization: `Bearer ${await world.tokens.token(claims)}`, ...headers });
const many = async (count: number, ask: () => Promise<Answer>): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (let index = 0; index < count; index += 1) answers.push(await ask());
  return answers;
};
const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status);
const admitted = (answers: readonly Answer[]): number => statuses(answers).filter((status) => status === 200).length;

const isRefusal = (answer: Answer | undefined): void => {
  expect(answer).toMatchObject({
    status: 429,
    body: {
      errors: [
        {
          message: expect.stringMatching(/^Too many requests from this .+\. Try again in \d+ seconds\.$/),
          extensions: { code: 'RATE_LIMITED', reason: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
        },
      ],
    },
  });
  const seconds = Number(answer?.headers.get('retry-after'));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
};

describe('the limit by address', () => {
  it('counts requests before their token is looked at', async () => {
    const world = await start({ LIMIT_GRAPH_BY_ADDRESS_PER_MINUTE: '40' });
    const answers = await many(60, () => world.post(query, {}));
    expect(statuses(answers)).toEqual([...Array<number>(40).fill(401), ...Array<number>(20).fill(429)]);
    isRefusal(answers.at(-1));
    isRefusal(await askAs(world));
  });

  it('is passed by no header that a client invents', async () => {
    const world = await start({ LIMIT_GRAPH_BY_ADDRESS_PER_MINUTE: '20' });
    let index = 0;
    const answers = await many(30, () => {
      index += 1;
      const ip = `203.0.113.${index}`;
      return askAs(world, {}, { 'x-forwarded-for': ip, 'x-real-ip': ip, forwarded: `for=${ip}` });
    });
    expect(admitted(answers)).toBe(20);
  });

  it('counts the client behind a trusted proxy, and a /64 of IPv6 as one client', async () => {
    const world = await start({ LIMIT_GRAPH_BY_ADDRESS_PER_MINUTE: '20', TRUSTED_PROXIES: '127.0.0.1' });
    const from = (ip: string) => () => askAs(world, {}, { 'x-forwarded-for': ip });
    expect(admitted(await many(30, from('203.0.113.9')))).toBe(20);
    // A client can write only the part of the list before the address that the proxy adds.
    expect(admitted(await many(3, from('198.51.100.7, 203.0.113.9')))).toBe(0);
    expect(admitted(await many(3, from('203.0.113.10')))).toBe(3);
    let index = 0;
    const sameNetwork = () => {
      index += 1;
      return from(`2001:db8:1:2::${index}`)();
    };
    expect(admitted(await many(30, sameNetwork))).toBe(20);
    expect(admitted(await many(3, from('2001:db8:1:3::1')))).toBe(3);
  });
});

describe('the limit by person', () => {
  it('leaves other people of the box office alone', async () => {
    const world = await start({ LIMIT_GRAPH_BY_SUBJECT_PER_MINUTE: '20' });
    const answers = await many(30, () => askAs(world, { sub: 'user-1' }));
    expect(admitted(answers)).toBe(20);
    isRefusal(answers.at(-1));
    expect(admitted(await many(5, () => askAs(world, { sub: 'user-2' })))).toBe(5);
  });
});

describe('the limit by box office', () => {
  it('counts all people of the box office, and leaves other box offices alone', async () => {
    const world = await start({ LIMIT_GRAPH_BY_BOX_OFFICE_PER_MINUTE: '20' });
    let index = 0;
    const answers = await many(30, () => {
      index += 1;
      return askAs(world, { sub: `user-${index}` });
    });
    expect(admitted(answers)).toBe(20);
    isRefusal(answers.at(-1));
    expect(admitted(await many(5, () => askAs(world, { sub: 'user-1', box_office_id: 'bo_other' })))).toBe(5);
  });
});

describe('the limit of mutations', () => {
  const mutate =
    (world: World, fields: number, claims: Record<string, unknown> = {}) =>
    async () => {
      const selections = Array.from(
        { length: fields },
        (_, index) => `m${index}: deactivateApp(input: { appId: "app_1" }) { userErrors { code } }`,
      );
      return world.post(
        JSON.stringify({ query: `mutation { ...All } fragment All on Mutation { ${selections.join(' ')} }` }),
        {
          authorization: `Bearer ${await world.tokens.token(claims)}`,
        },
      );
    };

  it('counts every field, so that aliases do not pass it, and leaves queries alone', async () => {
    const world = await start({ LIMIT_MUTATIONS_BY_BOX_OFFICE_PER_MINUTE: '20' });
    expect((await mutate(world, 15)()).status).toBe(200);
    isRefusal(await mutate(world, 6)());
    expect((await mutate(world, 5)()).status).toBe(200);
    isRefusal(await mutate(world, 1)());
    expect((await askAs(world)).status).toBe(200);
    expect((await mutate(world, 5, { box_office_id: 'bo_other' })()).status).toBe(200);
  });
});

/** Resolves once the limits of a gateway are shared, which they are not before it has a connection. */
const sharing = (world: World): Promise<void> =>
  eventually(
    async () => {
      const box_office_id = `bo_${randomUUID().slice(0, 8)}`;
      await many(6, () => askAs(world, { box_office_id }));
      const ready = (await (await fetch(`${world.internalUrl}/health/ready`)).json()) as { degraded?: unknown };
      if (ready.degraded) throw new Error('not shared yet');
    },
    { timeoutMs: 20_000, everyMs: 500 },
  );

describe('two gateways', () => {
  it('share the limits, except for a twentieth each', async () => {
    const settings = { ...shared(), LIMIT_GRAPH_BY_BOX_OFFICE_PER_MINUTE: '100' };
    const keys = await gatewayKeys();
    const gateways = [await start(settings, keys), await start(settings, keys)];
    await Promise.all(gateways.map(sharing));
    const answers = await Promise.all(gateways.map((world) => many(100, () => askAs(world))));
    const sum = answers.reduce((all, each) => all + admitted(each), 0);
    expect(sum).toBeGreaterThanOrEqual(90);
    expect(sum).toBeLessThanOrEqual(110);
    expect((await askAs(gateways[0]!, { box_office_id: 'bo_other' })).status).toBe(200);
  });

  it('answer while MongoDB is down, each within the limits, and report it', async () => {
    const down = { MONGODB_URI: `mongodb://127.0.0.1:${await freePort()}/` };
    const world = await start({ ...down, LIMIT_GRAPH_BY_SUBJECT_PER_MINUTE: '40' });
    const answers = await many(60, () => askAs(world));
    expect(admitted(answers)).toBe(40);
    isRefusal(answers.at(-1));
    const ready = await fetch(`${world.internalUrl}/health/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, expect.objectContaining({ degraded: ['mongodb'] })]);
  });
});

describe('with the limits as they are by default', () => {
  it('a page of a console may send twenty queries at once, again and again', async () => {
    const world = await start(shared());
    for (let page = 0; page < 5; page += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => askAs(world)));
      expect(admitted(answers)).toBe(20);
    }
  });
});
