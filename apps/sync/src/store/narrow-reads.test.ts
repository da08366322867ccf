import { matches, sorted } from '@boxlist/testkit';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byIndex, ofTime, pageByTime, type TimeRange } from './narrow-reads';

interface Kept {
  readonly _id: string;
  readonly at: Date;
  readonly isLiked: boolean;
}

const now = new Date('2026-06-01T12:00:00Z');

/** A list of documents that records each query and how many documents it matched. */
const listOf = (kept: readonly Kept[]) => {
  const asked: { filter: object; read: number }[] = [];
  const find = (filter: object, sort: 1 | -1, limit: number): Promise<Kept[]> => {
    const found = kept.filter((each) => matches(each, filter as never));
    asked.push({ filter, read: found.length });
    return Promise.resolve(sorted(found as never, { at: sort, _id: sort }).slice(0, limit) as never);
  };
  const page = async (args: object, time: TimeRange = {}) =>
    pageByTime<Kept, 'at', Kept>(
      { find, count: (filter) => Promise.resolve(kept.filter((each) => matches(each, filter as never)).length) },
      'at',
      { ...time, of: (part) => byIndex({ isLiked: true, ...ofTime('at', part) }, { _id: { $ne: 'not this' } }) },
      args,
      now,
    );
  return { page, asked };
};

const ago = (ms: number): Date => new Date(now.getTime() - ms);
/** Ages in ms, from zero to years; some are negative, as if another clock is ahead. */
const times = fc.oneof(
  fc.constantFrom(0, 1, 59_999, 60_000, 60_001, 960_000),
  fc.integer({ min: -5_000, max: 5_000 }),
  fc.integer({ min: 0, max: 86_400_000 }),
  fc.integer({ min: 0, max: 1_000 * 86_400_000 }),
);
const histories = fc
  .array(fc.record({ agoMs: times, isLiked: fc.boolean() }), { maxLength: 120 })
  .map((all) => all.map(({ agoMs, isLiked }, index): Kept => ({ _id: `d${index}`, at: ago(agoMs), isLiked })));
const ranges = fc.record({
  from: fc.option(times.map(ago), { nil: undefined }),
  to: fc.option(times.map(ago), { nil: undefined }),
});

/** The expected ids, newest first. */
const plainly = (kept: readonly Kept[], { from, to }: TimeRange): string[] =>
  sorted(kept.filter(({ at, isLiked }) => isLiked && (!from || at >= from) && (!to || at < to)) as never, {
    at: -1,
    _id: -1,
  }).map(({ _id }) => _id as string);

describe('pageByTime', () => {
  it('returns every match once and in order when paging forward', async () => {
    await fc.assert(
      fc.asyncProperty(histories, ranges, fc.integer({ min: 1, max: 30 }), async (kept, time, first) => {
        const { page } = listOf(kept);
        const seen: string[] = [];
        for (let after: string | null | undefined; after !== null;) {
          const { nodes, pageInfo } = await page({ first, after }, time);
          seen.push(...nodes.map(({ _id }) => _id));
          expect(nodes.length === first || !pageInfo.hasNextPage).toBe(true);
          after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
        }
        expect(seen).toEqual(plainly(kept, time));
      }),
    );
  });

  it('returns every match once and in order when paging backward', async () => {
    await fc.assert(
      fc.asyncProperty(histories, ranges, fc.integer({ min: 1, max: 30 }), async (kept, time, last) => {
        const { page } = listOf(kept);
        const seen: string[] = [];
        for (let before: string | null | undefined; before !== null;) {
          const { nodes, pageInfo } = await page({ last, before }, time);
          seen.unshift(...nodes.map(({ _id }) => _id));
          before = pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
        }
        expect(seen).toEqual(plainly(kept, time));
      }),
    );
  });

  it('keeps earlier pages stable when other documents are written', async () => {
    const kept: Kept[] = Array.from({ length: 60 }, (_, index) => ({
      _id: `d${index}`,
      at: ago(index * 20_000),
      isLiked: true,
    }));
    const { page } = listOf(kept);
    const one = await page({ first: 20 });
    kept.push({ _id: 'new', at: ago(0), isLiked: true }, { _id: 'late', at: ago(1_000), isLiked: true });
    const two = await page({ first: 20, after: one.pageInfo.endCursor });
    expect(two.nodes.map(({ _id }) => _id)).toEqual(kept.slice(20, 40).map(({ _id }) => _id));
    const back = await page({ last: 19, before: two.pageInfo.startCursor });
    expect(back.nodes.map(({ _id }) => _id)).toEqual(kept.slice(1, 20).map(({ _id }) => _id));
  });

  it('reads few documents of a long history and queries a sparse one only a few times', async () => {
    const busy = listOf(
      Array.from({ length: 20_000 }, (_, index) => ({ _id: `d${index}`, at: ago(index * 1_000), isLiked: true })),
    );
    const { pageInfo } = await busy.page({ first: 50 });
    await busy.page({ first: 50, after: pageInfo.endCursor });
    await busy.page({ last: 50, before: pageInfo.endCursor });
    expect(busy.asked.reduce((sum, { read }) => sum + read, 0)).toBeLessThan(600);
    for (const everyMs of [60_000, 3_600_000, 86_400_000, 30 * 86_400_000]) {
      const quiet = listOf(
        Array.from({ length: 300 }, (_, index) => ({ _id: `d${index}`, at: ago(index * everyMs), isLiked: true })),
      );
      await quiet.page({ first: 50 });
      expect(quiet.asked.length).toBeLessThan(10);
    }
    const old = listOf([{ _id: 'd', at: ago(1_000 * 86_400_000), isLiked: true }]);
    expect((await old.page({ first: 50 })).nodes).toHaveLength(1);
    expect(old.asked.length).toBeLessThan(8);
  });

  it('reads no further range once the signal has aborted', async () => {
    const caller = new AbortController();
    const list = listOf(
      Array.from({ length: 300 }, (_, index) => ({ _id: `d${index}`, at: ago(index * 3_600_000), isLiked: true })),
    );
    const left = new Error('The caller left');
    const page = list.page({ first: 50, signal: caller.signal });
    caller.abort(left);
    await expect(page).rejects.toBe(left);
    expect(list.asked).toHaveLength(1);
  });
});
