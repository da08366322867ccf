import { describe, expect, it } from '@jest/globals';
import { never } from './never';

// The Python server of the local ladder has no dates after the year 9999: it refused every released lane and expired
// order, because `never` was the latest date that JavaScript knows.
describe('the time of what is never due', () => {
  it('is one that every local server takes, and later than any time that is asked for', () => {
    expect(never.getUTCFullYear()).toBe(9999);
  });
});
