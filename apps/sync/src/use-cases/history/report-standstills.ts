import { repeatedly } from '@boxlist/event-bus';
import type { Context } from '../../context';
import { sayEveryMs } from '../../store/standstills';

/**
 * Stores which consumers of this process make no progress, so that any process can report it. Writes only while there
 * are some.
 */
export const startStandstills = (ctx: Context) =>
  repeatedly(ctx, { everyMs: sayEveryMs, delayed: 'standstills.delayed' }, async () => {
    await ctx.standstills.say(ctx.bus.standing(), ctx.clock());
  });
