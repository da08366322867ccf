import type { BoxOfficeId } from '@boxlist/contracts';
import { eventually } from '@boxlist/testkit';
import { setTimeout } from 'node:timers/promises';
import type { BenchWorld, Round } from './world';

/** Interval between live orders: fewer than the 4 calls a second that Constant Contact allows. */
const liveEveryMs = 500;

/**
 * Produces live orders until `until` ends. Returns the time from each event to its contact at Constant Contact, in ms.
 */
export const liveOrders = async (
  world: BenchWorld,
  round: Round,
  boxOfficeId: BoxOfficeId,
  name: string,
  until: Promise<unknown>,
): Promise<{ times: number[]; length: number; calls: Readonly<Record<string, number>> }> => {
  await world.sandbox.forgetJournal();
  const sent = new Map<string, number>();
  let ended = false;
  const end = until.finally(() => (ended = true));
  while (!ended) {
    const email = `${round.prefix}.${name}.${sent.size}@example.com`;
    sent.set(email, Date.now());
    await round.produce([round.order(boxOfficeId, `${name}_${sent.size}`, email)]);
    await Promise.race([end, setTimeout(liveEveryMs)]);
  }
  await end;
  return eventually(
    async () => {
      const times = (await world.sandbox.journal()).flatMap(({ at, body }) => {
        const address = (body as { email_address?: { address?: string } } | null)?.email_address?.address;
        const begun = sent.get(address ?? '');
        return begun === undefined ? [] : [Date.parse(at) - begun];
      });
      if (times.length < sent.size) throw new Error(`${times.length} of ${sent.size} live orders`);
      return { times, length: sent.size, calls: (await world.sandbox.summary()).calls };
    },
    { timeoutMs: 60_000 },
  );
};
