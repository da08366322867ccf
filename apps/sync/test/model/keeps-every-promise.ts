import { describe, expect, it } from '@jest/globals';
import type { Command, History } from './history';
import { runHistory } from './run-history';
import { aHistory } from './some-history';

/** A history that once broke a promise, by what must be true. */
export type Found = readonly [name: string, commands: readonly Command[], given?: Partial<History>];

/** Each of them keeps every promise now. */
export const describeFound = (name: string, found: readonly Found[]): void =>
  describe(name, () => {
    it.each(found)('%s', async (_name, commands, given = {}) => {
      expect((await runHistory(aHistory(commands, given))).problems).toEqual([]);
    });
  });
