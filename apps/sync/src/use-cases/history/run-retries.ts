import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { retryEnded } from '../../report';
import type { Retry } from '../../store/retries';
import pMap from 'p-map';
import { keptSince, withoutErased } from './retry-deliveries';

const pollMs = 500;
const retriesAtOnce = 4;
const takenAtOnce = 1_000;

/**
 * Records which deliveries a retry requeues next. Returns undefined when none is left, or when the retry was changed in
 * the meantime. The deliveries are in the retry's document, each with its version, before the first of them changes. So
 * each is requeued once, and after a crash another process knows which connections may not have been scheduled.
 */
const takeNext = async (ctx: Context, retry: Retry): Promise<Retry | undefined> => {
  if (!(await withoutErased(ctx, retry))) return undefined;
  const found = await ctx.deliveryRetries.toRetry(retry, keptSince(ctx), takenAtOnce);
  const last = found.at(-1);
  if (last)
    return ctx.retries.change(retry, {
      taking: found.map(({ id, version }) => ({ id, version })),
      place: { createdAt: last.createdAt, id: last.id },
    });
  const ended = await ctx.retries.end(retry);
  if (ended) retryEnded(ctx, ended);
  return undefined;
};

const goOn = async (ctx: Context, retry: Retry): Promise<void> => {
  const taking = retry.taking.length > 0 ? retry : await takeNext(ctx, retry);
  if (!taking) return;
  const count = await ctx.deliveryRetries.requeue(taking._id, taking.taking, keptSince(ctx), ctx.clock());
  await ctx.connectionLeases.makeReady(await ctx.deliveryRetries.connectionsOf(taking.taking), ctx.clock());
  ctx.notify();
  await ctx.retries.countRequeued(taking, count);
};

/** Continues all retries until closed. */
export const startRetries = (ctx: Context) =>
  repeatedly(ctx, { everyMs: pollMs, delayed: 'retries.delayed' }, async (goesOn) => {
    await pMap(
      await ctx.retries.open(),
      async (retry) => {
        for (let current: Retry | null = retry; goesOn() && current?.open; current = await ctx.retries.byId(retry._id))
          await goOn(ctx, current);
      },
      { concurrency: retriesAtOnce },
    );
  });
