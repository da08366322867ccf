import { describe, expect, it } from '@jest/globals';
import { afterOutcomes, bandOf, failureLevels, reachesLevel } from './failure-window';

const fails = (count: number): 'FAILED'[] => Array.from({ length: count }, () => 'FAILED');
const syncs = (count: number): 'SYNCED'[] => Array.from({ length: count }, () => 'SYNCED');
const raisedBy = (window: string): number[] => failureLevels.filter((level) => reachesLevel(window, level, false));

describe('the failure window', () => {
  it('keeps the last hundred outcomes', () => {
    const window = afterOutcomes(afterOutcomes('', fails(100)), syncs(30));
    expect(window).toHaveLength(100);
    expect(raisedBy(window)).toEqual([50, 70]);
  });

  it('raises no level while there are few outcomes', () => {
    expect(raisedBy(afterOutcomes('', fails(49)))).toEqual([]);
    expect(raisedBy(afterOutcomes('', fails(50)))).toEqual([50]);
    expect(raisedBy(afterOutcomes('', fails(100)))).toEqual([50, 70, 90, 100]);
  });

  it('keeps a raised level open until clearly fewer deliveries fail', () => {
    const well = (failed: number): boolean =>
      !reachesLevel(afterOutcomes('', [...fails(failed), ...syncs(100 - failed)]), 50, true);
    expect([49, 45, 40, 39].map(well)).toEqual([false, false, false, true]);
  });

  it('changes its band at each level and where all levels end', () => {
    const bands = [0, 39, 40, 49, 50, 69, 70, 90, 99, 100].map((count) => bandOf(afterOutcomes('', fails(count))));
    expect(bands).toEqual([0, 0, 1, 1, 2, 2, 3, 4, 4, 5]);
  });
});
