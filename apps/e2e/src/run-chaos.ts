import { afterAll, expect } from '@jest/globals';
import { startProcess, workspaceRoot, type LocalProcess } from '@boxlist/testkit';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dir = mkdtempSync(join(tmpdir(), 'chaos-'));
const running: LocalProcess[] = [];
afterAll(async () => {
  for (const each of running) await each.stop();
  rmSync(dir, { recursive: true, force: true });
}, 60_000);

/** Runs `npm run chaos` on apps that are already built. */
const chaos = async (...args: string[]): Promise<{ code: number | null; output: string }> => {
  const root = workspaceRoot();
  const logFile = join(dir, 'output.log');
  const command = await startProcess({
    command: join(root, 'node_modules/.bin/node'),
    args: ['--import', 'tsx', 'tools/chaos/src/main.ts', ...args],
    cwd: root,
    env: process.env,
    logFile,
  });
  running.push(command);
  return { code: await command.exited, output: readFileSync(logFile, 'utf8') };
};

/** Runs that many schedules of fixed seeds, `together` at a time, and expects that no promise was broken. */
export const expectNothingLost = async (seed: number, schedules: number, together: number): Promise<void> => {
  const { code, output } = await chaos('--seed', `${seed}`, '--schedules', `${schedules}`, '--together', `${together}`);
  expect(`${code}\n${output}`).toContain(`${schedules} schedules`);
  expect(`${code}\n${output}`).toContain('0 lost, 0 double effects');
  expect(code).toBe(0);
};
