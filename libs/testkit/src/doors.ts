import { request, type IncomingHttpHeaders } from 'node:http';

interface Door {
  readonly method: string;
  readonly url: string;
}

interface Listening {
  readonly url: string;
  readonly internalUrl: string;
  readonly doors: { readonly public: readonly Door[]; readonly internal: readonly Door[] };
}

interface Answer {
  readonly to: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** In bytes. More than any door accepts. */
const tooLarge = 50_000_000;

const ask = (base: string, { method, url }: Door, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const target = new URL(url.replace(/:\w+/g, 'x'), base);
    const call = request(target, { method, headers, agent: false }, (answer) => {
      const { statusCode: status = 0 } = answer;
      resolve({ to: `${method} ${target.pathname} ${JSON.stringify(headers)}`, status, headers: answer.headers });
      call.destroy();
    });
    call.once('error', reject);
    call.flushHeaders();
    // A body that is too large is refused before it is sent.
    if (headers['content-length'] === undefined) call.end();
  });

const demanded: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'referrer-policy': /^(no-referrer|same-origin)$/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'cache-control': /^(no-store|public, max-age=\d+(, immutable)?)$/,
};

/** What an answer lacks, or has too much. */
const faultsOf = ({ to, status, headers }: Answer): string[] => [
  ...Object.entries(demanded).flatMap(([name, pattern]) =>
    pattern.test(String(headers[name])) ? [] : [`${to} → ${status}: ${name} is ${String(headers[name])}`],
  ),
  ...['server', 'x-powered-by'].flatMap((name) => (headers[name] ? [`${to} → ${status}: has ${name}`] : [])),
];

/** Calls a door as it is, with a body that is too large, and with a content type that no door knows. */
const callsOf = (door: Door): Readonly<Record<string, string>>[] =>
  door.method === 'POST' || door.method === 'PUT'
    ? [
        { 'content-type': 'application/json' },
        { 'content-type': 'application/json', 'content-length': String(tooLarge) },
        { 'content-type': 'application/cbor' },
      ]
    : [{}, { accept: 'text/html' }];

const nowhere: readonly Door[] = [
  { method: 'GET', url: '/nowhere' },
  { method: 'POST', url: '/nowhere' },
  { method: 'PATCH', url: '/health/live' },
];

/** Calls all doors of both listeners of an app, rightly and wrongly. */
const walk = async ({ url, internalUrl, doors }: Listening): Promise<Answer[]> => {
  const answers: Answer[] = [];
  for (const [base, some] of [
    [url, doors.public],
    [internalUrl, doors.internal],
  ] as const)
    for (const door of [...some, ...nowhere])
      for (const headers of callsOf(door)) answers.push(await ask(base, door, headers));
  return answers;
};

const seen = ({ method, url }: Door): string => `${method} ${url}`;

/**
 * Examines the doors of an app: which are public, which internal ones the public listener serves all the same, which
 * answers lack a security header, and which status codes were met on the way.
 */
export const examineDoors = async (service: Listening) => {
  const publicDoors = service.doors.public.filter(({ method }) => method !== 'HEAD').map(seen);
  const leaks: string[] = [];
  for (const door of service.doors.internal) {
    if (service.doors.public.some((each) => seen(each) === seen(door))) continue;
    const { status } = await ask(service.url, door, { 'content-type': 'application/json' });
    if (status !== 404) leaks.push(`${seen(door)} → ${status}`);
  }
  const answers = await walk(service);
  return {
    publicDoors: publicDoors.sort(),
    internalDoors: service.doors.internal.map(seen).sort(),
    leaks,
    faults: answers.flatMap(faultsOf),
    statuses: [...new Set(answers.map(({ status }) => status))].sort(),
  };
};
