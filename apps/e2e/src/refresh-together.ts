import {
  accessTokenClient,
  connectAccount,
  eventually,
  startStack,
  type GraphClient,
  type JournalEntry,
  type LocalProcess,
  type Stack,
} from '@boxlist/testkit';
import { activate } from './organiser';

interface Refreshers {
  readonly stack: Stack;
  readonly graph: GraphClient;
  readonly connectionId: string;
  readonly processes: readonly (LocalProcess & { readonly internalUrl: string })[];
  readonly ask: ReturnType<typeof accessTokenClient>['ask'];
  /** How many refresh tokens were sent so far, accepted or not. */
  readonly refreshes: () => Promise<number>;
}

const isRefresh = ({ body }: JournalEntry): boolean =>
  (body as { grant_type?: string } | null)?.grant_type === 'refresh_token';

/** auth-connection in `count` processes, with one connected box office. */
export const startRefreshers = async (count: number): Promise<Refreshers> => {
  const stack = await startStack();
  const graph = await stack.graphAs({ boxOfficeId: 'bo_refresh', role: 'owner' });
  await activate(graph);
  const connectionId = await connectAccount(graph, 'riverside');
  const secret = stack.settings.SERVICE_TOKEN_SECRET ?? '';
  const { ask } = accessTokenClient(secret, 'bo_refresh');
  const processes: Refreshers['processes'][number][] = [];
  // A few at a time: all of them at once would starve each other of the processor.
  while (processes.length < count)
    processes.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(5, count - processes.length) }, () => stack.startAnother('auth-connection')),
      )),
    );
  return {
    stack,
    graph,
    connectionId,
    processes,
    ask,
    refreshes: async (): Promise<number> => (await stack.sandbox.journal()).filter(isRefresh).length,
  };
};

interface Round {
  readonly round: number;
  readonly refreshes: number;
  readonly statuses: readonly number[];
  readonly tokens: number;
  readonly isNew: boolean;
}

/**
 * In each round all processes learn at once that the present token was rejected. Returns the rounds in which they did
 * not agree on one new token after exactly one refresh.
 */
export const refreshTogether = async (
  { processes, ask, connectionId, refreshes }: Refreshers,
  rounds: number,
): Promise<Round[]> => {
  const wrong: Round[] = [];
  let { accessToken } = await ask(processes[0]!.internalUrl, connectionId);
  let before = await refreshes();
  for (let round = 1; round <= rounds; round += 1) {
    const answers = await Promise.all(processes.map(({ internalUrl }) => ask(internalUrl, connectionId, accessToken)));
    const tokens = new Set(answers.map((answer) => answer.accessToken));
    const now = await refreshes();
    const seen: Round = {
      round,
      refreshes: now - before,
      statuses: [...new Set(answers.map(({ status }) => status))],
      tokens: tokens.size,
      isNew: !tokens.has(accessToken),
    };
    if (seen.refreshes !== 1 || seen.statuses.join() !== '200' || seen.tokens !== 1 || !seen.isNew) wrong.push(seen);
    before = now;
    accessToken = answers[0]?.accessToken;
  }
  return wrong;
};

/** Kills a process after Constant Contact has rotated the token and before the process can save it. */
export const killBetweenRotationAndSave = async ({ stack, processes, ask, connectionId, refreshes }: Refreshers) => {
  const [victim, other] = processes;
  if (!victim || !other) throw new Error('This needs two processes');
  const { accessToken } = await ask(other.internalUrl, connectionId);
  const before = await refreshes();
  await stack.sandbox.fault({ method: 'POST', path: '/v1/token$', kind: 'timeout-after-write', ms: 60_000 });
  const lost = ask(victim.internalUrl, connectionId, accessToken).catch(() => undefined);
  await eventually(async () => {
    if ((await refreshes()) !== before + 1) throw new Error('not rotated yet');
  });
  await victim.kill();
  await lost;
  // The dead process holds its lease for up to 45 seconds.
  return eventually(
    async () => {
      const answer = await ask(other.internalUrl, connectionId, accessToken);
      if (answer.status === 503) throw new Error('The lease has not expired yet');
      return answer;
    },
    { timeoutMs: 120_000 },
  );
};
