import { expect } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { eventually } from '../src';

/** A zombie, that only waits for its parent to take notice, has ended. */
export const isRunning = (pid: number): boolean =>
  /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim());

export const expectEnded = (pid: number): Promise<void> => eventually(() => expect(isRunning(pid)).toBe(false));
