import { describe, it } from '@jest/globals';
import { expectNothingLost } from '../src/run-chaos';

describe('several sync processes, while everything around them fails', () => {
  it('lose nothing and do nothing twice in a hundred schedules', () => expectNothingLost(9_100, 100, 25), 900_000);
});
