import { newId, topics } from '@boxlist/contracts';
import {
  aConnection,
  anEntitlement,
  aWorkflow,
  connectionMessage,
  entitlementMessage,
  eventually,
  workflowMessage,
  type FactMessage,
} from '@boxlist/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callsDuring, createOffice, createWorld, type SeenDelivery, type World } from './world';

// Whoever may write to Kafka can forge facts. ACLs keep others out (docs/kafka-security.md). The checks here hold
// also for a writer that passes them: no fact reaches another box office's account.

let world: World;
beforeAll(async () => {
  world = await createWorld();
}, 90_000);
afterAll(() => world?.close(), 60_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
const twoOffices = async (): Promise<{ victim: Office; thief: Office }> => ({
  victim: await createOffice(world),
  thief: await createOffice(world),
});

const untilRefused = (office: Office, count: number, reason = 'CONNECTION_NOT_OWNED'): Promise<SeenDelivery[]> =>
  office.until(count, (each) => each.reason?.code === reason);

/** Asserts that no call was made for the box office's deliveries, and that it has no contact anywhere. */
const reachedNobody = async (office: Office): Promise<void> => {
  for (const { attempts, performed, contactId } of await office.deliveries())
    expect([attempts, performed, contactId]).toEqual([[], [], null]);
  expect(await office.contacts()).toEqual([]);
};

/** The codes of user errors and errors of a mutation with one input. */
const codesOf = async (office: Office, mutation: string, type: string, input: object): Promise<string[]> => {
  const { data, errors = [] } = await world.ask<{ result: { userErrors: { code: string }[] } }>(
    office.boxOfficeId,
    `mutation ($input: ${type}!) { result: ${mutation}(input: $input) { userErrors { code } } }`,
    { input },
  );
  return [
    ...(data?.result.userErrors ?? []).map(({ code }) => code),
    ...errors.map(({ extensions }) => extensions.code),
  ];
};

describe('a workflow with the connection of another box office', () => {
  it('never uses it, and its deliveries say why', async () => {
    const { victim, thief } = await twoOffices();
    await victim.workflow();
    await world.produce([victim.order('a')]);
    await victim.settled(1);
    const calls = await callsDuring(world, async () => {
      await thief.workflow({ connectionId: victim.connectionId });
      await world.produce([thief.order('b'), thief.order('c')]);
      for (const { status } of await untilRefused(thief, 2)) expect(status).toBe('FAILED');
    });
    expect(calls).toEqual({});
    await reachedNobody(thief);
    await world.produce([victim.order('d')]);
    for (const { status } of await victim.settled(2)) expect(status).toBe('SYNCED');
  });

  it('never uses it for orders that came before the workflow', async () => {
    const { victim, thief } = await twoOffices();
    await thief.workflow({ filter: { eventIds: ['ev_other'], eventSeriesIds: [], ticketTypeIds: [] } });
    await world.produce([thief.order('a')]);
    await thief.settled(1);
    await thief.workflow({ connectionId: victim.connectionId });
    await thief.until(2, ({ reason }) => ['FILTERED_OUT', 'CONNECTION_NOT_OWNED'].includes(reason?.code ?? ''));
    await reachedNobody(thief);
  });

  it('gets no token before the fact of the connection arrives, and is refused by name afterwards', async () => {
    const thief = await createOffice(world);
    const [victim, connectionId] = [newId('boxOffice'), newId('connection')];
    world.owners.set(connectionId, victim);
    await thief.workflow({ connectionId });
    await world.produce([thief.order('a')]);
    const [unknown] = await untilRefused(thief, 1, 'CONNECTION_DISCONNECTED');
    await reachedNobody(thief);
    await world.publishConnection(aConnection({ connectionId, boxOfficeId: victim }));
    await eventually(async () => {
      const input = { filter: { ids: [unknown?.id] } };
      expect(await codesOf(thief, 'retryDeliveries', 'RetryDeliveriesInput', input)).toEqual([]);
      await thief.until(1, ({ reason }) => reason?.code === 'CONNECTION_NOT_OWNED', 1_000);
    });
    await reachedNobody(thief);
  });

  it('is refused by the dispatcher, for deliveries from before the fact of the connection', async () => {
    const thief = await createOffice(world);
    const [owner, connectionId] = [newId('boxOffice'), newId('connection')];
    const { workflowId } = await thief.workflow({ connectionId, status: 'PAUSED', whenPaused: 'WAIT' });
    await world.produce([thief.order('a')]);
    await thief.until(1, ({ reason }) => reason?.code === 'WORKFLOW_RESUME');
    await world.publishConnection(aConnection({ connectionId, boxOfficeId: owner }));
    await eventually(async () => {
      expect(await world.mongo.collection('connection_facts').findOne({ boxOfficeId: owner })).not.toBeNull();
    });
    // auth-connection's own check is out of the way here: `owners` does not know the connection.
    await thief.workflow({ workflowId, connectionId, version: 2 });
    await untilRefused(thief, 1);
    await reachedNobody(thief);
  });

  it('can be neither previewed, planned nor backfilled, and a retry ends the same way', async () => {
    const { victim, thief } = await twoOffices();
    const { workflowId } = await thief.workflow({ connectionId: victim.connectionId });
    await world.produce([thief.order('a')]);
    const [refused] = await untilRefused(thief, 1);
    const backfill = { workflowId, mode: 'IMPORT' };
    expect(await codesOf(thief, 'previewWorkflow', 'PreviewWorkflowInput', { workflowId })).toEqual([
      'CONNECTION_REQUIRED',
    ]);
    for (const mutation of ['planBackfill', 'startBackfill'])
      expect(await codesOf(thief, mutation, 'BackfillInput', backfill)).toEqual(['CONNECTION_REQUIRED']);
    const retried = { filter: { ids: [refused?.id] } };
    expect(await codesOf(thief, 'retryDeliveries', 'RetryDeliveriesInput', retried)).toEqual([]);
    await eventually(async () => {
      const { retries } = await retriesOf(thief);
      expect(retries).toEqual(['DONE']);
    });
    await untilRefused(thief, 1);
    await reachedNobody(thief);
  });
});

/** The statuses of a box office's retries. */
const retriesOf = async ({ boxOfficeId }: Office): Promise<{ readonly retries: string[] }> => ({
  retries: (await world.mongo.collection('retries').find({ boxOfficeId }).toArray()).map(({ status }) =>
    String(status),
  ),
});

/** Publishes a forged fact and returns the code of its dead letter. Nothing else is on the topic's letters before. */
const refusedAs = async ({ topic, ...message }: FactMessage): Promise<string> => {
  const letters = await world.lettersOf(topic);
  await world.publish(topic, [message]);
  return eventually(() => {
    const letter = letters.findLast(({ key }) => key === message.key);
    if (!letter) throw new Error('no dead letter yet');
    return letter.headers['dead-letter-code'] ?? '';
  });
};

describe('a forged fact', () => {
  it('moves no connection to another box office, and the owner goes on', async () => {
    const { victim, thief } = await twoOffices();
    await victim.workflow();
    await world.produce([victim.order('a')]);
    await victim.settled(1);
    const { connectionId } = victim;
    const forged = aConnection({ connectionId, boxOfficeId: thief.boxOfficeId, version: 999 });
    expect(await refusedAs(connectionMessage(forged))).toBe('FOREIGN_TENANT');
    await thief.workflow({ connectionId });
    await world.produce([thief.order('b'), victim.order('c')]);
    await untilRefused(thief, 1);
    for (const { status } of await victim.settled(2)) expect(status).toBe('SYNCED');
    await reachedNobody(thief);
  });

  it('that claims a connection before its owner does gets no token', async () => {
    const thief = await createOffice(world);
    const connectionId = newId('connection');
    world.owners.set(connectionId, newId('boxOffice'));
    await world.publishConnection(aConnection({ connectionId, boxOfficeId: thief.boxOfficeId }));
    await thief.workflow({ connectionId });
    await world.produce([thief.order('a')]);
    await untilRefused(thief, 1, 'CONNECTION_DISCONNECTED');
    await reachedNobody(thief);
  });

  it('moves no workflow to another box office', async () => {
    const { victim, thief } = await twoOffices();
    const { workflowId } = await victim.workflow();
    await world.produce([victim.order('a')]);
    await victim.settled(1);
    const { boxOfficeId, connectionId } = thief;
    const forged = aWorkflow({ workflowId, boxOfficeId, connectionId, version: 999, status: 'ACTIVE' });
    expect(await refusedAs(workflowMessage(forged))).toBe('FOREIGN_TENANT');
    await world.produce([thief.order('b'), victim.order('c')]);
    for (const { status } of await victim.settled(2)) expect(status).toBe('SYNCED');
    expect(await thief.deliveries()).toEqual([]);
  });

  it('about another box office than its envelope says, or under another key, is not applied', async () => {
    const { victim, thief } = await twoOffices();
    await world.entitle(victim.boxOfficeId, false, 2);
    const fact = anEntitlement({ boxOfficeId: victim.boxOfficeId, version: 3 });
    const honest = entitlementMessage(fact);
    const envelope = honest.value.replace(
      `"boxofficeid":"${victim.boxOfficeId}"`,
      `"boxofficeid":"${thief.boxOfficeId}"`,
    );
    expect(envelope).not.toBe(honest.value);
    expect(await refusedAs({ ...honest, value: envelope })).toBe('BAD_EVENT');
    expect(await refusedAs({ ...honest, key: `${thief.boxOfficeId}:${fact.appId}` })).toBe('BAD_EVENT');
    await victim.workflow();
    await world.produce([victim.order('a')]);
    await untilRefused(victim, 1, 'SUBSCRIPTION_INACTIVE');
  });

  it('about another add-on entitles nobody to this one', async () => {
    const office = await createOffice(world);
    await world.entitle(office.boxOfficeId, false, 2);
    const { topic, ...message } = entitlementMessage(
      anEntitlement({ boxOfficeId: office.boxOfficeId, appId: 'app_seating-plans' }),
    );
    await world.publish(topic, [message]);
    await office.workflow();
    await world.produce([office.order('a')]);
    await untilRefused(office, 1, 'SUBSCRIPTION_INACTIVE');
    expect(topic).toBe(topics.entitlements.name);
  });
});
