import { describe, expect, it } from '@jest/globals';
import { never } from './never';

// The Python server for local development has no dates after the year 9999. It refused every released connection lease
// and expired order, because `never` was the latest date that JavaScript has.
describe('never', () => {
  it('is a date that every local server accepts, later than any time in a query', () => {
    expect(never.getUTCFullYear()).toBe(9999);
  });
});
