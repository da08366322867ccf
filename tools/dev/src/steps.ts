import { portSettingOf, workspaceRoot, type Ports } from '@boxlist/testkit';
import { spawn, type ChildProcess } from 'node:child_process';

const children = new Set<ChildProcess>();

/** Passes a signal on to the running commands: a kill of this process alone does not reach them. */
export const signalCommands = (signal: NodeJS.Signals): void => children.forEach((child) => child.kill(signal));

/** Runs a command in the workspace and shows its output; resolves with its exit code. */
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
    children.add(child);
    child.once('error', () => resolve(127));
    child.once('exit', (code) => {
      children.delete(child);
      resolve(code ?? 1);
    });
  });

/** Runs a command and shows its output only if it fails; resolves with its exit code. */
export const runQuietly = (command: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: workspaceRoot(),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: process.env,
    });
    children.add(child);
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    child.once('error', () => resolve(127));
    child.once('close', (code, signal) => {
      children.delete(child);
      if (code !== 0 && !signal) process.stderr.write(Buffer.concat(output));
      resolve(code ?? 1);
    });
  });

/** Returns a function that prints a line for a slow step, with the seconds since the start. */
export const progress = (): ((line: string) => void) => {
  const begun = Date.now();
  return (line) => console.log(`• ${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`);
};

export const script = (file: string, ...args: string[]): [string, string[]] => [
  'node',
  ['--import', 'tsx', file, ...args],
];

const standardPorts: Ports = {
  gateway: 4000,
  'gateway-internal': 4100,
  billing: 4101,
  'auth-connection': 4102,
  workflow: 4103,
  sync: 4104,
  'order-intake': 4105,
  'auth-connection-internal': 4106,
  'order-intake-internal': 4107,
  audit: 4108,
  'constant-contact-sandbox': 4110,
  'dev-issuer': 4111,
  'ticket-tailor-sandbox': 4112,
  kafka: 19092,
  mongo: 27117,
};

/** The ports of `npm start`; each can be set by its name. Throws with all that are invalid or used twice. */
export const defaultPorts = (env: Readonly<Record<string, string | undefined>> = process.env): Ports => {
  const wrong: string[] = [];
  const ports = Object.entries(standardPorts).map(([name, standard]) => {
    const setting = portSettingOf(name as keyof Ports);
    const value = env[setting] ?? String(standard);
    if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65_535)
      wrong.push(`${setting}=${value} is not a valid port (1 to 65535)`);
    return [name, Number(value)] as const;
  });
  const seen = new Set<number>();
  for (const [name, port] of ports) {
    if (seen.has(port)) wrong.push(`${portSettingOf(name as keyof Ports)}=${port} is used twice`);
    if (!Number.isNaN(port)) seen.add(port);
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return Object.fromEntries(ports) as Ports;
};
