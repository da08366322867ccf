import { AppError } from '@boxlist/contracts';
import { describe, expect, it } from '@jest/globals';
import { checkDetails, compileTemplate, type Detail } from './compile-template';
import { templateById, type TemplateDetail, type WorkflowTemplate } from './templates';

const list = '11111111-1111-5111-a111-111111111111';
const tag = '22222222-2222-5222-a222-222222222222';
const none = { listIds: [], tagIds: [] };

describe('a compiled template', () => {
  it.each<[string, Detail[], object]>([
    ['event-tag', [], { tags: { fixed: [], event: true, ticketTypes: false } }],
    ['tag-all-buyers', [{ key: 'tagId', value: tag }], { tags: { fixed: [tag], event: false, ticketTypes: false } }],
    ['add-to-list', [{ key: 'listId', value: list }], { lists: { fixed: [list], perEvent: false } }],
    ['list-per-event', [], { lists: { fixed: [], perEvent: true } }],
    ['ticket-type-tag', [], { tags: { fixed: [], event: false, ticketTypes: true } }],
    ['update-existing', [], { createsContacts: false }],
  ])('%s has only its own effect', (id, details, own) => {
    expect(compileTemplate(templateById(id), details, none)).toEqual({
      lists: { fixed: [], perEvent: false },
      tags: { fixed: [], event: false, ticketTypes: false },
      createsContacts: true,
      ...own,
    });
  });

  it('includes the extra lists and tags, each once', () => {
    const compiled = compileTemplate(templateById('tag-all-buyers'), [{ key: 'tagId', value: tag }], {
      listIds: [list],
      tagIds: [tag],
    });
    expect([compiled.lists.fixed, compiled.tags.fixed]).toEqual([[list], [tag]]);
  });
});

describe('the details of a template', () => {
  const ask = (detail: Partial<TemplateDetail>): WorkflowTemplate => ({
    id: 'any',
    name: 'Any',
    description: '',
    effect: { createsContacts: true },
    details: [
      {
        key: 'it',
        label: 'It',
        description: '',
        kind: 'TEXT',
        required: false,
        default: null,
        choices: [],
        maxLength: null,
        ...detail,
      },
    ],
  });
  const read = (detail: Partial<TemplateDetail>, value?: string): string | undefined => {
    try {
      return checkDetails(ask(detail), value === undefined ? [] : [{ key: 'it', value }])[0]?.value;
    } catch (error) {
      return error instanceof AppError ? error.code : 'no AppError';
    }
  };

  it.each<[string, Partial<TemplateDetail>, string | undefined, string | undefined]>([
    ['a text, trimmed', { kind: 'TEXT', maxLength: 3 }, ' abc ', 'abc'],
    ['a text that is too long', { kind: 'TEXT', maxLength: 3 }, 'abcd', 'DETAIL_INVALID'],
    ['a yes', { kind: 'BOOLEAN' }, 'true', 'true'],
    ['neither yes nor no', { kind: 'BOOLEAN' }, 'maybe', 'DETAIL_INVALID'],
    ['one of the choices', { kind: 'CHOICE', choices: ['a', 'b'] }, 'b', 'b'],
    ['none of the choices', { kind: 'CHOICE', choices: ['a', 'b'] }, 'c', 'DETAIL_INVALID'],
    ['an id in capitals, in small letters', { kind: 'TAG' }, tag.toUpperCase(), tag],
    ['nothing that is needed', { required: true }, undefined, 'DETAIL_REQUIRED'],
    ['a blank that is needed', { required: true }, '  ', 'DETAIL_REQUIRED'],
    ['nothing that has a default', { required: true, default: 'x' }, undefined, 'x'],
    ['nothing that is not needed', {}, undefined, undefined],
  ])('accept or refuse: %s', (_, detail, value, expected) => {
    expect(read(detail, value)).toBe(expected);
  });
});
