import { spawn } from 'node:child_process';
import { workspaceRoot } from '@boxlist/testkit';

/** Runs a command in the workspace with its output shown; answers its exit code. */
export const run = (
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: workspaceRoot(),
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.once('error', () => resolve(127));
    child.once('exit', (code) => resolve(code ?? 1));
  });

/** Runs a command quietly; shows its output only when it fails. */
export const runQuietly = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: workspaceRoot(),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: process.env,
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', () => resolve(127));
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });

/** One line for each slow step, with the seconds since the start. */
export const progress = (): ((line: string) => void) => {
  const begun = Date.now();
  return (line) => console.log(`• ${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`);
};

export const script = (file: string, ...args: string[]): [string, string[]] => [
  'node',
  ['--import', 'tsx', file, ...args],
];

/** The ports of `npm start`; each can be set by its name. */
export const defaultPorts = (): Readonly<
  Record<
    | 'gateway'
    | 'billing'
    | 'auth-connection'
    | 'workflow'
    | 'sync'
    | 'order-intake'
    | 'constant-contact-sandbox'
    | 'dev-issuer'
    | 'kafka'
    | 'mongo',
    number
  >
> => {
  const of = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
  return {
    gateway: of('GATEWAY_PORT', 4000),
    billing: of('BILLING_PORT', 4101),
    'auth-connection': of('AUTH_CONNECTION_PORT', 4102),
    workflow: of('WORKFLOW_PORT', 4103),
    sync: of('SYNC_PORT', 4104),
    'order-intake': of('ORDER_INTAKE_PORT', 4105),
    'constant-contact-sandbox': of('SANDBOX_PORT', 4110),
    'dev-issuer': of('DEV_ISSUER_PORT', 4111),
    kafka: of('KAFKA_PORT', 19092),
    mongo: of('MONGO_PORT', 27117),
  };
};
