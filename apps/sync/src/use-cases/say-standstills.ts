import type { Context } from '../context';
import { sayEveryMs } from '../store/standstills';
import { repeatedly } from './repeatedly';

/** Says what stands still at this process's consumers, for those who ask another process; the database is asked only while something does. */
export const startStandstills = (ctx: Context) =>
  repeatedly(ctx, { everyMs: sayEveryMs, delayed: 'standstills.delayed' }, async () => {
    await ctx.standstills.say(ctx.bus.standing(), ctx.clock());
  });
