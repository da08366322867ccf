import { expect, it } from '@jest/globals';
import mongoose from 'mongoose';
import { createLog } from './log';

/** A failed bulk write as the driver throws it, with the documents that it did not write. */
const failedWrite = (): Error => {
  const op = { _id: 'bo_1:or_1', email: 'ann@example.com', firstName: 'Ann' };
  const failed = { code: 14031, index: 0, errmsg: 'no space left', op };
  return new mongoose.mongo.MongoServerError({ message: 'no space left', code: 14031, writeErrors: [failed] });
};

// An outage in the middle of a bulk write logged the buyers of the orders that were not written, at every try.
it.each([
  ['as it was thrown', failedWrite],
  ['as a cause', () => new Error('cannot be kept', { cause: failedWrite() })],
])('logs why a write failed, and no document of it (%s)', (_, error) => {
  const lines: string[] = [];
  createLog('test', 'info', { write: (line) => lines.push(line) }).warn({ err: error() }, 'events.retried');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('no space left');
  expect(lines[0]).toContain('14031');
  expect(lines[0]).not.toMatch(/Ann|ann@/);
});
