import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AppError,
  auditActions,
  auditEventSchema,
  connectionEventSchema,
  isId,
  kindOf,
  newId,
  noticeEventSchema,
  optInOf,
  orderEventSchema,
  workflowEventSchema,
} from './index';

const examples = join(__dirname, '../examples');
const recorded = (file: string): unknown => JSON.parse(readFileSync(join(examples, file), 'utf8'));

describe('events', () => {
  const schemas = {
    'order-created': orderEventSchema,
    'order-cancelled': orderEventSchema,
    'workflow-changed': workflowEventSchema,
    'connection-changed': connectionEventSchema,
    'notice-raised': noticeEventSchema,
    'notice-recovered': noticeEventSchema,
    'audit-recorded': auditEventSchema,
  };
  const schemaFor = (file: string) => schemas[file.split('.')[0] as keyof typeof schemas];

  it.each(readdirSync(examples))('still match the recorded example %s', (file) => {
    expect(schemaFor(file).safeParse(recorded(file)).error).toBeUndefined();
  });

  it('use the default for a choice that is newer than the event', () => {
    expect(workflowEventSchema.parse(recorded('workflow-changed.v1.json')).data).toMatchObject({
      onCancelledOrder: 'KEEP',
      whenPaused: 'SKIP',
    });
    expect(connectionEventSchema.parse(recorded('connection-changed.v1.json')).data).toMatchObject({
      optInRoute: 'DIRECT',
      whenQuotaIsScarce: 'WAIT',
      countryCode: null,
    });
  });
});

describe('audit events', () => {
  const example = recorded('audit-recorded.v1.json') as { data: Record<string, unknown> };
  const withAction = (action: string) => auditEventSchema.safeParse({ ...example, data: { ...example.data, action } });

  it('keep an action that is newer than the consumer, and refuse one that is no word', () => {
    expect(auditActions).not.toContain('SOMETHING_NEWER');
    expect(withAction('SOMETHING_NEWER').success).toBe(true);
    expect(withAction('buyer@example.com').success).toBe(false);
  });
});

describe('order events', () => {
  it.each(['id', 'source', 'type', 'time', 'boxofficeid', 'data'])('are refused without %s', (attribute) => {
    const example = recorded('order-created.v1.json') as Record<string, unknown>;
    expect(orderEventSchema.safeParse({ ...example, [attribute]: undefined }).success).toBe(false);
  });
});

describe('an opt-in', () => {
  it.each([
    [true, 'OPTED_IN'],
    ['true', 'OPTED_IN'],
    [' TRUE ', 'OPTED_IN'],
    [false, 'NOT_OPTED_IN'],
    ['false', 'NOT_OPTED_IN'],
    ['yes', 'NOT_OPTED_IN'],
    ['1', 'NOT_OPTED_IN'],
    ['null', 'NOT_OPTED_IN'],
    [null, 'NOT_ASKED'],
    [undefined, 'NOT_ASKED'],
    ['', 'NOT_ASKED'],
  ] as const)('of %j is %s: only a definite true is an opt-in', (value, expected) => {
    expect(optInOf(value)).toBe(expected);
  });
});

describe('ids', () => {
  it('have a prefix that names their kind', () => {
    const id = newId('workflow');
    expect(isId('workflow', id)).toBe(true);
    expect(isId('connection', id)).toBe(false);
    expect(isId('boxOffice', 'bo_x"}{')).toBe(false);
  });
});

const named = (name: string): Error => Object.assign(new Error('of the driver'), { name });

describe('errors', () => {
  it('take their kind from the registry; anything else thrown is a defect', () => {
    expect(kindOf(new AppError('QUOTA_EXCEEDED', 'used up'))).toBe('throttled');
    expect(kindOf(new TypeError('x'))).toBe('defect');
  });

  it.each([
    [{ name: 'MongooseServerSelectionError' }, 'unavailable'],
    [{ name: 'MongoNetworkTimeoutError' }, 'unavailable'],
    [{ name: 'MongoWaitQueueTimeoutError' }, 'unavailable'],
    [{ name: 'MongoServerError', code: 10107 }, 'unavailable'],
    [{ name: 'MongoServerError', code: 18 }, 'unavailable'],
    [{ name: 'MongoServerError', code: 14031 }, 'unavailable'],
    [{ name: 'MongoServerError', errorLabels: ['TransientTransactionError'] }, 'unavailable'],
    [{ name: 'MongoWriteConcernError', code: 64 }, 'unavailable'],
    // A bulk write wraps the error that it met, and has neither that error's name nor its code.
    [{ name: 'MongoBulkWriteError', errorResponse: named('MongoServerSelectionError') }, 'unavailable'],
    [{ name: 'MongoBulkWriteError', errorResponse: named('TypeError') }, 'defect'],
    [{ name: 'MongoBulkWriteError', code: 100 }, 'unavailable'],
    // An error that a document or a query causes itself comes back at every retry.
    [{ name: 'MongoServerError', code: 11000 }, 'defect'],
    [{ name: 'MongoBulkWriteError', code: 2 }, 'defect'],
    [{ name: 'MongoInvalidArgumentError' }, 'defect'],
    [{ name: 'TypeError', code: 189 }, 'defect'],
  ])('distinguish an outage of MongoDB from a defect of Boxlist: %j', (carried, kind) => {
    expect(kindOf(Object.assign(new Error('of the driver'), carried))).toBe(kind);
  });
});
