import { AppError, type LogFields } from '@boxlist/contracts';
import { describe, expect, it } from '@jest/globals';
import { GraphQLError, graphqlSync, buildSchema } from 'graphql';
import { jwtVerify, SignJWT } from 'jose';
import mongoose from 'mongoose';
import { types } from 'node:util';
import { z } from 'zod';
import { createLog } from './log';
import { shownError } from './shown-error';

const canary = 'canary.ann@example.com';

const logged = (fields: LogFields, event = 'test.happened'): string => {
  const lines: string[] = [];
  createLog('test', 'info', { write: (line) => lines.push(line) }).warn(fields, event);
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
};

const op = { _id: 'bo_1:or_1', email: canary, firstName: 'Ann' };
const failedWrite = (): Error =>
  new mongoose.mongo.MongoServerError({
    message: 'no space left',
    code: 14031,
    writeErrors: [{ code: 14031, index: 0, errmsg: `no space left for ${canary}`, op }],
    errInfo: { details: op },
  });
const duplicate = (): Error =>
  new mongoose.mongo.MongoServerError({
    message: `E11000 duplicate key error collection: boxlist.people index: email_1 dup key: { email: "${canary}" }`,
    code: 11000,
    codeName: 'DuplicateKey',
    keyPattern: { email: 1 },
    keyValue: { email: canary },
  });
const token = () =>
  new SignJWT({ email: canary }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(1).sign(new Uint8Array(32));

describe('an error in a log line', () => {
  // Each member of the family puts what it worked on somewhere else: into fields, its message, its stack, its cause.
  it.each<[string, () => unknown, string[]]>([
    ['of a batch of writes', failedWrite, ['MongoServerError', '14031', 'no space left', 'log.test.ts']],
    ['of a key that exists', duplicate, ['E11000 duplicate key error', 'DuplicateKey', '11000']],
    [
      'of a schema',
      () => z.strictObject({ n: z.number() }).parse({ n: canary, [canary]: 1 }),
      ['ZodError', 'invalid_type'],
    ],
    ['of a schema that reports its input', () => z.number().parse(canary, { reportInput: true }), ['ZodError']],
    ['of a parser of JSON', (): unknown => JSON.parse(`{"email": ${canary}`), ['SyntaxError', 'log.test.ts']],
    [
      'of a fetch',
      () => fetch(`http://127.0.0.1:2/x?access_token=${canary}`),
      ['TypeError', 'fetch failed', 'ECONNREFUSED'],
    ],
    ['of an address', () => fetch(`http://x y/?email=${canary}`), ['TypeError', 'ERR_INVALID_URL|Failed to parse URL']],
    ['of a token', async () => jwtVerify(await token(), new Uint8Array(32)), ['JWTExpired', 'ERR_JWT_EXPIRED']],
    [
      'of a query',
      () =>
        graphqlSync({ schema: buildSchema('type Query { a(n: Int): Int }'), source: `{ a(n: "${canary}") }` })
          .errors?.[0],
      ['GraphQLError'],
    ],
    ['of a library that nobody knows', () => Object.assign(new Error(canary), { request: op, name: 'Odd' }), ['Odd']],
    [
      'whose message looks like a frame',
      () => new TypeError(`x\n    at ${canary} (/secret/${canary}.ts:1:2)`),
      ['TypeError'],
    ],
    [
      'whose name and code are data',
      () => Object.assign(new Error('x'), { name: canary, code: canary, codeName: canary }),
      ['Error'],
    ],
    ['that is none', () => ({ email: canary }), ['not an Error']],
    ['that is a text', () => canary, ['not an Error']],
  ])('%s shows what an operator needs, and nothing of the data', async (_, make, shown) => {
    const error = await Promise.resolve()
      .then(make)
      .catch((thrown: unknown) => thrown);
    for (const err of [
      error,
      new AppError('DATABASE_UNAVAILABLE', 'MongoDB does not answer', {}, { cause: error }),
      new Error('outer', { cause: new Error('inner', { cause: error }) }),
      new AggregateError([error, error], canary),
    ]) {
      const line = logged({ err });
      expect(line.toLowerCase()).not.toMatch(/canary|ann@|"ann"/);
      const isInside = types.isNativeError(error) || err === error;
      if (isInside) for (const each of shown) expect(line).toMatch(new RegExp(each));
    }
  });

  it('of Boxlist has its code, kind, text, place and argument', () => {
    const error = new AppError('BAD_INPUT', 'name is too long', { field: ['input', 'name'], given: canary });
    expect(shownError(error)).toEqual({
      name: 'AppError',
      kind: 'invalid',
      code: 'BAD_INPUT',
      message: 'name is too long',
      field: ['input', 'name'],
      at: expect.arrayContaining([expect.stringMatching(/log\.test\.ts:\d+$/)]),
    });
  });

  it('of a circle of causes ends', () => {
    const error: Error & { cause?: unknown } = new Error('x');
    error.cause = new GraphQLError('y', { originalError: error });
    expect(logged({ err: error })).toContain('GraphQLError');
  });
});

describe('a field of a log line', () => {
  it.each<[string, object]>([
    ['that the list does not have', { email: canary, accessToken: canary, state: canary, ticket: canary }],
    ['that is an object where a word belongs', { status: { email: canary } }],
    ['with data in place of an id', { orderId: canary, boxOfficeId: `bo 1 ${canary}` }],
    ['with data in a text', { reason: `failed for "${canary}"` }],
    ['with an OAuth code', { code: 'canary_9sdfs-KJHsdf' }],
    ['with a query in an address', { url: `http://127.0.0.1:1/?code=${canary}` }],
  ])('%s is removed', (_, fields) => {
    expect(logged(fields)).not.toContain('canary');
  });

  it('that the list has is shown', () => {
    const line = logged({
      code: 'EVENT_TOO_LARGE',
      boxOfficeId: 'bo_1',
      attempt: 3,
      since: new Date(0),
      level: 2,
    } as LogFields);
    expect(JSON.parse(line)).toMatchObject({
      code: 'EVENT_TOO_LARGE',
      boxOfficeId: 'bo_1',
      attempt: 3,
      msg: 'test.happened',
    });
  });

  it('cannot be an event with data', () => {
    expect(logged({}, `failed for ${canary}`)).not.toContain('canary');
  });
});
