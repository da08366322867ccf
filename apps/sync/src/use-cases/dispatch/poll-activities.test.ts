import { describe, expect, it } from '@jest/globals';
import type { Context } from '../../context';
import type { ConnectionCaller } from '../../call-constant-contact';
import { pollActivities } from './poll-activities';

/*
 * An import's details are marked as written when the import begins, so that nothing compares them again. The mark
 * stayed when the import failed. Every delivery of the buyer then treated details that had never arrived as the
 * contact's details.
 */
describe('an import that has ended', () => {
  const unmarkedBy = async (isClean: boolean): Promise<unknown[]> => {
    const unmarked: unknown[] = [];
    const delivery = {
      _id: 'dlv_1',
      emailHash: 'hash_1',
      uncertain: !isClean,
      endsAs: 'SYNCED',
      performed: [],
      failedTries: null,
    };
    const ctx = {
      clock: () => new Date(),
      activities: {
        ofConnection: () => Promise.resolve([{ _id: 'boxlist-1', ended: { isClean } }]),
        isBeingSent: () => false,
        namesUnderWay: () => Promise.resolve(new Set()),
        forget: () => Promise.resolve(),
      },
      deliveryHolds: {
        async *releasedBy() {
          yield await Promise.resolve([delivery]);
        },
      },
      contacts: {
        marked: (_connectionId: string, marks: readonly unknown[]) => Promise.resolve(void unmarked.push(...marks)),
      },
    } as unknown as Context;
    await pollActivities(ctx, {} as ConnectionCaller, 'conn_1', () => Promise.resolve());
    return unmarked;
  };

  it('keeps the mark of its details only if it did all that it was asked to', async () => {
    expect(await unmarkedBy(false)).toEqual([{ emailHash: 'hash_1', detailsMark: null }]);
    expect(await unmarkedBy(true)).toEqual([]);
  });
});
