import type { BusMessage, NewMessage } from './message';

/** What the bus logs with: any pino logger fits. */
export interface BusLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface EventBusOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Put before every topic and group name; '' in production. */
  readonly topicPrefix?: string;
  readonly log: BusLog;
  /** After how long without progress a partition stands still; a minute when absent. */
  readonly standsStillAfterMs?: number;
}

/** How a topic is to be made. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly compacted: boolean;
  readonly retentionMs?: number;
}

export interface Consumer {
  /** `EventBus.caughtUp` of its own group. */
  caughtUp(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Why a message could not be used. */
export interface DeadLetterReason {
  readonly code: string;
  readonly reason: string;
}

export interface EventBus {
  /** Creates the topics that do not exist. Safe to call by many processes at once. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Writes messages with acks=all by an idempotent producer, in the order of the calls. Resolves once acknowledged;
   * throws KAFKA_UNAVAILABLE, and then they may have been written all the same: whoever publishes them again may have
   * them twice, and whoever reads must bear that. Throws EVENT_TOO_LARGE when Kafka refuses one message for its size:
   * that one and those after it are not written; `index` in the details says which.
   */
  publish(topic: string, messages: readonly NewMessage[]): Promise<void>;
  /**
   * Publishes a message that could not be understood, unchanged, with the reason in its headers. When Kafka refuses it
   * for its size, it goes without its content, by size and hash (`dead-letter-content`, `-size`, `-sha256`).
   */
  deadLetter(message: BusMessage, reason: DeadLetterReason): Promise<void>;
  /**
   * Reads a topic as a member of a group. Creates its dead-letter topic where there is none, also that of a dead-letter
   * topic.
   */
  consumeBatches(subscription: BatchSubscription): Promise<Consumer>;
  /**
   * Waits until a group has committed everything that was on the topic at the time of the call, whichever process reads
   * it. False when that took longer than the timeout, or Kafka did not answer.
   */
  caughtUp(of: Pick<BatchSubscription, 'topic' | 'groupId'>, timeoutMs: number): Promise<boolean>;
  /** What of this bus's consumers has made no progress for longer than `standsStillAfterMs`. */
  standing(): readonly Standstill[];
  /** Readiness: throws EVENTS_STAND_STILL while there is any. */
  checkProgress(): Promise<void>;
  /** Readiness: throws KAFKA_UNAVAILABLE. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface BatchSubscription {
  readonly topic: string;
  readonly groupId: string;
  /**
   * Handles messages of one partition, in order. When it resolves their offsets are committed; when it throws they come
   * again: `unavailable` and `throttled` for ever with growing pauses, anything else five times and then message by
   * message, so that only the one at fault goes to the dead-letter topic. A partition that waits holds up no other.
   */
  readonly handle: (messages: readonly BusMessage[]) => Promise<void>;
}

/** A partition, or a whole consumer, that has made no progress for longer than the setting. No personal data. */
export interface Standstill {
  readonly topic: string;
  readonly groupId: string;
  /** Null where the consumer gets nothing to read at all. */
  readonly partition: number | null;
  readonly since: Date;
  /** The code of the last failure, where it is known. */
  readonly code: string | null;
}
