import { describe, expect, it } from '@jest/globals';
import type { Command, History } from './history';
import { runHistory } from './run-history';
import { aHistory } from './some-history';

/** A history that once broke a promise, with the claim that must hold. */
export type Found = readonly [name: string, commands: readonly Command[], given?: Partial<History>];

/** Makes one test per history, which checks that it keeps every promise. */
export const describeFound = (name: string, found: readonly Found[]): void =>
  describe(name, () => {
    it.each(found)('%s', async (_name, commands, given = {}) => {
      expect((await runHistory(aHistory(commands, given))).problems).toEqual([]);
    });
  });
