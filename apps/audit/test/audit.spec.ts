import { newId, type AuditEntry } from '@boxlist/contracts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { anEntry, createWorld, type World } from './world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 120_000);
afterAll(() => world?.close(), 30_000);

interface Seen {
  readonly id: string;
  readonly at: string;
  readonly action: string;
}
interface Log {
  readonly nodes: Seen[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const logQuery = `query ($filter: AuditFilter, $first: Int, $after: String) { boxOffice {
  auditLog(filter: $filter, first: $first, after: $after) {
    nodes { id at action requestId actor { subject role } object { type id } details { name value } }
    pageInfo { hasNextPage endCursor } } } }`;

const logOf = async (boxOfficeId: string, variables: object = {}): Promise<Log> => {
  const { data, errors } = await world.ask<{ boxOffice: { auditLog: Log } }>(boxOfficeId, logQuery, variables);
  expect(errors).toBeUndefined();
  return data!.boxOffice.auditLog;
};
const idsOf = async (boxOfficeId: string, variables?: object): Promise<string[]> =>
  (await logOf(boxOfficeId, variables)).nodes.map(({ id }) => id);

const at = (minute: number): Date => new Date(Date.UTC(2026, 6, 1, 10, minute));

describe('the audit log', () => {
  it('shows an owner who did what to what, when, and by which request', async () => {
    const boxOfficeId = newId('boxOffice');
    await world.publish(anEntry({ boxOfficeId, id: 'evt_shown' }));
    await world.caughtUp();
    expect((await logOf(boxOfficeId)).nodes).toEqual([
      {
        id: 'evt_shown',
        at: '2026-07-01T10:00:00.000Z',
        action: 'WORKFLOW_UPDATED',
        requestId: 'evt_request',
        actor: { subject: 'user_1', role: 'manager' },
        object: { type: 'WORKFLOW', id: 'wf_1' },
        details: [{ name: 'version', value: '2' }],
      },
    ]);
  });

  it('is closed to managers and viewers, and empty for another box office', async () => {
    const boxOfficeId = newId('boxOffice');
    await world.publish(anEntry({ boxOfficeId }));
    await world.caughtUp();
    for (const role of ['manager', 'viewer'] as const)
      for (const query of [logQuery, '{ boxOffice { auditLogExport { lines } } }'])
        expect(await world.ask(boxOfficeId, query, {}, role)).toMatchObject({
          data: null,
          errors: [{ extensions: { code: 'FORBIDDEN' } }],
        });
    expect(await idsOf(newId('boxOffice'))).toEqual([]);
    const entity =
      'query ($of: [_Any!]!) { _entities(representations: $of) { ... on BoxOffice { auditLog { nodes { id } } } } }';
    const { errors } = await world.ask(newId('boxOffice'), entity, {
      of: [{ __typename: 'BoxOffice', id: boxOfficeId }],
    });
    expect(errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect(await idsOf(boxOfficeId)).toHaveLength(1);
  });

  it('keeps the first of two events with one id, also when the topic is read again', async () => {
    const boxOfficeId = newId('boxOffice');
    const id = newId('event');
    await world.publish(anEntry({ boxOfficeId, id }), anEntry({ boxOfficeId, id, action: 'WORKFLOW_DELETED' }));
    await world.caughtUp();
    expect((await logOf(boxOfficeId)).nodes).toMatchObject([{ id, action: 'WORKFLOW_UPDATED' }]);
  });

  it('loses no entry that was published while the service was down', async () => {
    const boxOfficeId = newId('boxOffice');
    await world.restart(() => world.publish(anEntry({ boxOfficeId }), anEntry({ boxOfficeId })));
    await world.caughtUp();
    expect(await idsOf(boxOfficeId)).toHaveLength(2);
  });

  it('comes in pages, newest first, even where times are the same', async () => {
    const boxOfficeId = newId('boxOffice');
    const ids = ['evt_p1', 'evt_p2', 'evt_p3', 'evt_p4', 'evt_p5'].map((id) => `${id}${boxOfficeId.slice(-6)}`);
    const minutes = [1, 2, 2, 2, 3];
    await world.publish(...ids.map((id, index) => anEntry({ boxOfficeId, id, time: at(minutes[index]!) })));
    await world.caughtUp();
    const seen: string[][] = [];
    for (let after: string | null = null, first = true; first || after; first = false) {
      const page: Log = await logOf(boxOfficeId, { first: 2, after });
      seen.push(page.nodes.map(({ id }) => id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    }
    const [one, two, three, four, five] = ids;
    expect(seen).toEqual([[five, four], [three, two], [one]]);
  });

  it.each<[string, object]>([
    ['an action', { actions: ['BUYER_ERASED'] }],
    ['a person', { subject: 'user_2' }],
    ['a kind of thing', { objectType: 'BUYER' }],
    ['a thing', { objectId: 'hash' }],
    ['a time', { from: '2026-07-01T10:05:00Z', to: '2026-07-01T10:06:00Z' }],
    ['all of these', { actions: ['BUYER_ERASED'], subject: 'user_2', objectType: 'BUYER', objectId: 'hash' }],
  ])('is filtered by %s', async (_, filter) => {
    const boxOfficeId = newId('boxOffice');
    const wanted: Partial<AuditEntry> & { time: Date } = {
      action: 'BUYER_ERASED',
      actor: { subject: 'user_2', role: 'owner' },
      object: { type: 'BUYER', id: 'hash' },
      time: at(5),
    };
    const id = newId('event');
    await world.publish(
      anEntry({ boxOfficeId, time: at(4) }),
      anEntry({ boxOfficeId, id, ...wanted }),
      anEntry({ boxOfficeId, time: at(6) }),
    );
    await world.caughtUp();
    expect(await idsOf(boxOfficeId, { filter })).toEqual([id]);
    expect(await idsOf(boxOfficeId, { filter: {} })).toHaveLength(3);
  });

  it.each([
    ['a page too large', { first: 101 }, 'first'],
    ['a cursor that is none', { after: 'nonsense' }, 'after'],
    ['a cursor of another list', { after: Buffer.from('["x",1]').toString('base64url') }, 'after'],
    ['a cursor outside of time', { after: Buffer.from('[1e300,"evt_1"]').toString('base64url') }, 'after'],
  ])('refuses %s', async (_, variables, field) => {
    const { errors } = await world.ask(newId('boxOffice'), logQuery, variables);
    expect(errors?.[0]?.extensions).toEqual({ code: 'BAD_USER_INPUT', reason: 'BAD_INPUT', field: [field] });
  });

  it('keeps an action of a newer version, and says that it does not know it', async () => {
    const boxOfficeId = newId('boxOffice');
    await world.publish(anEntry({ boxOfficeId, action: 'NEWER_ACTION', object: { type: 'NEWER_THING', id: 'x_1' } }));
    await world.caughtUp();
    expect((await logOf(boxOfficeId)).nodes).toMatchObject([{ action: 'OTHER', object: { type: 'OTHER', id: 'x_1' } }]);
  });
});

describe('the export', () => {
  const part = async (boxOfficeId: string, variables: object) => {
    const { data } = await world.ask<{ boxOffice: { auditLogExport: { lines: string; next: string | null } } }>(
      boxOfficeId,
      `query ($first: Int, $after: String) {
        boxOffice { auditLogExport(first: $first, after: $after) { lines next } }
      }`,
      variables,
    );
    return data!.boxOffice.auditLogExport;
  };

  it('is the log as JSON lines, in parts that join to a file', async () => {
    const boxOfficeId = newId('boxOffice');
    await world.publish(...[1, 2, 3].map((minute) => anEntry({ boxOfficeId, time: at(minute) })));
    await world.caughtUp();
    const first = await part(boxOfficeId, { first: 2 });
    const second = await part(boxOfficeId, { first: 2, after: first.next });
    expect(second.next).toBeNull();
    const file = first.lines + second.lines;
    expect(file.endsWith('\n')).toBe(true);
    const entries = file
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Seen);
    expect(entries.map((each) => each.at)).toEqual([3, 2, 1].map((minute) => at(minute).toISOString()));
    expect(Object.keys(entries[0]!)).toEqual(['id', 'at', 'action', 'actor', 'object', 'requestId', 'details']);
    expect(await part(newId('boxOffice'), {})).toEqual({ lines: '', next: null });
  });
});

describe('an entry', () => {
  it('is gone after its retention, and one that arrives later than that is not stored', async () => {
    const boxOfficeId = newId('boxOffice');
    await world.publish(anEntry({ boxOfficeId, time: at(1) }));
    await world.caughtUp();
    const before = world.moment.now;
    try {
      world.moment.now = new Date(at(1).getTime() + 400 * 86_400_000 - 1);
      expect(await idsOf(boxOfficeId)).toHaveLength(1);
      world.moment.now = new Date(at(1).getTime() + 400 * 86_400_000);
      expect(await idsOf(boxOfficeId)).toEqual([]);
      await world.publish(anEntry({ boxOfficeId, time: at(0) }));
      await world.caughtUp();
      expect(await world.mongo.collection('entries').countDocuments({ boxOfficeId })).toBe(1);
      const indexes = await world.mongo.collection('entries').indexes();
      expect(indexes).toContainEqual(expect.objectContaining({ key: { expiresAt: 1 }, expireAfterSeconds: 0 }));
    } finally {
      world.moment.now = before;
    }
  });

  it('is kept for as long as everybody may read', async () => {
    const answer = await world.ask(newId('boxOffice'), '{ boxOffice { auditLogDays } }', {}, 'viewer');
    expect(answer).toEqual({ data: { boxOffice: { auditLogDays: 400 } } });
  });

  it('cannot be changed or deleted through any door', async () => {
    expect(readFileSync(join(__dirname, '../schema.graphql'), 'utf8')).not.toMatch(/type (Mutation|Subscription)/);
    for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'])
      for (const path of ['/audit-log', '/entries', '/internal/entries'])
        expect((await fetch(`${world.url()}${path}`, { method })).status).toBe(404);
    const store = readFileSync(join(__dirname, '../src/store/entries.ts'), 'utf8');
    expect(store).not.toMatch(/update|replace|delete(One|Many)|remove|bulkWrite|findOneAnd/);
  });
});
