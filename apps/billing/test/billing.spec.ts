import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { identityHeader } from '@boxlist/service-kit';
import { eventually, startServers, type Servers } from '@boxlist/testkit';
import { activated, settled } from '../src/domain/subscription';
import { runBilling } from '../src/use-cases/run-billing';
import { startWorld, type World } from './world';

const appId = 'app_constant-contact';
const subscription = '{ id status activatedAt trialEndsAt currentPeriodEnd cancelAt entitled app { id } }';
const activate = `mutation ($appId: ID!) { activateApp(input: { appId: $appId }) {
  subscription ${subscription} userErrors { code message field } } }`;
const deactivate = activate.replace('activateApp', 'deactivateApp');
const line = '{ description periodStart periodEnd days daysInMonth amount { amountMinor currency } }';
const apps = `{ boxOffice { id apps {
  id name description monthlyPrice { amountMinor currency } trialDays subscription ${subscription}
  activationPreview { dueNow { amountMinor } dueAt firstPeriodEnd nextMonthly { amountMinor } lines ${line} } } } }`;
const invoices = `query ($first: Int, $after: String) { boxOffice { invoices(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
  nodes { id number status periodStart periodEnd issuedAt total { amountMinor currency } lines ${line} } } } }`;

interface InvoiceNode {
  readonly id: string;
  readonly number: string | null;
  readonly status: string;
  readonly periodStart: string;
  readonly total: { readonly amountMinor: number };
  readonly lines: readonly unknown[];
}
interface InvoicePage {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
  readonly nodes: readonly InvoiceNode[];
}
type Ask = ReturnType<World['as']>;

const appsOf = async (ask: Ask) =>
  (
    (await ask(apps)).data as {
      boxOffice: { apps: { activationPreview: { dueNow: unknown; lines: unknown[] }; subscription: { id: string } }[] };
    }
  ).boxOffice.apps;
const invoicesOf = async (ask: Ask, args: object = {}) =>
  ((await ask(invoices, args)).data as { boxOffice: { invoices: InvoicePage } }).boxOffice.invoices;
const brief = ({ nodes }: InvoicePage) =>
  nodes.map(({ status, periodStart, total }) => [status, periodStart.slice(0, 10), total.amountMinor]);

let servers: Servers;
let world: World;
let count = 0;
let boxOffice: string;
let owner: Ask;
beforeAll(async () => {
  servers = await startServers();
  world = await startWorld(servers);
}, 180_000);
afterAll(async () => {
  await world.close();
  await servers.stop();
});
beforeEach(() => {
  world.setClock('2026-11-20T14:00:00Z');
  count += 1;
  boxOffice = `bo_spec${count}`;
  owner = world.as(boxOffice);
});

describe('the Connect apps page', () => {
  it('shows the add-on with its price, before and after the activation', async () => {
    expect((await appsOf(owner))[0]).toMatchObject({
      id: appId,
      name: 'Constant Contact',
      monthlyPrice: { amountMinor: 1500, currency: 'GBP' },
      trialDays: 0,
      subscription: null,
      activationPreview: { dueNow: { amountMinor: 550 }, nextMonthly: { amountMinor: 1500 } },
    });
    await owner(activate, { appId });
    expect((await appsOf(owner))[0]).toMatchObject({
      subscription: { status: 'ACTIVE' },
      activationPreview: { dueNow: { amountMinor: 0 }, lines: [] },
    });
  });

  it('previews exactly the invoice of the activation', async () => {
    const [app] = await appsOf(owner);
    await owner(activate, { appId });
    const issued = (await invoicesOf(owner)).nodes.find(({ status }) => status === 'ISSUED');
    expect(issued?.lines).toEqual(app?.activationPreview.lines);
    expect(issued?.total).toMatchObject(app?.activationPreview.dueNow as object);
  });
});

describe('activating and cancelling', () => {
  it('an activation charges the rest of the month and publishes its fact', async () => {
    const facts = await world.followFacts();
    expect((await owner(activate, { appId })).data).toEqual({
      activateApp: {
        subscription: {
          id: expect.stringMatching(/^sub_/),
          status: 'ACTIVE',
          activatedAt: '2026-11-20T14:00:00.000Z',
          trialEndsAt: null,
          currentPeriodEnd: '2026-12-01T00:00:00.000Z',
          cancelAt: null,
          entitled: true,
          app: { id: appId },
        },
        userErrors: [],
      },
    });
    const page = await invoicesOf(owner);
    expect(brief(page)).toEqual([
      ['UPCOMING', '2026-12-01', 1500],
      ['ISSUED', '2026-11-20', 550],
    ]);
    expect(page.nodes.map(({ number }) => number)).toEqual([null, expect.stringMatching(/^2026-\d{6}$/)]);
    await owner(deactivate, { appId });
    world.setClock('2026-12-01T00:00:00Z');
    await runBilling(world.ctx);
    await eventually(() => expect(facts.of(boxOffice).map(({ status }) => status)).toContain('CANCELLED'));
    const published = facts.of(boxOffice).map(({ status, entitled, version }) => [version, status, entitled]);
    expect(published).toEqual([
      [1, 'ACTIVE', true],
      [2, 'CANCELLING', true],
      [3, 'CANCELLED', false],
    ]);
    await facts.close();
  });

  it('a second activation is refused and charges nothing', async () => {
    await owner(activate, { appId });
    expect((await owner(activate, { appId })).data).toEqual({
      activateApp: {
        subscription: null,
        userErrors: [{ code: 'ALREADY_ACTIVE', message: expect.any(String), field: ['input', 'appId'] }],
      },
    });
    expect((await invoicesOf(owner)).totalCount).toBe(2);
  });

  it('ten activations at once activate once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => owner(activate, { appId })));
    expect(answers.filter(({ data }) => JSON.stringify(data).includes('"userErrors":[]'))).toHaveLength(1);
    expect(answers.filter(({ data }) => JSON.stringify(data).includes('ALREADY_ACTIVE'))).toHaveLength(9);
    expect(brief(await invoicesOf(owner))).toEqual([
      ['UPCOMING', '2026-12-01', 1500],
      ['ISSUED', '2026-11-20', 550],
    ]);
  });

  it('a cancellation lasts to the end of the month, and undoing it charges nothing', async () => {
    await owner(activate, { appId });
    expect((await owner(deactivate, { appId })).data).toMatchObject({
      deactivateApp: {
        subscription: { status: 'CANCELLING', cancelAt: '2026-12-01T00:00:00.000Z', entitled: true },
        userErrors: [],
      },
    });
    expect(brief(await invoicesOf(owner))).toEqual([['ISSUED', '2026-11-20', 550]]);
    expect((await appsOf(owner))[0]?.activationPreview).toMatchObject({ dueNow: { amountMinor: 0 }, dueAt: null });
    expect((await owner(activate, { appId })).data).toMatchObject({
      activateApp: { subscription: { status: 'ACTIVE', cancelAt: null } },
    });
    expect(brief(await invoicesOf(owner))).toEqual([
      ['UPCOMING', '2026-12-01', 1500],
      ['ISSUED', '2026-11-20', 550],
    ]);
  });

  it('several cancellations, even at once, are one cancellation', async () => {
    await owner(activate, { appId });
    const answers = await Promise.all(Array.from({ length: 5 }, () => owner(deactivate, { appId })));
    for (const { data } of answers) {
      expect(data).toMatchObject({ deactivateApp: { subscription: { status: 'CANCELLING' }, userErrors: [] } });
    }
    expect((await world.ctx.subscriptions.ofApp(boxOffice as never, appId))?.version).toBe(2);
  });

  it('the end shows at once by the clock, before any run', async () => {
    await owner(activate, { appId });
    await owner(deactivate, { appId });
    world.setClock('2026-12-01T00:00:00Z');
    expect((await appsOf(owner))[0]?.subscription).toMatchObject({
      status: 'CANCELLED',
      entitled: false,
      currentPeriodEnd: null,
    });
  });
});

describe('the billing run', () => {
  it.each([1, 2, 3])('issues one invoice if several processes run at once (round %i)', async () => {
    await owner(activate, { appId });
    world.setClock('2027-01-05T00:00:00Z');
    await Promise.all([
      runBilling(world.ctx),
      runBilling(world.otherCtx),
      runBilling(world.ctx),
      runBilling(world.otherCtx),
    ]);
    await runBilling(world.otherCtx);
    const page = await invoicesOf(owner);
    expect(brief(page)).toEqual([
      ['UPCOMING', '2027-02-01', 1500],
      ['ISSUED', '2027-01-01', 1500],
      ['ISSUED', '2026-12-01', 1500],
      ['ISSUED', '2026-11-20', 550],
    ]);
    expect(new Set(page.nodes.map(({ number }) => number)).size).toBe(4);
    expect((await world.ctx.subscriptions.ofApp(boxOffice as never, appId))?.version).toBe(2);
  });

  it('lets only one of several concurrent changes succeed', async () => {
    await owner(activate, { appId });
    const current = await world.ctx.subscriptions.ofApp(boxOffice as never, appId);
    const now = new Date('2026-12-01T00:00:00Z');
    const next = settled(current!, now);
    const saved = await Promise.all(
      [world.ctx, world.otherCtx, world.ctx, world.otherCtx].map((ctx) =>
        ctx.subscriptions.replace(current!, next, now),
      ),
    );
    expect(saved.filter((each) => each !== undefined)).toHaveLength(1);
    expect((await world.ctx.subscriptions.ofApp(boxOffice as never, appId))?.uninvoiced).toHaveLength(1);
  });

  it('continues after a crash between the charge and its invoice', async () => {
    const now = world.ctx.clock();
    const charged = activated(
      undefined,
      { id: `sub_crash${count}` as never, boxOfficeId: boxOffice as never },
      world.ctx.catalogue[0]!,
      now,
    );
    await world.ctx.subscriptions.insert(charged, now, { id: 'evt_1', key: boxOffice, value: '{}' });
    expect(brief(await invoicesOf(owner))).toEqual([['UPCOMING', '2026-12-01', 1500]]);
    await runBilling(world.ctx);
    expect(brief(await invoicesOf(owner))).toEqual([
      ['UPCOMING', '2026-12-01', 1500],
      ['ISSUED', '2026-11-20', 550],
    ]);
    expect(await world.ctx.subscriptions.due(now, '', 1_000)).not.toContain(charged.id);
  });

  it('starts by itself, in any process', async () => {
    await owner(activate, { appId });
    world.setClock('2026-12-01T00:00:01Z');
    const another = await world.startAnother({ BILLING_RUN_INTERVAL_MS: 100 });
    await eventually(async () => expect((await invoicesOf(owner)).totalCount).toBe(3));
    await another.close();
  });
});

describe('invoices', () => {
  it('come in pages, the upcoming one first, and keep their id when issued', async () => {
    await owner(activate, { appId });
    const upcoming = (await invoicesOf(owner, { first: 1 })).nodes[0];
    world.setClock('2027-03-10T00:00:00Z');
    await runBilling(world.ctx);
    const seen: string[] = [];
    for (let after: string | undefined, more = true; more;) {
      const page: InvoicePage = await invoicesOf(owner, { first: 2, after });
      expect(page.totalCount).toBe(6);
      seen.push(...page.nodes.map(({ periodStart }) => periodStart.slice(0, 7)));
      after = page.pageInfo.endCursor;
      more = page.pageInfo.hasNextPage;
    }
    expect(seen).toEqual(['2027-04', '2027-03', '2027-02', '2027-01', '2026-12', '2026-11']);
    const december = (await invoicesOf(owner)).nodes.find(({ periodStart }) => periodStart.startsWith('2026-12'));
    expect([december?.id, december?.status]).toEqual([upcoming?.id, 'ISSUED']);
  });

  it.each([
    [{ first: -1 }],
    [{ first: 101 }],
    [{ after: 'nonsense' }],
    [{ after: Buffer.from('{"$ne":1}').toString('base64url') }],
    [{ after: Buffer.from('"2026-99"').toString('base64url') }],
  ])('refuse %j by name', async (args) => {
    expect((await owner(invoices, args)).errors?.[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      reason: 'BAD_INPUT',
      field: [Object.keys(args)[0]],
    });
  });
});

describe('permissions', () => {
  it.each(['viewer', 'manager'] as const)('a %s can read, but neither activate nor cancel', async (role) => {
    const person = world.as(boxOffice, role);
    for (const mutation of [activate, deactivate]) {
      const { errors } = await person(mutation, { appId });
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
    expect((await appsOf(person))[0]?.subscription).toBeNull();
  });

  it('a foreign tenant sees and changes nothing', async () => {
    await owner(activate, { appId });
    const { id } = (await appsOf(owner))[0]!.subscription;
    const entities = `query ($of: [_Any!]!) { _entities(representations: $of) {
      ... on AppSubscription { id status } ... on BoxOffice { id invoices { totalCount } } } }`;
    const subscriptionOf = { of: [{ __typename: 'AppSubscription', id }] };
    expect((await owner(entities, subscriptionOf)).data).toEqual({ _entities: [{ id, status: 'ACTIVE' }] });
    const stranger = world.as('bo_stranger');
    expect((await stranger(entities, subscriptionOf)).data).toEqual({ _entities: [null] });
    const foreign = await stranger(entities, { of: [{ __typename: 'BoxOffice', id: boxOffice }] });
    expect(foreign.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(JSON.stringify(foreign.data ?? null)).not.toContain(boxOffice);
    expect((await stranger(deactivate, { appId })).data).toMatchObject({
      deactivateApp: { subscription: null, userErrors: [{ code: 'NOT_ACTIVE' }] },
    });
    expect((await invoicesOf(stranger)).totalCount).toBe(0);
    expect((await appsOf(owner))[0]?.subscription).toMatchObject({ status: 'ACTIVE' });
  });

  it('nobody gets in without the gateway', async () => {
    const { status, body } = await world.post(JSON.stringify({ query: apps }), {});
    expect([status, body]).toEqual([401, expect.objectContaining({ code: 'UNAUTHENTICATED' })]);
  });
});

describe('bad input', () => {
  it.each([activate, deactivate])('an unknown app is named', async (mutation) => {
    const { data } = await owner(mutation, { appId: 'app_mailchimp' });
    expect(Object.values(data ?? {})[0]).toMatchObject({
      subscription: null,
      userErrors: [{ code: 'NOT_FOUND', field: ['input', 'appId'] }],
    });
  });

  it('a cancellation without an activation is NOT_ACTIVE', async () => {
    expect((await owner(deactivate, { appId })).data).toMatchObject({
      deactivateApp: { userErrors: [{ code: 'NOT_ACTIVE' }] },
    });
  });

  it('malformed and oversized requests are refused with their status', async () => {
    const statusOf = async (body: string): Promise<number> =>
      (await world.post(body, { [identityHeader]: world.token(body) })).status;
    expect(await statusOf('{"query":')).toBe(400);
    expect(await statusOf(JSON.stringify({ query: '{'.repeat(10) }))).toBe(400);
    expect(await statusOf(JSON.stringify({ query: ' '.repeat(1_100_000) }))).toBe(413);
    expect((await owner('mutation { activateApp(input: {}) { userErrors { code } } }')).errors).toHaveLength(1);
  });
});

describe('with trial days', () => {
  let trialWorld: World;
  beforeAll(async () => {
    trialWorld = await startWorld(servers, { TRIAL_DAYS: 14 });
  }, 60_000);
  afterAll(() => trialWorld.close());

  it('the first weeks are free, then the rest of the month is charged; there is no second trial', async () => {
    const organiser = trialWorld.as(boxOffice);
    expect((await appsOf(organiser))[0]).toMatchObject({
      trialDays: 14,
      activationPreview: { dueNow: { amountMinor: 0 }, dueAt: '2026-12-05T00:00:00.000Z' },
    });
    expect((await organiser(activate, { appId })).data).toMatchObject({
      activateApp: { subscription: { status: 'TRIALING', trialEndsAt: '2026-12-05T00:00:00.000Z', entitled: true } },
    });
    expect(brief(await invoicesOf(organiser))).toEqual([['UPCOMING', '2026-12-05', 1306]]);
    trialWorld.setClock('2026-12-05T00:00:00Z');
    await runBilling(trialWorld.ctx);
    expect(brief(await invoicesOf(organiser))).toEqual([
      ['UPCOMING', '2027-01-01', 1500],
      ['ISSUED', '2026-12-05', 1306],
    ]);
    expect((await appsOf(organiser))[0]).toMatchObject({ trialDays: 0, subscription: { status: 'ACTIVE' } });
  });
});
