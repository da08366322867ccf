import type { LogFields } from '@boxlist/contracts';
import type { BusMessage, NewMessage } from './message';

/** The log of the bus: that of the service. */
export interface BusLog {
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
}

/** TLS, and a sign-in if the brokers demand one. */
export interface KafkaSecurity {
  /** Certificates of the authorities to trust (PEM). Default: those that Node.js trusts. */
  readonly ca?: string;
  /** The client's certificate and private key (PEM). */
  readonly cert?: string;
  readonly key?: string;
  readonly signIn?:
    | {
        readonly mechanism: 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | {
        readonly mechanism: 'oauthbearer';
        /** A token that is valid now. Asked for at each sign-in. */
        readonly token: () => Promise<string>;
      };
}

export interface EventBusOptions {
  readonly brokers: readonly string[];
  /** Default: neither TLS nor a sign-in. */
  readonly security?: KafkaSecurity;
  readonly clientId: string;
  /** Prefix of every topic and group name; '' in production. */
  readonly topicPrefix?: string;
  readonly log: BusLog;
  /** Time without progress after which a partition stands still. Default: one minute. */
  readonly standsStillAfterMs?: number;
}

/** How to create a topic. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly compacted: boolean;
  readonly retentionMs?: number;
}

export interface Consumer {
  /** The same as `EventBus.caughtUp` for the group of this consumer. */
  caughtUp(timeoutMs: number): Promise<boolean>;
  close(): Promise<void>;
}

/** Why a message could not be used. */
export interface DeadLetterReason {
  readonly code: string;
  readonly reason: string;
}

export interface EventBus {
  /** Creates the missing topics. Many processes may call it at once. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Writes messages with acks=all by an idempotent producer, in the sequence of the calls. Resolves once Kafka has
   * acknowledged them.
   *
   * Throws KAFKA_UNAVAILABLE if Kafka did not acknowledge. The messages may still have been written, so publishing
   * them again may write them twice, and consumers must tolerate that. Throws KAFKA_TLS_FAILED, KAFKA_SIGN_IN_REFUSED
   * or KAFKA_FORBIDDEN if Kafka keeps this client out. Throws EVENT_TOO_LARGE if Kafka refuses one
   * message because of its size. That message and the ones after it are not written; `index` in the details names it.
   */
  publish(topic: string, messages: readonly NewMessage[]): Promise<void>;
  /**
   * Publishes a message that could not be understood, unchanged, with the reason in its headers. If Kafka refuses it
   * because of its size, the letter names size and hash instead of the content (`dead-letter-content`, `-size`,
   * `-sha256`).
   */
  deadLetter(message: BusMessage, reason: DeadLetterReason): Promise<void>;
  /**
   * Reads a topic as a member of a group. Creates the topic's dead-letter topic if it is missing, even for a topic
   * that itself holds dead letters.
   */
  consumeBatches(subscription: BatchSubscription): Promise<Consumer>;
  /**
   * Waits until a group has committed every message that was on the topic at the call, whichever process reads it.
   * Resolves with false after the timeout, or if Kafka did not answer.
   */
  caughtUp(of: Pick<BatchSubscription, 'topic' | 'groupId'>, timeoutMs: number): Promise<boolean>;
  /** The consumers and partitions of this bus without progress for longer than `standsStillAfterMs`. */
  standing(): readonly Standstill[];
  /** For readiness: throws EVENTS_STAND_STILL while there is any standstill. */
  checkProgress(): Promise<void>;
  /**
   * For readiness: throws KAFKA_UNAVAILABLE if Kafka does not answer, KAFKA_TLS_FAILED or KAFKA_SIGN_IN_REFUSED if it
   * keeps this client out, and KAFKA_FORBIDDEN while a topic or group that this bus uses is forbidden to it.
   */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface BatchSubscription {
  readonly topic: string;
  readonly groupId: string;
  /**
   * Handles messages of one partition, in sequence. When it resolves, their offsets are committed. When it throws,
   * the messages come again. Errors of kind `unavailable` and `throttled` are retried for ever with growing pauses.
   * Any other error is retried five times; then the messages come one by one, so that only the faulty one goes to the
   * dead-letter topic. A waiting partition does not delay the others.
   */
  readonly handle: (messages: readonly BusMessage[]) => Promise<void>;
}

/** A partition, or a whole consumer, without progress for longer than the setting. No personal data. */
export interface Standstill {
  readonly topic: string;
  readonly groupId: string;
  /** Null if the consumer receives nothing at all. */
  readonly partition: number | null;
  readonly since: Date;
  /** The code of the last failure, if known. */
  readonly code: string | null;
}
