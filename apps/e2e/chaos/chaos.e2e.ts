import { describe, it } from '@jest/globals';
import { expectNothingLost } from '../src/run-chaos';

describe('several sync processes, while everything around them fails', () => {
  // Few schedules together are judged more strictly: the faults of others excuse less.
  it('lose nothing and do nothing twice in six schedules', () => expectNothingLost(5_000, 6, 6), 900_000);
});
