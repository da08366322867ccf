import { describe, expect, it } from '@jest/globals';
import { mostSentInASecond, wasHeldBack } from './sends';

const at = (...times: number[]) => times.map((sent) => ({ made: sent, sent }));

describe('calls as their senders saw them', () => {
  it('are counted in any sliding second, whatever order they were noted in', () => {
    expect(mostSentInASecond(at(1_999, 1_000, 2_000, 2_998))).toBe(3);
    expect(mostSentInASecond(at(0, 1_000, 2_000))).toBe(1);
  });

  it('are held back only when made before the process was stopped and written as soon as it went on', () => {
    const held = [{ from: 1_000, to: 3_000 }];
    expect(wasHeldBack({ made: 999, sent: 3_010 }, held)).toBe(true);
    expect(wasHeldBack({ made: 3_001, sent: 3_010 }, held)).toBe(false);
    expect(wasHeldBack({ made: 999, sent: 3_200 }, held)).toBe(false);
    expect(wasHeldBack({ made: 990, sent: 999 }, held)).toBe(false);
  });
});
