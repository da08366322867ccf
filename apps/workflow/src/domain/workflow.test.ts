import { AppError, workflowFactSchema, type BoxOfficeId } from '@boxlist/contracts';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { templates } from './templates';
import { checkSpec, workflowFact, type WorkflowSpec } from './workflow';

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
  whenPaused: 'SKIP',
};
const problem = (change: Partial<WorkflowSpec>): unknown => {
  try {
    checkSpec({ ...spec, ...change }, limits);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? [error.code, error.details.field?.join('.')] : error;
  }
};

const limits = { filterIds: 200 };

describe('a workflow', () => {
  it('is accepted with its name trimmed', () => {
    expect(checkSpec(spec, limits).name).toBe('Newsletter');
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
  ])('is refused with %s, and the error names the field', (_, change, expected) => {
    expect(problem(change)).toEqual(expected);
  });

  it('has templates with distinct ids and details', () => {
    expect(new Set(templates.map(({ id }) => id)).size).toBe(templates.length);
  });

  it('that is accepted has a fact that matches the contract, whatever the input was', () => {
    const ids = fc.array(fc.uuid(), { maxLength: 52 });
    const words = fc.array(fc.string({ maxLength: 82 }), { maxLength: 3 });
    const given = fc.record({
      name: fc.string({ maxLength: 102 }),
      templateId: fc.constantFrom(...templates.map((template) => template.id)),
      listIds: ids,
      tagIds: ids,
      filter: fc.record({ eventIds: words, eventSeriesIds: words, ticketTypeIds: words }),
      fieldMapping: fc.array(
        fc.record({
          source: fc.constantFrom('ORDER_ID' as const, 'CUSTOM_QUESTION' as const),
          question: fc.option(fc.string()),
          customFieldId: fc.uuid(),
        }),
        { maxLength: 2 },
      ),
      whenNotOptedIn: fc.constantFrom('SKIP' as const, 'ADD_WITHOUT_LIST' as const),
    });
    let taken = 0;
    const isPublishable = (change: Partial<WorkflowSpec>): boolean => {
      const details = (templates.find(({ id }) => id === change.templateId)?.details ?? []).map(({ key }) => ({
        key,
        value: list,
      }));
      if (problem({ ...change, details }) !== undefined) return true;
      taken += 1;
      const at = new Date(0);
      const state = { version: 1, status: 'ACTIVE', activeSince: at, changedAt: at, changedBy: 'u' } as const;
      const kept = checkSpec({ ...spec, ...change, details }, limits);
      const fact = workflowFact({
        ...state,
        spec: kept,
        id: 'wf_1',
        boxOfficeId: 'bo_1' as BoxOfficeId,
        createdAt: at,
      });
      expect(checkSpec(kept, limits)).toEqual(kept);
      return workflowFactSchema.safeParse(fact).success;
    };
    fc.assert(fc.property(given, isPublishable), { numRuns: 2_000 });
    expect(taken).toBeGreaterThan(20);
  });
});
