import { AppError } from '@boxlist/contracts';
import { describe, expect, it } from '@jest/globals';
import { templates } from './templates';
import { checkSpec, type WorkflowSpec } from './workflow';

const list = '11111111-1111-5111-a111-111111111111';
const spec: WorkflowSpec = {
  name: ' Newsletter ',
  templateId: 'add-to-list',
  connectionId: 'conn_1',
  details: [{ key: 'listId', value: list }],
  filter: { eventIds: [], eventSeriesIds: [], ticketTypeIds: [] },
  listIds: [],
  tagIds: [],
  fieldMapping: [],
  whenNotOptedIn: 'SKIP',
  whenUnsubscribed: 'SKIP',
  onCancelledOrder: 'KEEP',
};
const problem = (change: Partial<WorkflowSpec>): unknown => {
  try {
    checkSpec({ ...spec, ...change });
    return undefined;
  } catch (error) {
    return error instanceof AppError ? [error.code, error.details.field?.join('.')] : error;
  }
};

describe('a workflow', () => {
  it('is taken with its name trimmed', () => {
    expect(checkSpec(spec).name).toBe('Newsletter');
  });

  it.each<[string, Partial<WorkflowSpec>, string[]]>([
    ['a blank name', { name: ' ' }, ['BAD_INPUT', 'input.name']],
    ['a long name', { name: 'x'.repeat(101) }, ['BAD_INPUT', 'input.name']],
    ['an unknown template', { templateId: 'nope' }, ['UNKNOWN_TEMPLATE', 'input.templateId']],
    ['a missing detail', { details: [] }, ['DETAIL_REQUIRED', 'input.details.listId']],
    [
      'a detail that is no id',
      { details: [{ key: 'listId', value: 'x' }] },
      ['DETAIL_INVALID', 'input.details.listId'],
    ],
    [
      'a detail nobody asked for',
      { details: [{ key: 'tagId', value: list }] },
      ['DETAIL_INVALID', 'input.details.tagId'],
    ],
    ['a detail given twice', { details: [...spec.details, ...spec.details] }, ['DETAIL_INVALID', 'input.details']],
    ['too many lists', { listIds: Array.from({ length: 51 }, () => list) }, ['BAD_INPUT', 'input.listIds']],
    ['a tag that is no id', { tagIds: ['x'] }, ['BAD_INPUT', 'input.tagIds']],
    ['a filter with a blank', { filter: { ...spec.filter, eventIds: [''] } }, ['BAD_INPUT', 'input.filter.eventIds']],
    [
      'a list for one that subscribes nobody',
      { templateId: 'update-existing', details: [], listIds: [list] },
      ['BAD_INPUT', 'input.listIds'],
    ],
    [
      'new contacts for one that creates none',
      { templateId: 'update-existing', details: [], whenNotOptedIn: 'ADD_WITHOUT_LIST' },
      ['BAD_INPUT', 'input.whenNotOptedIn'],
    ],
  ])('is refused with %s, and the field is named', (_, change, expected) => {
    expect(problem(change)).toEqual(expected);
  });

  it('templates have distinct ids and details', () => {
    expect(new Set(templates.map(({ id }) => id)).size).toBe(templates.length);
  });
});
