import { AppError, appErrorOf } from '@boxlist/contracts';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BusLog, DeadLetterReason } from './event-bus';
import type { BusMessage } from './message';
import { pauseMs } from './pause-ms';
import { unreadableOf, type Unreadable } from './record-section';

/** A range of a partition that is set aside because it cannot be read. */
export type UnreadableRange = Unreadable & { readonly topic: string; readonly partition: number };

interface Needs {
  readonly handle: (messages: readonly BusMessage[]) => Promise<void>;
  readonly deadLetter: (message: BusMessage, reason: DeadLetterReason) => Promise<void>;
  readonly setAside: (range: UnreadableRange) => Promise<void>;
  /** The end of a partition when a broker last had no more messages of it, and the time of that in milliseconds. */
  readonly endOf?: (partition: number) => { readonly offset: bigint; readonly at: number } | undefined;
  readonly log: BusLog;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

/** The number of messages that are handled together and committed with one offset. */
const sliceSize = 1_000;
/** The number of tries for a failure that does not pass by itself. */
const mostFaults = 5;
/**
 * The number of fetches for a range right behind one that was set aside, which may be unreadable through the same
 * damage.
 */
const mostFaultsBehind = 2;
/** The longest time for which a partition waits while the others wait with it. A short wait saves another fetch. */
const inPlaceMs = 1_000;

/** The longest delay that a timer accepts. */
const mostWaitMs = 2 ** 31 - 1;

/** Messages that failed together. The same messages are retried together, even if newer ones follow them. */
interface Retry {
  readonly firstOffset: string;
  readonly lastOffset: string;
  readonly isUnreadable: boolean;
  attempts: number;
  faults: number;
  lastError?: unknown;
  /** The last failure that does not pass by itself. */
  fault?: unknown;
  /** Its dead letter could not be published. */
  isLetterDue?: boolean;
}

interface PartitionState {
  retry?: Retry;
  /** Messages up to this offset are handled one by one, because they failed together. */
  aloneUntil?: bigint;
  /**
   * Since when the current messages are being handled, in milliseconds. While ranges are set aside: since the first
   * of them.
   */
  since?: number;
  /** The number of consecutive fetches that could not read a range, by the first offset of the range. */
  unread: ReadonlyMap<string, number>;
  /**
   * The offset behind the last range that was set aside, and when that was in milliseconds. Absent once a readable
   * message has arrived.
   */
  aside?: { readonly next: bigint; readonly at: number };
  waitsUntil: number;
  timer?: NodeJS.Timeout;
  resume?: () => void;
}

interface Slice {
  readonly messages: readonly BusMessage[];
  readonly unreadable?: Unreadable;
  readonly firstOffset: string;
  readonly lastOffset: string;
}

/** The bus's form of a message. Header names are in lower case. */
const busMessageOf = (topic: string, partition: number, message: KafkaMessage): BusMessage => ({
  topic,
  partition,
  offset: message.offset,
  key: message.key?.toString() ?? null,
  value: message.value,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  ),
});

/** Counts a fetch for each range that it could not read, even for ranges that are handled only later. */
const countUnread = (messages: readonly KafkaMessage[], before: PartitionState['unread']): PartitionState['unread'] =>
  new Map(
    messages.flatMap((message) => {
      const { firstOffset } = unreadableOf(message) ?? {};
      return firstOffset === undefined ? [] : [[firstOffset, (before.get(firstOffset) ?? 0) + 1]];
    }),
  );

const isToSetAside = (
  { unread, aside }: PartitionState,
  { firstOffset, mayPass, isOpenEnded }: Unreadable,
): boolean => {
  if (!mayPass) return true;
  const isBehind = isOpenEnded && aside?.next === BigInt(firstOffset);
  return (unread.get(firstOffset) ?? 0) >= (isBehind ? mostFaultsBehind : mostFaults);
};

const passesByItself = (error: unknown): boolean => ['unavailable', 'throttled'].includes(appErrorOf(error).kind);

const isBeyond = (offset: string, last: string): boolean => BigInt(offset) > BigInt(last);

/** The messages to handle together next: at least one. */
const sliceAt = (
  { batch }: EachBatchPayload,
  start: number,
  { retry, aloneUntil }: PartitionState,
): Slice | undefined => {
  const { topic, partition, messages } = batch;
  const head = messages[start];
  if (!head) return undefined;
  const unreadable = unreadableOf(head);
  if (unreadable) return { messages: [], unreadable, ...unreadable };
  const isAlone = aloneUntil !== undefined && BigInt(head.offset) <= aloneUntil;
  const last = retry?.firstOffset === head.offset && !retry.isUnreadable ? retry.lastOffset : undefined;
  const most = messages.slice(start, start + (isAlone ? 1 : sliceSize));
  const end = most.findIndex(
    (message) => unreadableOf(message) !== undefined || (last !== undefined && isBeyond(message.offset, last)),
  );
  const slice = end < 0 ? most : most.slice(0, end);
  return {
    messages: slice.map((message) => busMessageOf(topic, partition, message)),
    firstOffset: head.offset,
    lastOffset: slice.at(-1)?.offset ?? head.offset,
  };
};

/** Keeps the session alive while work takes longer than the session. */
const withHeartbeat = async <T>(
  heartbeat: () => Promise<void>,
  everyMs: number,
  work: () => Promise<T>,
): Promise<T> => {
  const timer = setInterval(() => void heartbeat().catch(() => undefined), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

const retryOf = (state: PartitionState, { firstOffset, lastOffset, unreadable }: Slice): Retry => {
  const isUnreadable = unreadable !== undefined;
  const { retry } = state;
  if (retry?.firstOffset === firstOffset && retry.isUnreadable === isUnreadable) return retry;
  return (state.retry = { firstOffset, lastOffset, isUnreadable, attempts: 0, faults: 0 });
};

/** Tries a slice once (`act`), and decides what follows a failed try (`failed`). */
const createTries = ({ handle, deadLetter, setAside, log }: Needs) => {
  /**
   * Publishes a dead letter. If that failed before, the handler runs again first, because the same outage may have
   * made the handler fail.
   */
  const giveUp = async (message: BusMessage, retry: Retry): Promise<void> => {
    try {
      if (retry.isLetterDue) return await handle([message]);
    } catch (error) {
      if (passesByItself(error)) throw error;
      retry.fault = error;
    }
    retry.isLetterDue = true;
    await deadLetter(message, {
      code: codeOf(retry.fault),
      reason: 'Boxlist could not process the message; see the log',
    });
  };

  const act = async (batch: EachBatchPayload['batch'], slice: Slice, state: PartitionState, retry: Retry) => {
    const { topic, partition } = batch;
    const { messages, unreadable } = slice;
    if (unreadable) {
      if (!isToSetAside(state, unreadable)) throw new AppError('EVENTS_UNREADABLE', unreadable.reason);
      return setAside({ topic, partition, ...unreadable });
    }
    const [only] = messages;
    return retry.faults >= mostFaults && only ? giveUp(only, retry) : handle(messages);
  };

  /** The wait after a failure in milliseconds; 0 if the next step follows at once. */
  const failed = (state: PartitionState, slice: Slice, retry: Retry, error: unknown): number => {
    const { kind, retryAfterMs } = appErrorOf(error);
    const isFault = !passesByItself(error);
    retry.attempts += 1;
    retry.lastError = error;
    if (isFault) {
      retry.faults += 1;
      retry.fault = error;
    }
    log.warn({ err: error, kind, attempt: retry.attempts, count: slice.messages.length }, 'events.retried');
    if (isFault && retry.faults === mostFaults) {
      if (slice.messages.length > 1) {
        state.aloneUntil = BigInt(slice.lastOffset);
        state.retry = undefined;
      }
      return 0;
    }
    // The throttling service knows best how long to wait.
    const retryAfter = kind === 'throttled' ? retryAfterMs : undefined;
    return Math.min(retryAfter ?? pauseMs(retry.attempts), mostWaitMs);
  };

  return { act, failed };
};

/** Pauses one partition, unless the work is over. */
const pausePartition = (payload: EachBatchPayload, state: PartitionState, ms: number, signal: AbortSignal): void => {
  clearTimeout(state.timer);
  if (signal.aborted) return;
  state.resume = payload.pause();
  state.waitsUntil = Date.now() + ms;
  state.timer = setTimeout(() => {
    state.waitsUntil = 0;
    state.resume?.();
  }, ms);
};

/**
 * Handles the messages of each partition in sequence and commits their offsets. After a failure it retries in place
 * for up to a second, while the other partitions wait. After that it pauses only this partition between tries. The
 * number of tries is kept for as long as the partition is assigned to this member.
 */
export const createPartitionWork = (needs: Needs) => {
  const { endOf, heartbeatMs, signal } = needs;
  const { act, failed } = createTries(needs);
  const states = new Map<number, PartitionState>();

  const stateOf = (partition: number): PartitionState => {
    const state = states.get(partition) ?? { waitsUntil: 0, unread: new Map<string, number>() };
    states.set(partition, state);
    return state;
  };

  /** Whether nothing follows the ranges that were set aside. Then the partition does not stand still. */
  const isCaughtUp = (partition: number, { aside }: PartitionState): boolean => {
    const end = endOf?.(partition);
    return aside !== undefined && end !== undefined && end.at >= aside.at && end.offset >= aside.next;
  };

  /** Handles the messages that kafkajs has fetched of one partition, as far as possible. */
  const take = async (payload: EachBatchPayload): Promise<void> => {
    const { topic, partition } = payload.batch;
    const state = stateOf(partition);
    const early = state.waitsUntil - Date.now();
    // kafkajs restarted the member meanwhile and forgot the pause.
    if (early > 0) return pausePartition(payload, state, early, signal);
    state.unread = countUnread(payload.batch.messages, state.unread);
    if (isCaughtUp(partition, state)) state.since = state.aside = undefined;
    const beating = <T>(work: () => Promise<T>): Promise<T> =>
      withHeartbeat(() => payload.heartbeat(), heartbeatMs, work);
    /** Since when a failure delays the other partitions, in milliseconds. */
    let heldSince: number | undefined;
    for (let start = 0; payload.isRunning() && !payload.isStale() && !signal.aborted;) {
      const slice = sliceAt(payload, start, state);
      if (!slice) return;
      state.since ??= Date.now();
      const retry = retryOf(state, slice);
      const triedAt = Date.now();
      try {
        await beating(() => act(payload.batch, slice, state, retry));
      } catch (error) {
        const ms = failed(state, slice, retry, error);
        heldSince ??= triedAt;
        // Data that was damaged in transit must be fetched again.
        if (Date.now() - heldSince + ms > inPlaceMs || slice.unreadable)
          return pausePartition(payload, state, ms, signal);
        await beating(() => delay(ms, undefined, { signal })).catch(() => undefined);
        continue;
      }
      const next = BigInt(slice.lastOffset) + 1n;
      state.retry = undefined;
      if (!slice.unreadable) state.since = undefined;
      state.aside = slice.unreadable && { next, at: Date.now() };
      if (payload.isStale()) return;
      payload.resolveOffset(slice.lastOffset);
      const partitions = [{ partition, offset: next.toString() }];
      await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
      await payload.heartbeat();
      start += Math.max(1, slice.messages.length);
    }
  };

  const forget = (partition: number, state: PartitionState): void => {
    clearTimeout(state.timer);
    state.resume?.();
    states.delete(partition);
  };

  return {
    take,
    /** Forgets the tries of partitions that now belong to another member. */
    assigned: (partitions: readonly number[]): void => {
      for (const [partition, state] of states) if (!partitions.includes(partition)) forget(partition, state);
    },
    /**
     * Since when the current messages of each partition are being handled, in milliseconds, and the code of the last
     * failure.
     */
    inHand: (): readonly { readonly partition: number; readonly since: number; readonly code: string | null }[] =>
      [...states].flatMap(([partition, state]) => {
        const { since, retry, aside } = state;
        if (since === undefined || isCaughtUp(partition, state)) return [];
        const code = retry?.attempts ? codeOf(retry.lastError) : aside ? 'EVENTS_UNREADABLE' : null;
        return [{ partition, since, code }];
      }),
    close: (): void => {
      for (const { timer } of states.values()) clearTimeout(timer);
    },
  };
};

const codeOf = (error: unknown): string => appErrorOf(error).code;
