import {
  anOrderEvent,
  findLeaks,
  readTopics,
  startStack,
  type Canary,
  type OrderEventJson,
  type Place,
  type Stack,
} from '@boxlist/testkit';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const apps = ['billing', 'auth-connection', 'workflow', 'sync', 'order-intake', 'audit', 'gateway'] as const;
/** The topics that carry buyers by contract: the orders themselves, and those that sync could not use. */
const topicsOfOrders = new Set(['orders.v1', 'orders.v1.dead-letter']);
/** Topics that hold something after every run. The others are scanned too, but may be empty. */
const topicsOfEveryRun = ['orders.v1', 'entitlements.v1', 'connections.v1', 'workflows.v1'];

/** The address of an app's metrics. */
const metricsUrl = (stack: Stack, app: (typeof apps)[number]): string => `${stack.url(app)}/metrics`;

const add = (to: Map<string, Canary>, what: string, value: unknown, inOrders?: Canary['inOrders']): void => {
  // A filler such as xxxxxxxx says nothing about where it comes from.
  if (typeof value === 'string' && new Set(value).size >= 5) to.set(`${inOrders} ${value}`, { what, value, inOrders });
};

/** Takes the secrets of a request and its answer, as a test sent and received them. */
const takeSecrets = (to: Map<string, Canary>, request: Request, sent: string, url: string, received: string): void => {
  add(to, "a caller's token", /^Bearer (\S{16,})/i.exec(request.headers.get('authorization') ?? '')?.[1]);
  for (const [, name, value] of sent.matchAll(/"(apiKey|secret|email)"\s*:\s*"([^"\\]+)"/g))
    if (name === 'email') add(to, 'an e-mail address in a request', value, 'may');
    else add(to, 'a secret in a request', value);
  for (const [, value] of received.matchAll(/"(?:accessToken|access_token|refresh_token)"\s*:\s*"([^"\\]+)"/g))
    add(to, 'a token in an answer', value);
  for (const text of [url, request.url, received])
    for (const [, name, value] of text.matchAll(/[?&](code|state|ticket)=([\w.~%-]{16,})/g))
      add(to, `the ${name} of a sign-in`, decodeURIComponent(value ?? ''));
};

/** Records what tests send and receive through `fetch`, until `end`. */
const recordFetches = (isApp: (url: string) => boolean) => {
  const plain = globalThis.fetch;
  const secrets = new Map<string, Canary>();
  const errorBodies: string[] = [];
  globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const sent = typeof init?.body === 'string' ? init.body : '';
    const answer = await plain(input, init);
    const received = await answer
      .clone()
      .text()
      .catch(() => '');
    takeSecrets(secrets, request, sent, answer.url, received);
    if (isApp(request.url) && (answer.status >= 400 || /"errors"|"userErrors":\[\{/.test(received)))
      errorBodies.push(received);
    return answer;
  };
  return { secrets, errorBodies, end: () => void (globalThis.fetch = plain) };
};

/** The order with a marker in every field that holds a person and that the test left to its default. */
const marked = (event: OrderEventJson, marker: string, to: Map<string, Canary>): OrderEventJson => {
  const order = event.data as Record<string, unknown>;
  const buyer = (order.buyer_details ?? {}) as Record<string, unknown>;
  add(to, 'the e-mail address of a buyer', buyer.email, 'must');
  for (const what of ['name', 'barcode', 'answer']) add(to, `the ${what} of a buyer`, `${what}${marker}`, 'must');
  return {
    ...event,
    data: {
      ...event.data,
      buyer_details: {
        ...buyer,
        ...(buyer.first_name === 'Ada' ? { first_name: `name${marker}`, name: `name${marker} Example` } : {}),
        custom_questions: [{ question: 'Anything else?', answer: `answer${marker}` }],
      },
      issued_tickets: [{ id: 'it_1', barcode: `barcode${marker}`, full_name: `name${marker}` }],
    },
  };
};

/** The secrets that the processes were started with. */
const secretsOfSettings = ({ settings }: Stack): Canary[] => [
  ...['SERVICE_TOKEN_SECRET', 'EMAIL_HASH_KEY', 'CONSTANT_CONTACT_CLIENT_SECRET'].map((name) => ({
    what: name,
    value: settings[name] ?? '',
  })),
  ...['TOKEN_ENCRYPTION_KEYS', 'SECRET_ENCRYPTION_KEYS'].map((name) => ({
    what: name,
    value: (settings[name] ?? '').split(':').at(-1) ?? '',
  })),
  { what: 'IDENTITY_PRIVATE_JWK', value: (JSON.parse(settings.IDENTITY_PRIVATE_JWK ?? '{}') as { d: string }).d },
];

/** The refresh tokens that the sandbox gave to auth-connection. */
const refreshTokens = ({ settings }: Stack): Canary[] =>
  [...readFileSync(settings.SANDBOX_DATA_FILE ?? '', 'utf8').matchAll(/"kind":"refresh-token","key":"([^"]+)"/g)].map(
    ([, value = '']) => ({ what: 'a refresh token', value }),
  );

const placesOf = async (stack: Stack, errorBodies: readonly string[]): Promise<Place[]> => {
  const logs = join(stack.dataDir, 'logs');
  const files = readdirSync(logs);
  const missing = apps.filter((app) => !files.includes(`${app}.log`));
  const topics = await readTopics(stack.brokers, stack.settings.KAFKA_TOPIC_PREFIX ?? '');
  const metrics = await Promise.all(
    apps.map(async (app) => ({
      name: `metrics of ${app}`,
      texts: [await (await fetch(metricsUrl(stack, app))).text()],
    })),
  );
  return [
    ...missing.map((app) => ({ name: `log of ${app}`, texts: [] })),
    ...files.map((file) => ({ name: `log ${file}`, texts: [readFileSync(join(logs, file), 'utf8') || '(nothing)'] })),
    ...metrics,
    { name: 'error bodies', texts: ['(begin)', ...errorBodies] },
    ...topicsOfEveryRun.filter((name) => !topics.has(name)).map((name) => ({ name: `topic ${name}`, texts: [] })),
    ...[...topics].map(([name, texts]) => ({
      name: `topic ${name}`,
      texts: topicsOfEveryRun.includes(name) ? texts : ['(begin)', ...texts],
      carriesOrders: topicsOfOrders.has(name),
    })),
  ];
};

/**
 * Starts a stack whose `stop` first looks for people and secrets where they do not belong: in the logs of all
 * processes, in the error bodies that the tests received, in the metrics of all apps, and in all topics. It rejects if
 * it finds one, or if it saw too little to say so. Every order that the tests produce carries canaries.
 */
export const startScannedStack = async (options: Parameters<typeof startStack>[0] = {}): Promise<Stack> => {
  const stack = await startStack({ ...options, env: { LOG_LEVEL: 'trace', ...options.env } });
  const bases = apps.map((app) => stack.url(app));
  const fetches = recordFetches((url) => bases.some((base) => url.startsWith(base)));
  const marker = `canary${randomBytes(6).toString('hex')}`;
  const buyers = new Map<string, Canary>();
  const produce: Stack['produce'] = (events) => stack.produce(events.map((event) => marked(event, marker, buyers)));
  const scan = async (): Promise<void> => {
    fetches.end();
    // Some tests produce no order. The scan must see one where it belongs all the same.
    await produce([anOrderEvent({ boxOfficeId: 'bo_scanned' })]);
    const places = await placesOf(stack, fetches.errorBodies);
    const canaries = [
      ...buyers.values(),
      ...fetches.secrets.values(),
      ...secretsOfSettings(stack),
      ...refreshTokens(stack),
    ];
    const leaks = findLeaks(canaries, places);
    if (leaks.length > 0) throw new Error(`People or secrets where they do not belong:\n  ${leaks.join('\n  ')}`);
  };
  return {
    ...stack,
    produce,
    stop: async () => {
      try {
        await scan();
      } finally {
        await stack.stop();
      }
    },
  };
};
