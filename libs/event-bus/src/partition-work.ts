import { AppError, appErrorOf } from '@boxlist/contracts';
import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { setTimeout as delay } from 'node:timers/promises';
import type { BusLog, DeadLetterReason } from './event-bus';
import type { BusMessage } from './message';
import { pauseMs } from './pause-ms';
import { unreadableOf, type Unreadable } from './record-section';

/** A range of a partition that is set aside without ever having been read. */
export type UnreadableRange = Unreadable & { readonly topic: string; readonly partition: number };

interface Needs {
  readonly handle: (messages: readonly BusMessage[]) => Promise<void>;
  readonly deadLetter: (message: BusMessage, reason: DeadLetterReason) => Promise<void>;
  readonly setAside: (range: UnreadableRange) => Promise<void>;
  /** Where a partition ended when a broker last had nothing more of it, and when that was, in ms. */
  readonly endOf?: (partition: number) => { readonly offset: bigint; readonly at: number } | undefined;
  readonly log: BusLog;
  readonly heartbeatMs: number;
  readonly signal: AbortSignal;
}

/** How many messages are handled, and their offset committed, together. */
const sliceSize = 1_000;
/** How often something that does not pass by itself is tried. */
const mostFaults = 5;
/** How often a range is fetched that may be unreadable by the same damage as the one before it, which was set aside. */
const mostFaultsBehind = 2;
/** For how long a partition waits at most with the others waiting too: that spares a fetch where a moment is enough. */
const inPlaceMs = 1_000;

/** More is no time that a timer can take. */
const mostWaitMs = 2 ** 31 - 1;

/** Messages that failed together. The same ones are retried together, even when more have been written behind them. */
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
  /** Up to this offset messages are handled one by one, since all together they failed. */
  aloneUntil?: bigint;
  /** Since when the messages in hand are being handled, in ms; while ranges are set aside, since the first of them. */
  since?: number;
  /** How many fetches in a row could not read a range, by its first offset. */
  unread: ReadonlyMap<string, number>;
  /** Behind which offset, and when in ms, a range was set aside; absent once something readable has come. */
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

/** The message as the bus tells it; names of headers in small letters. */
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

/** Counts a fetch for each range that it could not read, also for those that will be asked about only later. */
const countUnread = (messages: readonly KafkaMessage[], before: PartitionState['unread']): PartitionState['unread'] =>
  new Map(
    messages.flatMap((message) => {
      const { firstOffset } = unreadableOf(message) ?? {};
      return firstOffset === undefined ? [] : [[firstOffset, (before.get(firstOffset) ?? 0) + 1]];
    }),
  );

const isToSetAside = ({ unread, aside }: PartitionState, { firstOffset, mayPass, isOpen }: Unreadable): boolean => {
  if (!mayPass) return true;
  const isBehind = isOpen && aside?.next === BigInt(firstOffset);
  return (unread.get(firstOffset) ?? 0) >= (isBehind ? mostFaultsBehind : mostFaults);
};

const passesByItself = (error: unknown): boolean => ['unavailable', 'throttled'].includes(appErrorOf(error).kind);

const isBeyond = (offset: string, last: string): boolean => BigInt(offset) > BigInt(last);

/** What is handled together next: at least one message. */
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

/** Keeps the session alive while work takes longer than it. */
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

/**
 * Handles the messages of each partition in order and commits their offsets. A failure is retried at first in place,
 * while the others wait; after a second, the partition alone is paused between tries, so that it holds up no other. The
 * number of tries is kept for as long as the partition is assigned to this member.
 */
export const createPartitionWork = (needs: Needs) => {
  const { handle, deadLetter, setAside, endOf, log, heartbeatMs, signal } = needs;
  const states = new Map<number, PartitionState>();

  const stateOf = (partition: number): PartitionState => {
    const state = states.get(partition) ?? { waitsUntil: 0, unread: new Map<string, number>() };
    states.set(partition, state);
    return state;
  };

  const retryOf = (state: PartitionState, { firstOffset, lastOffset, unreadable }: Slice): Retry => {
    const isUnreadable = unreadable !== undefined;
    const { retry } = state;
    if (retry?.firstOffset === firstOffset && retry.isUnreadable === isUnreadable) return retry;
    return (state.retry = { firstOffset, lastOffset, isUnreadable, attempts: 0, faults: 0 });
  };

  /** Lets a partition rest alone. */
  const rest = (payload: EachBatchPayload, state: PartitionState, ms: number): void => {
    clearTimeout(state.timer);
    if (signal.aborted) return;
    state.resume = payload.pause();
    state.waitsUntil = Date.now() + ms;
    state.timer = setTimeout(() => {
      state.waitsUntil = 0;
      state.resume?.();
    }, ms);
  };

  /** Whether nothing is behind what was set aside: then nothing stands still. */
  const isCaughtUp = (partition: number, { aside }: PartitionState): boolean => {
    const end = endOf?.(partition);
    return aside !== undefined && end !== undefined && end.at >= aside.at && end.offset >= aside.next;
  };

  /**
   * Ends with a letter. What keeps the letter back may be what made the handler fail: then that is asked again first.
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

  /** How long to wait after a failure, in ms; 0 where something else is tried at once. */
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
    // Whoever throttles knows best for how long.
    const told = kind === 'throttled' ? retryAfterMs : undefined;
    return Math.min(told ?? pauseMs(retry.attempts), mostWaitMs);
  };

  /** Takes what kafkajs has fetched of one partition, as far as it gets. */
  const take = async (payload: EachBatchPayload): Promise<void> => {
    const { topic, partition } = payload.batch;
    const state = stateOf(partition);
    const early = state.waitsUntil - Date.now();
    // The member was begun anew meanwhile, and forgot that it is paused.
    if (early > 0) return rest(payload, state, early);
    state.unread = countUnread(payload.batch.messages, state.unread);
    if (isCaughtUp(partition, state)) state.since = state.aside = undefined;
    const beating = <T>(work: () => Promise<T>): Promise<T> =>
      withHeartbeat(() => payload.heartbeat(), heartbeatMs, work);
    /** Since when something that fails holds up the others, in ms. */
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
        // What was damaged on its way is fetched again.
        if (Date.now() - heldSince + ms > inPlaceMs || slice.unreadable) return rest(payload, state, ms);
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
    /** Forgets what was tried of partitions that are another member's now. */
    assigned: (partitions: readonly number[]): void => {
      for (const [partition, state] of states) if (!partitions.includes(partition)) forget(partition, state);
    },
    /** Since when the messages in hand of each partition are being handled, in ms, and how that failed last. */
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
