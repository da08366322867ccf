import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { sayEveryMs } from '../../store/standstills';

/**
 * Reports what stands still at this process's consumers, so that any process can answer for it. Writes only while
 * something stands still.
 */
export const startStandstills = (ctx: Context) =>
  repeatedly(ctx, { everyMs: sayEveryMs, delayed: 'standstills.delayed' }, async () => {
    await ctx.standstills.say(ctx.bus.standing(), ctx.clock());
  });
