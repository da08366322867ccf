import { setTimeout as delay } from 'node:timers/promises';
import type { Office } from './office';
import { newestOf } from './outcomes';
import type { World } from './world';

interface Options {
  /** Whether a fault made Constant Contact refuse calls permanently. */
  readonly mayBeRefused: boolean;
  readonly limitMs: number;
}

const lookEveryMs = 400;

/** The state of a box office. */
const standing = async ({ graph, outcomes }: World, { boxOfficeId, workflowIds, schedule, badOrderIds }: Office) => {
  const stats = await graph.stats(boxOfficeId, workflowIds);
  const sum = (of: 'total' | 'pending' | 'failed'): number => stats.reduce((all, each) => all + each[of], 0);
  return {
    isDone: sum('total') === schedule.orders.length * workflowIds.length && sum('pending') === 0,
    failed: sum('failed'),
    /**
     * Whether sync has published all outcomes and stored all dead letters. That happens after the last outcome is
     * stored.
     */
    isPublished: async (): Promise<boolean> => {
      const published = newestOf(outcomes.of(boxOfficeId));
      const deliveries = await graph.deliveries(boxOfficeId);
      const letters = new Set((await graph.deadLetters(boxOfficeId)).map(({ orderId }) => orderId));
      return (
        deliveries.every(({ id, reason }) => published.get(id)?.reason === reason?.code) &&
        badOrderIds.every((id) => letters.has(id))
      );
    },
  };
};

/**
 * Does what an organiser does: signs in again if sync asks for it, and retries deliveries that the end of the day's
 * calls or a refusal held up.
 */
const help = async (world: World, office: Office): Promise<void> => {
  const waiting = await world.graph.deliveries(office.boxOfficeId, {
    statuses: ['WAITING'],
    reasons: ['CONNECTION_NEEDS_RECONNECT', 'QUOTA_EXCEEDED', 'ACTIVITY_RUNNING'],
  });
  const waitsFor = (code: string): boolean => waiting.some(({ reason }) => reason?.code === code);
  if (waitsFor('CONNECTION_NEEDS_RECONNECT')) await office.connect();
  if (waitsFor('QUOTA_EXCEEDED') || waitsFor('ACTIVITY_RUNNING')) await world.permits.beginNewDay();
  if (waitsFor('QUOTA_EXCEEDED')) await world.graph.retry(office.boxOfficeId, ['WAITING'], ['QUOTA_EXCEEDED']);
};

/** Waits until nothing of a box office is pending; returns the reasons if that does not happen within `limitMs`. */
export const settle = async (world: World, office: Office, { mayBeRefused, limitMs }: Options): Promise<string[]> => {
  const until = Date.now() + limitMs;
  let hint = 'no error seen';
  for (let look = 0; Date.now() < until; look += 1) {
    try {
      const { isDone, failed, isPublished } = await standing(world, office);
      if (isDone && failed > 0 && mayBeRefused) {
        await world.graph.retry(office.boxOfficeId, ['FAILED'], ['REJECTED_BY_CONSTANT_CONTACT']);
      } else if (isDone && (await isPublished())) return [];
      else if (!isDone && look % 3 === 2) await help(world, office);
    } catch (error) {
      hint = error instanceof Error ? error.message : String(error);
    }
    await delay(lookEveryMs);
  }
  const open = await world.graph
    .deliveries(office.boxOfficeId, { statuses: ['PENDING', 'WAITING'] })
    .catch((error: unknown) => (hint = String(error)));
  const seen =
    typeof open === 'string'
      ? open
      : JSON.stringify(open.map(({ id, status, reason }) => `${id} ${status} ${reason?.code ?? ''}`));
  return [`it did not settle within ${limitMs / 1_000} s: ${seen}, ${hint}`];
};
