import { expect } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { eventually } from '../src';

/** Whether a process runs. A zombie, which only waits for its parent, counts as ended. */
export const isRunning = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());

export const expectEnded = (pid: number): Promise<void> => eventually(() => expect(isRunning(pid)).toBe(false));
