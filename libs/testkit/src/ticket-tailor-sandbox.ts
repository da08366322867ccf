import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './clients';
import { freePort, startProcess, workspaceRoot } from './local/process';

export interface TicketTailorCall {
  readonly seq: number;
  readonly path: string;
  readonly status: number;
  readonly boxOffice: string | null;
}

/** The control plane of Ticket Tailor's sandbox. */
export const ticketTailorSandboxClient = (url: string) => {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/_sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`The sandbox answered ${response.status}: ${await response.text()}`);
    return response.json();
  };
  return {
    /** A box office with its key; of a known one the key is changed. */
    boxOffice: (name: string, apiKey: string) => ask('PUT', `/box-offices/${name}`, { apiKey }),
    /** Many orders alike (`count`, `createdFrom`, …), or those given as `orders`. */
    seedOrders: (name: string, orders: object) => ask('POST', `/box-offices/${name}/orders`, orders),
    fault: (fault: object) => ask('POST', '/faults', fault),
    clearFaults: () => ask('DELETE', '/faults'),
    limits: (limits: object) => ask('PUT', '/limits', limits),
    journal: async (boxOffice?: string): Promise<TicketTailorCall[]> =>
      ((await ask('GET', '/journal')) as TicketTailorCall[]).filter(
        (call) => boxOffice === undefined || call.boxOffice === boxOffice,
      ),
    reset: () => ask('POST', '/reset'),
  };
};

/** Ticket Tailor's sandbox as a process of its own, from its sources. */
export const startTicketTailorSandbox = async () => {
  const root = workspaceRoot();
  const dir = await mkdtemp(join(tmpdir(), 'tt-sandbox-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    command: join(root, 'node_modules/.bin/node'),
    args: ['--import', 'tsx', 'tools/ticket-tailor-sandbox/src/main.ts'],
    cwd: root,
    env: {
      PATH: process.env.PATH,
      TSX_TSCONFIG_PATH: join(root, 'tsconfig.base.json'),
      TICKET_TAILOR_SANDBOX_PORT: String(port),
    },
    logFile: join(dir, 'sandbox.log'),
  });
  await eventually(async () => {
    if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('not ready');
  });
  return {
    url,
    ...ticketTailorSandboxClient(url),
    stop: async (): Promise<void> => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
