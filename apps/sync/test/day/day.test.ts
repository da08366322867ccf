import { describe, expect, it } from '@jest/globals';
import { jain, mostWithin, quantile } from './judge';
import { dayMs, drawLoad, wholeDay } from './load';
import { limits, runDay, ways, type WayName } from './run-day';
import { createVirtualTime } from './virtual-time';

const names = Object.keys(ways) as WayName[];
const few = { offices: 20, withOneOrder: 5, backfill: 600, share: 0.02 };
const many = { ...few, backfill: 4_000, share: 0.6 };

describe('a day that nobody waits for', () => {
  it('moves its clock from moment to moment, in their order, and stops before the end', async () => {
    const time = createVirtualTime(1_000);
    const seen: string[] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      for (;;) {
        await time.sleep(ms);
        seen.push(`${name} ${time.now()}`);
      }
    };
    void sleeper('slow', 70);
    void sleeper('quick', 30);
    await time.run(1_140);
    expect(seen).toEqual(['quick 1030', 'quick 1060', 'slow 1070', 'quick 1090', 'quick 1120']);
    expect(time.now()).toBe(1_140);
  });

  it('draws the same orders for the same seed, and others for another', () => {
    const told = (seed: number): string => JSON.stringify(drawLoad(seed, few).orders);
    expect(told(7)).toBe(told(7));
    expect(told(7)).not.toBe(told(8));
  });

  it('draws bursts of thousands, box offices with one order, and a backfill of 100,000', () => {
    const { orders, offices, startAt } = drawLoad(3);
    const ofOffice = new Map(offices.map(({ id }) => [id, 0]));
    for (const { office, kind } of orders)
      if (kind === 'live') ofOffice.set(office.id, (ofOffice.get(office.id) ?? 0) + 1);
    expect(offices).toHaveLength(wholeDay.offices);
    expect(orders.filter(({ kind }) => kind === 'backfill')).toHaveLength(100_000);
    expect(offices.filter(({ kind, id }) => kind === 'one order' && ofOffice.get(id) === 1)).toHaveLength(40);
    expect([...ofOffice.values()].filter((count) => count >= 800)).toHaveLength(4);
    expect(orders.every(({ at }) => at >= startAt && at < startAt + dayMs)).toBe(true);
  });

  it('goes the same way for the same seed', async () => {
    const load = drawLoad(5, few);
    const [one, other] = [await runDay('Boxlist', load, 5), await runDay('Boxlist', drawLoad(5, few), 5)];
    expect(one.log.calls).toEqual(other.log.calls);
    expect({ ...one, log: undefined }).toEqual({ ...other, log: undefined });
  });

  it.each(names.filter((name) => name !== 'FIFO, step by step'))(
    'does all orders of a day that is not too full: %s',
    async (name) => {
      const load = drawLoad(2, few);
      const { liveDone, backfillDone, ranOutAtHour, fairness } = await runDay(name, load, 2);
      expect(liveDone + backfillDone).toBe(load.orders.length);
      expect(ranOutAtHour).toBe(24);
      expect(fairness).toBe(1);
    },
  );

  it.each(names)('keeps to the limits of a second and of a day, also when the day is too full: %s', async (name) => {
    const { calls, mostInASecond, log } = await runDay(name, drawLoad(4, many), 4);
    expect(calls).toBeLessThanOrEqual(limits.perDay);
    expect(mostInASecond).toBeLessThanOrEqual(limits.perSecond);
    expect(log.doneAt.size).toBeGreaterThan(0);
  });

  it('counts an order that was not done that day as one that waits until midnight', async () => {
    const load = drawLoad(4, many);
    const { max, liveDone, ranOutAtHour } = await runDay('FIFO, step by step', load, 4);
    expect(liveDone).toBeLessThan(load.orders.filter(({ kind }) => kind === 'live').length);
    expect(ranOutAtHour).toBeLessThan(24);
    const first = load.orders.find(({ kind, at }) => kind === 'live' && at >= load.startAt + ranOutAtHour * 3_600_000);
    expect(max).toBeGreaterThanOrEqual((load.startAt + dayMs - (first?.at ?? 0)) / 1_000);
  });
});

describe('the judgement of a day', () => {
  it('finds all alike fair, and one who gets all unfair', () => {
    expect(jain([0.5, 0.5, 0.5])).toBeCloseTo(1);
    expect(jain([1, 0, 0, 0])).toBe(0.25);
    expect(jain([0, 0])).toBe(0);
  });

  it('takes a quantile as the smallest value that enough do not exceed', () => {
    const values = [5, 1, 4, 2, 3];
    expect([0.2, 0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([1, 3, 5, 5]);
  });

  it('counts the calls of the fullest second, which need not begin with the clock', () => {
    expect(mostWithin([0, 900, 950, 1_000, 1_100, 1_899, 1_900], 1_000)).toBe(5);
  });
});
