import { AppError } from '@boxlist/contracts';
import type { Actor } from '@boxlist/service-kit';
import type { MemoryMongo } from '@boxlist/testkit';
import type { Context } from '../../src/context';
import type { Backfill } from '../../src/store/backfills';
import type { Retry } from '../../src/store/retries';
import { changeBackfill, startBackfill } from '../../src/use-cases/backfill/backfill-commands';
import { deadLetterPage } from '../../src/use-cases/dead-letters/dead-letter-commands';
import { exportBuyer } from '../../src/use-cases/privacy/export-buyer';
import { previewWorkflow } from '../../src/use-cases/history/preview-workflow';
import { deliveryPage, workflowStats } from '../../src/use-cases/history/list-deliveries';
import { cancelRetry, retryDeliveries } from '../../src/use-cases/history/retry-deliveries';
import { keptDeliveries, type Rest } from './at-rest-state';
import { people, type Office } from './history';
import { boxOfficeOf, connectionOf, officeOf, workflowOf } from './published-orders';

/** The newest backfill of a box office. */
export const ownBackfill = (mongo: MemoryMongo, office: Office): string =>
  mongo.all<Backfill>('backfills').findLast(({ boxOfficeId }) => boxOfficeId === boxOfficeOf(office))?._id ?? 'bf_none';

/** The newest retry of a box office. */
export const ownRetry = (mongo: MemoryMongo, office: Office): string =>
  mongo.all<Retry>('retries').findLast(({ boxOfficeId }) => boxOfficeId === boxOfficeOf(office))?._id ?? 'rty_none';

/**
 * Reads the data that pages show to a box office, and asks for data of the other: it may see and change nothing of
 * that.
 */
export const lookAround = async (
  { mongo, problem }: Pick<Rest, 'mongo' | 'problem'>,
  ctx: Context,
  identity: Actor,
  office: Office,
): Promise<void> => {
  const other = office === 0 ? 1 : 0;
  const foreign = [
    boxOfficeOf(other),
    connectionOf(other),
    `wf_${'ab'[other]}`,
    `or_${'ab'[other]}`,
    `Fn-${other}-`,
    `office-${other}-`,
  ];
  const shown: unknown[] = [];
  for (const work of [
    () => previewWorkflow(ctx, identity, { workflowId: workflowOf(office, 0) }),
    () => deliveryPage(ctx, identity, {}, { first: 50 }),
    () => deadLetterPage(ctx, identity, { first: 50 }),
    () => exportBuyer(ctx, identity, { email: people[0] }),
    () => workflowStats(ctx, identity, workflowOf(office, 0)),
  ])
    shown.push(
      await work().catch((error: unknown) => (error instanceof AppError ? error.code : Promise.reject(error as Error))),
    );
  const text = JSON.stringify(shown);
  for (const mark of foreign) if (text.includes(mark)) problem(`8: box office ${office} is shown ${mark}`);
  const refusals = [
    () => previewWorkflow(ctx, identity, { workflowId: workflowOf(other, 0) }),
    () => startBackfill(ctx, identity, { workflowId: workflowOf(other, 0), mode: 'ONE_BY_ONE', source: 'ORDERS_SEEN' }),
    () => changeBackfill(ctx, identity, ownBackfill(mongo, other), 'cancel'),
    () => cancelRetry(ctx, identity, ownRetry(mongo, other)),
  ];
  for (const refusal of refusals) {
    const answer = await refusal().then(
      () => 'nothing',
      (error: unknown) => (error instanceof AppError ? error.kind : Promise.reject(error as Error)),
    );
    if (answer !== 'missing') problem(`8: box office ${office} asked for another's and got ${answer}`);
  }
  const ids = keptDeliveries(mongo).flatMap((each) => (officeOf(each.boxOfficeId) === other ? each._id : []));
  if ((await retryDeliveries(ctx, identity, { ids })).matched > 0) problem("8: another's deliveries were retried");
  const stats = await workflowStats(ctx, identity, workflowOf(other, 0));
  if (stats.total > 0) problem("8: another's statistics were shown");
};
