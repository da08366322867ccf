import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@boxlist/testkit';
import { createOffice, createWorld, type World } from './world';

let world: World;
// Nothing that is started ends by itself, because this process takes in orders only.
beforeAll(async () => {
  world = await createWorld({ SYNC_WORK: 'intake', MAX_BACKFILLS: '2', MAX_RETRIES: '2' });
}, 120_000);
afterAll(() => world?.close(), 30_000);

type Office = Awaited<ReturnType<typeof createOffice>>;
interface Payload {
  readonly started: { readonly id: string } | null;
  readonly userErrors: { readonly code: string }[];
}

const run = async (office: Office, mutation: string, input: object): Promise<Payload> => {
  const [name, type, field] = mutation.split(' ');
  const { data } = await world.ask<{ result: Payload }>(
    office.boxOfficeId,
    `mutation ($input: ${type}!) { result: ${name}(input: $input) { started: ${field} { id } userErrors { code } } }`,
    { input },
  );
  return data!.result;
};
/** The errors of a plan. There are none once sync knows the workflow. */
const planned = async (office: Office, workflowId: string): Promise<unknown> => {
  const { data } = await world.ask<{ planBackfill: { userErrors: unknown[] } }>(
    office.boxOfficeId,
    'mutation ($input: BackfillInput!) { planBackfill(input: $input) { userErrors { code } } }',
    { input: { workflowId, mode: 'IMPORT' } },
  );
  return data?.planBackfill.userErrors;
};
const startBackfill = (office: Office, workflowId: string) =>
  run(office, 'startBackfill BackfillInput backfill', { workflowId, mode: 'IMPORT' });
const cancelBackfill = (office: Office, backfillId?: string) =>
  run(office, 'cancelBackfill ChangeBackfillInput backfill', { backfillId });
const startRetry = (office: Office) => run(office, 'retryDeliveries RetryDeliveriesInput retry', { filter: {} });
const cancelRetry = (office: Office, retryId?: string) =>
  run(office, 'cancelRetry CancelRetryInput retry', { retryId });

const codesOf = (payloads: readonly Payload[]): string[] =>
  payloads.map(({ userErrors }) => userErrors.map(({ code }) => code).join() || 'STARTED').sort();

describe('backfills under way', () => {
  const withWorkflows = async (count: number) => {
    const office = await createOffice(world);
    const workflows = await Promise.all(Array.from({ length: count }, () => office.workflow()));
    const ids = workflows.map(({ workflowId }) => workflowId);
    for (const id of ids) await eventually(async () => expect(await planned(office, id)).toEqual([]));
    return { office, ids };
  };

  it('are one for a workflow, also when several are started at once', async () => {
    const { office, ids } = await withWorkflows(1);
    const payloads = await Promise.all(Array.from({ length: 6 }, () => startBackfill(office, ids[0]!)));
    expect(codesOf(payloads)).toEqual([...Array<string>(5).fill('BACKFILL_RUNNING'), 'STARTED']);
  });

  it('are limited for a box office until one ends, also when several are started at once', async () => {
    const { office, ids } = await withWorkflows(5);
    const other = await withWorkflows(1);
    const payloads = await Promise.all(ids.map((id) => startBackfill(office, id)));
    expect(codesOf(payloads)).toEqual([...Array<string>(3).fill('LIMIT_REACHED'), 'STARTED', 'STARTED']);
    expect(codesOf([await startBackfill(other.office, other.ids[0]!)])).toEqual(['STARTED']);
    const first = payloads.find(({ started }) => started)?.started;
    await cancelBackfill(office, first?.id);
    const free = ids.find((_, index) => !payloads[index]?.started)!;
    expect(codesOf([await startBackfill(office, free)])).toEqual(['STARTED']);
  });
});

it('retries under way are limited for a box office until one ends, also when several are started at once', async () => {
  const office = await createOffice(world);
  const payloads = await Promise.all(Array.from({ length: 6 }, () => startRetry(office)));
  expect(codesOf(payloads)).toEqual([...Array<string>(4).fill('LIMIT_REACHED'), 'STARTED', 'STARTED']);
  await cancelRetry(office, payloads.find(({ started }) => started)?.started?.id);
  expect(codesOf([await startRetry(office)])).toEqual(['STARTED']);
});
