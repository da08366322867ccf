import { describe, expect, it } from '@jest/globals';
import { mostSentInASecond, wasHeldBack } from './sends';

const at = (...times: number[]) => times.map((sent) => ({ made: sent, sent }));

describe('calls as recorded by their senders', () => {
  it('are counted in any sliding second, in whatever sequence they were recorded', () => {
    expect(mostSentInASecond(at(1_999, 1_000, 2_000, 2_998))).toBe(3);
    expect(mostSentInASecond(at(0, 1_000, 2_000))).toBe(1);
  });

  it('are held back only if they were made before a pause of the process and written right after it', () => {
    const held = [{ from: 1_000, to: 3_000 }];
    expect(wasHeldBack({ made: 999, sent: 3_010 }, held)).toBe(true);
    expect(wasHeldBack({ made: 3_001, sent: 3_010 }, held)).toBe(false);
    expect(wasHeldBack({ made: 999, sent: 3_200 }, held)).toBe(false);
    expect(wasHeldBack({ made: 990, sent: 999 }, held)).toBe(false);
  });
});
