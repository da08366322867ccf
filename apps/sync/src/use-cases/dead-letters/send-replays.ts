import { repeatedly } from '@boxlist/event-bus';
import { AppError, topics } from '@boxlist/contracts';
import type { Context } from '../../context';
import { replayHeader } from '../../domain/dead-letter';
import type { DeadLetter } from '../../store/dead-letters';
import { publishDeadLetterNotice } from '../history/publish-notices';

/**
 * Publishes a replayed letter. Kafka's size limit may be lower than the intake's: a letter that Kafka refuses becomes
 * open again.
 */
const sendReplay = async (ctx: Context, { _id, boxOfficeId, original }: DeadLetter): Promise<void> => {
  try {
    if (original)
      await ctx.bus.publish(topics.orders.name, [
        {
          key: original.key,
          value: original.value,
          headers: { ...Object.fromEntries(original.headers), [replayHeader]: _id },
        },
      ]);
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'EVENT_TOO_LARGE')) throw error;
    await ctx.deadLetters.refused(_id, error);
    await publishDeadLetterNotice(ctx, [boxOfficeId]);
    return;
  }
  await ctx.deadLetters.sent(_id);
};

/**
 * Publishes replayed letters to the orders topic until closed, as their producers wrote them. A letter may be published
 * twice, after a crash or by two processes at once. The event still counts once, and comes back as one letter at most.
 */
export const startReplays = (ctx: Context) =>
  repeatedly(ctx, { everyMs: 500, delayed: 'replays.delayed' }, async (goesOn) => {
    for (let sent = 1; sent > 0 && goesOn();) {
      const letters = await ctx.deadLetters.unsent(100);
      sent = letters.length;
      for (const letter of letters) await sendReplay(ctx, letter);
    }
  });
