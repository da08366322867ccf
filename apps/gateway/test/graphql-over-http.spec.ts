/**
 * Regression: Apollo Server answers 400 to documents that do not parse or validate, and to variables of the wrong
 * type, whatever the client accepts. The GraphQL over HTTP specification asks for 200 if the client accepts only
 * `application/json`: such clients treat another status as a network failure and never read the errors.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.close());

const audits = serverAudits({
  url: () => `${world.url}/graphql`,
  fetchFn: async (url: string, init: RequestInit = {}) =>
    fetch(url, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string> | undefined),
        authorization: `Bearer ${await world.tokens.token()}`,
        'apollo-require-preflight': 'true',
      },
    }),
});

describe('the gateway implements GraphQL over HTTP', () => {
  it('according to all 61 audits of graphql-http', () => {
    expect(audits).toHaveLength(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect({ status: result.status, reason: 'reason' in result ? result.reason : null }).toEqual({
      status: 'ok',
      reason: null,
    });
  });
});

describe('the status of a request that cannot be executed', () => {
  const failures = {
    'a document that does not parse': { query: '{' },
    'a document that does not validate': { query: '{ nonsense }' },
    'a variable that does not fit': {
      query: 'query ($first: Int) { boxOffice { deliveries(first: $first) { totalCount } } }',
      variables: { first: 'many' },
    },
    'a variable that does not fit a custom scalar': {
      query: 'query ($from: DateTime) { boxOffice { deliveries(filter: { from: $from }) { totalCount } } }',
      variables: { from: '2026-01-01' },
    },
    'an operation that is not there': { query: 'query A { __typename } query B { __typename }', operationName: 'C' },
  };
  const statusOf = async (body: object, accept: string | undefined): Promise<readonly [number, string | null]> => {
    const authorization = `Bearer ${await world.tokens.token()}`;
    const answer = await world.post(JSON.stringify(body), { authorization, ...(accept ? { accept } : {}) });
    expect(answer.body.errors).toHaveLength(1);
    return [answer.status, answer.headers.get('content-type')];
  };
  const json = 'application/json; charset=utf-8';
  const graphql = 'application/graphql-response+json; charset=utf-8';

  it.each(Object.entries(failures))('for %s depends on what the client accepts', async (_, body) => {
    expect(await statusOf(body, 'application/json')).toEqual([200, json]);
    expect(await statusOf(body, 'Application/JSON; charset=utf-8')).toEqual([200, json]);
    expect(await statusOf(body, 'application/json;q=0.9, text/plain;q=0.5')).toEqual([200, json]);
    expect(await statusOf(body, 'application/graphql-response+json')).toEqual([400, graphql]);
    expect(await statusOf(body, 'application/graphql-response+json, application/json;q=0.9')).toEqual([400, graphql]);
    expect((await statusOf(body, 'application/json, application/graphql-response+json;q=0.9'))[0]).toBe(400);
    // A client that accepts anything can use the status.
    expect((await statusOf(body, '*/*'))[0]).toBe(400);
    expect((await statusOf(body, undefined))[0]).toBe(400);
  });

  it('stays 400 if it is no GraphQL request, and 401 if the caller is unknown', async () => {
    const accept = 'application/json';
    const authorization = `Bearer ${await world.tokens.token()}`;
    expect((await world.post('{}', { accept, authorization })).status).toBe(400);
    expect((await world.post('{"query":', { accept, authorization })).status).toBe(400);
    expect((await world.post('{"query":"{ __typename }"}', { accept })).status).toBe(401);
  });
});
