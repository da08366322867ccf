import type { CcContact } from '@boxlist/constant-contact';
import { describe, expect, it } from '@jest/globals';
import { deletedBy } from './known-contact';

describe('deletedBy', () => {
  it.each([
    ['it is not deleted', undefined, '2026-06-01T12:00:00Z', null],
    ['its last change was on that day', '2026-06-01', '2026-06-01T12:00:00Z', '2026-06-01T12:00:00Z'],
    [
      'its last change was on that day, east of Greenwich',
      '2026-06-01',
      '2026-05-31T20:00:00Z',
      '2026-05-31T20:00:00Z',
    ],
    [
      'its last change was on that day, west of Greenwich',
      '2026-06-01',
      '2026-06-02T06:00:00Z',
      '2026-06-02T06:00:00Z',
    ],
    ['it was changed later', '2026-06-01', '2026-06-09T12:00:00Z', '2026-06-02T00:00:00Z'],
    ['its last change was before that day', '2026-06-01', '2026-05-01T12:00:00Z', '2026-06-02T00:00:00Z'],
    ['Constant Contact gives no time of a change', '2026-06-01', undefined, '2026-06-02T00:00:00Z'],
    ['Constant Contact gives the time', '2026-06-01T10:00:00Z', '2026-06-01T12:00:00Z', '2026-06-01T10:00:00Z'],
    ['neither can be read', 'once', undefined, Infinity],
  ])('is correct when %s', (_case, deleted_at, updated_at, expected) => {
    const contact = { deleted_at, updated_at } as Partial<CcContact> as CcContact;
    expect(deletedBy(contact)).toBe(typeof expected === 'string' ? Date.parse(expected) : expected);
  });
});
