import { askedBy, followAudit, type AuditFollower } from '@boxlist/testkit';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createOrganiser, createWorld, listId, type World } from './world';

let world: World;
let audit: AuditFollower;
beforeAll(async () => {
  world = await createWorld();
  audit = await followAudit(world.bus);
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Organiser = Awaited<ReturnType<typeof createOrganiser>>;

it.each<[string, (organiser: Organiser, id: string) => Promise<unknown>, Record<string, string>]>([
  [
    'WORKFLOW_UPDATED',
    ({ update }, id) => update({ id, expectedVersion: 1, name: 'Other', listIds: [listId] }),
    { changed: 'listIds, name' },
  ],
  ['WORKFLOW_PAUSED', ({ pause }, id) => pause({ id }), {}],
  ['WORKFLOW_DELETED', ({ remove }, id) => remove({ id }), {}],
])('a change is in the audit log: %s', async (action, act, details) => {
  const organiser = await createOrganiser(world);
  const { id } = await organiser.created();
  await act(organiser, id);
  const [created, changed] = await audit.until(organiser.boxOfficeId, 2);
  const by = { actor: { subject: 'user_1', role: 'manager' }, requestId: askedBy, object: { type: 'WORKFLOW', id } };
  expect(created).toMatchObject({ ...by, action: 'WORKFLOW_CREATED', details: { version: '1' } });
  expect(changed).toMatchObject({ ...by, action, details: { version: '2', ...details } });
  const { changedAt } = (await world.mongo
    .collection<{ _id: string; changedAt: Date }>('workflows')
    .findOne({ _id: id }))!;
  expect(changed?.time).toBe(changedAt.toISOString());
});

it('a resume and a copy are in it, and the copy names its original', async () => {
  const organiser = await createOrganiser(world);
  const { id } = await organiser.created();
  await organiser.pause({ id });
  await organiser.resume({ id });
  const { payload } = await organiser.duplicate({ id });
  const entries = await audit.until(organiser.boxOfficeId, 4);
  expect(entries.map(({ action, object }) => [action, object.id])).toEqual(
    expect.arrayContaining([
      ['WORKFLOW_RESUMED', id],
      ['WORKFLOW_DUPLICATED', payload?.workflow?.id],
    ]),
  );
  expect(entries.find(({ action }) => action === 'WORKFLOW_DUPLICATED')?.details).toEqual({ version: '1', from: id });
});

it('neither a refusal nor a repeat without effect is in it', async () => {
  const organiser = await createOrganiser(world);
  const { id } = await organiser.created();
  await organiser.pause({ id });
  await organiser.pause({ id });
  await organiser.remove({ id }, 'viewer');
  await organiser.update({ id, expectedVersion: 2, name: '' });
  await organiser.remove({ id });
  const entries = await audit.until(organiser.boxOfficeId, 3);
  expect(entries.map(({ action }) => action)).toEqual(['WORKFLOW_CREATED', 'WORKFLOW_PAUSED', 'WORKFLOW_DELETED']);
});

it('an entry whose publication a crash prevented is published by the next process', async () => {
  const organiser = await createOrganiser(world);
  const { id } = await organiser.created();
  const [entry] = await audit.until(organiser.boxOfficeId, 1);
  // What a crash between the write and the publication leaves: the entry in the document of the change.
  const { eventId, time, ...data } = entry!;
  const left = { ...data, action: 'WORKFLOW_PAUSED' };
  const event = {
    specversion: '1.0',
    id: `${eventId}-2`,
    source: '/boxlist/workflow',
    type: 'boxlist.audit.recorded.v1',
    time,
    boxofficeid: organiser.boxOfficeId,
    data: left,
  };
  await world.mongo
    .collection<{ _id: string; auditOutbox: object[] }>('workflows')
    .updateOne(
      { _id: id },
      { $push: { auditOutbox: { id: event.id, key: organiser.boxOfficeId, value: JSON.stringify(event) } } },
    );
  expect((await audit.until(organiser.boxOfficeId, 2)).map(({ action }) => action)).toContain('WORKFLOW_PAUSED');
});
