import { topics } from '@boxlist/contracts';
import type { Context } from '../context';
import { replayHeader } from '../domain/dead-letter';
import { repeatedly } from './repeatedly';

/**
 * Puts replayed letters back on the orders' topic as their producer wrote them. After a crash, or by two processes at once, one may go out twice: the event counts once, and comes back as one letter at most.
 */
export const startReplays = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 500, delayed: 'replays.delayed' }, async (goesOn) => {
    for (let sent = 1; sent > 0 && goesOn();) {
      const letters = await ctx.deadLetters.unsent(100);
      sent = letters.length;
      for (const { _id, original } of letters) {
        if (original)
          await ctx.bus.publish(topics.orders.name, [
            {
              key: original.key,
              value: original.value,
              headers: { ...Object.fromEntries(original.headers), [replayHeader]: _id },
            },
          ]);
        await ctx.deadLetters.sent(_id);
      }
    }
  });
