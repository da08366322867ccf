import { describe, expect, it } from '@jest/globals';
import { keysetPage, type PageArgs, type PageRange } from './pagination';

const numbers = Array.from({ length: 7 }, (_, index) => index + 1);
const fetch = async ({ direction, after, before, limit }: PageRange<number>) => {
  const inRange = numbers.filter((n) => (after === undefined || n > after) && (before === undefined || n < before));
  return (direction === 'forward' ? inRange : inRange.reverse()).slice(0, limit);
};
const page = (args: PageArgs) => keysetPage({ args, fetch, positionOf: (n) => n, maxSize: 5 });

describe('a keyset page', () => {
  it('walks forward to the end without a gap or a repeat', async () => {
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const { nodes, pageInfo } = await page({ first: 3, after });
      seen.push(...nodes);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    expect(seen).toEqual(numbers);
  });

  it('walks backward and keeps the sequence of items', async () => {
    const last = await page({ last: 3 });
    expect(last.nodes).toEqual([5, 6, 7]);
    expect(last.pageInfo.hasPreviousPage).toBe(true);
    expect((await page({ last: 3, before: last.pageInfo.startCursor })).nodes).toEqual([2, 3, 4]);
  });

  it.each([
    [{ first: -1 }, 'first'],
    [{ first: 6 }, 'first'],
    [{ first: 1, last: 1 }, 'last'],
    [{ after: '%%%' }, 'after'],
  ])('refuses %j and names the argument', async (args, field) => {
    await expect(page(args)).rejects.toMatchObject({ code: 'BAD_INPUT', details: { field: [field] } });
  });
});
