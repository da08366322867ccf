import { AppError } from '@boxlist/contracts';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aMessage, stagedPartition } from '../test/staged-partition';
import type { BusMessage } from './message';
import { unreadAtBroker } from './record-section';

let now = 0;
beforeEach(() => {
  now = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  // Pauses are random. This value makes them so short that no test waits.
  jest.spyOn(Math, 'random').mockReturnValue(0.000_1);
});
afterEach(() => void jest.restoreAllMocks());

const unavailable = () => new AppError('KAFKA_UNAVAILABLE', 'Kafka did not acknowledge');
const offsets = (messages: readonly BusMessage[]): string => messages.map(({ offset }) => offset).join(',');

// A failure after closing had started paused the partition, and the timer of that pause kept the process alive.
it('sets no timer for a handler that fails after closing has started', async () => {
  let fail = (): void => undefined;
  const handle = () =>
    new Promise<void>((_, reject) => {
      // Longer than the time that partitions wait for each other.
      fail = () => reject(new AppError('RATE_LIMITED', 'later', {}, { retryAfterMs: 60_000 }));
    });
  const partition = stagedPartition({ handle }, () => [aMessage(0)]);
  const taking = partition.once();
  partition.close();
  fail();
  await taking;
  expect(partition.stage.pauses).toBe(0);
});

// Errors of MongoDB counted as faults of the message. After five tries, one minute into an outage, good orders and
// facts went to the dead letters.
it.each([
  { name: 'MongoServerSelectionError' },
  { name: 'MongoNetworkError' },
  { name: 'MongoServerError', code: 189 },
  { name: 'MongoBulkWriteError', code: 112, errorLabels: ['TransientTransactionError'] },
])('gives up no message because of an outage of MongoDB, however long it lasts: $name', async (outage) => {
  let tries = 0;
  let letters = 0;
  const handle = async () => {
    tries += 1;
    if (tries <= 12) throw Object.assign(new Error('no server'), outage);
  };
  const partition = stagedPartition({ handle, deadLetter: async () => void (letters += 1) }, () => [aMessage(0)]);
  await partition.until(1);
  expect({ tries, letters }).toEqual({ tries: 13, letters: 0 });
});

// Only the pauses between tries counted, not the time of the handler. With a handler that failed after 30 s, one
// partition delayed the others for all five tries.
describe('a slow handler that fails', () => {
  it.each([
    ['a defect', () => new TypeError('x')],
    ['an outage', unavailable],
  ])('(%s) delays other partitions for one try at a time', async (_, error) => {
    const tries: string[] = [];
    const handle = async (messages: readonly BusMessage[]) => {
      tries.push(offsets(messages));
      now += 30_000;
      if (tries.length <= 4) throw error();
    };
    const partition = stagedPartition({ handle }, (offset) => [aMessage(offset), aMessage(offset + 1)]);
    for (let fetch = 1; fetch <= 4; fetch += 1) {
      expect(await partition.once()).toBe(true);
      expect(tries).toHaveLength(fetch);
    }
    await partition.until(2);
    expect(tries).toEqual(Array.from({ length: 5 }, () => '0,1'));
  });

  it('gets each message alone after five tries, still one try at a time', async () => {
    const tries: string[] = [];
    const letters: string[] = [];
    const deadLetter = async ({ offset }: BusMessage) => void letters.push(offset);
    const handle = async (messages: readonly BusMessage[]) => {
      tries.push(offsets(messages));
      now += 30_000;
      if (messages.some(({ offset }) => offset === '0')) throw new TypeError('x');
    };
    const partition = stagedPartition({ handle, deadLetter }, (offset) =>
      [aMessage(0), aMessage(1)].slice(Math.min(offset, 2)),
    );
    for (let before = 0; partition.stage.next < 2; before = tries.length) {
      await partition.once();
      expect(tries.filter((tried) => tried.startsWith('0')).length - before).toBeLessThanOrEqual(1);
    }
    expect(tries).toEqual([...Array.from({ length: 5 }, () => '0,1'), ...Array.from({ length: 5 }, () => '0'), '1']);
    expect(letters).toEqual(['0']);
  });

  it('is retried at once if it fails at once', async () => {
    let tries = 0;
    const handle = async () => {
      tries += 1;
      if (tries < 3) throw unavailable();
    };
    const partition = stagedPartition({ handle }, () => [aMessage(0)]);
    await partition.once();
    expect([tries, partition.stage.next, partition.stage.pauses]).toEqual([3, 1, 0]);
  });
});

// After a message was given up, only its letter was retried, for ever while Kafka refused it. The handler never ran
// again, although the same outage may have made it fail.
describe('a message that was given up, whose letter cannot be published', () => {
  const stuck = (isHandledAt: number, fault: () => Error = () => new TypeError('x')) => {
    const seen = { handled: 0, letters: 0 };
    const partition = stagedPartition(
      {
        handle: async () => {
          seen.handled += 1;
          if (seen.handled < isHandledAt) throw seen.handled <= 5 ? new TypeError('x') : fault();
        },
        deadLetter: async () => {
          seen.letters += 1;
          if (seen.letters < 4) throw unavailable();
        },
      },
      () => [aMessage(0)],
    );
    return { seen, partition };
  };

  it('is handled as soon as its handler succeeds, and gets no letter', async () => {
    const { seen, partition } = stuck(7);
    await partition.until(1);
    expect(seen).toEqual({ handled: 7, letters: 2 });
  });

  it('gets its letter if its handler still fails', async () => {
    const { seen, partition } = stuck(Infinity);
    await partition.until(1);
    expect(seen).toEqual({ handled: 8, letters: 4 });
  });

  it('gets no letter while its handler fails because of an outage', async () => {
    const { seen, partition } = stuck(20, unavailable);
    await partition.until(1);
    expect(seen).toEqual({ handled: 20, letters: 1 });
  });
});

describe('unreadable ranges', () => {
  const staged = (fetch: (offset: number) => readonly { readonly offset: string }[], end?: () => bigint) => {
    const aside: string[] = [];
    const handled: string[] = [];
    const partition = stagedPartition(
      {
        handle: async (messages) => void handled.push(offsets(messages)),
        setAside: async ({ firstOffset, lastOffset }) => void aside.push(`${firstOffset}-${lastOffset}`),
        endOf: () => (end ? { offset: end(), at: now } : undefined),
      },
      fetch,
    );
    return { aside, handled, ...partition };
  };

  // Each range was fetched five more times, although each of those fetches had also found the later ranges unreadable.
  it('cost the fetches of one range if they are in the same answers', async () => {
    const bad = (offset: bigint) => unreadAtBroker(offset);
    const partition = staged((offset) =>
      [bad(0n), aMessage(1), bad(3n), bad(8n), aMessage(9)].filter((each) => Number(each.offset) >= offset),
    );
    await partition.until(10);
    expect(partition.aside).toEqual(['0-0', '3-3', '8-8']);
    expect(partition.handled).toEqual(['1', '9']);
    expect(partition.stage.fetches).toBe(5);
  });

  it('are fetched five times each if they are not in the same answers', async () => {
    const partition = staged((offset) =>
      offset === 0 || offset === 2 ? [unreadAtBroker(BigInt(offset))] : [aMessage(offset)],
    );
    await partition.until(3);
    expect(partition.aside).toEqual(['0-0', '2-2']);
    expect(partition.stage.fetches).toBe(5 + 1 + 5);
  });

  it('with an unknown end, one behind the other, cost five fetches and then two each', async () => {
    const partition = staged((offset) => [offset < 4 ? unreadAtBroker(BigInt(offset)) : aMessage(offset)]);
    await partition.until(5);
    expect(partition.aside).toEqual(['0-0', '1-1', '2-2', '3-3']);
    expect(partition.stage.fetches).toBe(5 + 2 + 2 + 2 + 1);
  });

  // Each range that was set aside restarted the time, so the operator never heard of a long series of them.
  it('are one standstill until a readable message arrives', async () => {
    const begun = now;
    const partition = staged((offset) => [offset < 3 ? unreadAtBroker(BigInt(offset)) : aMessage(offset)]);
    const standstill = [{ partition: 0, since: begun, code: 'EVENTS_UNREADABLE' }];
    while (partition.stage.next < 3) {
      await partition.once();
      expect(partition.work.inHand()).toEqual(standstill);
      now += 1_000;
    }
    await partition.once();
    expect(partition.work.inHand()).toEqual([]);
  });

  it('are no standstill once the broker has nothing behind them', async () => {
    let end = 0n;
    const partition = staged(
      (offset) => [unreadAtBroker(BigInt(offset))],
      () => end,
    );
    await partition.until(2);
    expect(partition.work.inHand()).toHaveLength(1);
    end = 2n;
    expect(partition.work.inHand()).toEqual([]);
    now += 5_000;
    await partition.once();
    expect(partition.work.inHand()).toMatchObject([{ since: now }]);
  });
});
