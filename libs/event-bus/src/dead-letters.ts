import { createHash } from 'node:crypto';
import type { DeadLetterReason } from './event-bus';
import type { BusMessage, NewMessage } from './message';
import type { UnreadableRange } from './partition-work';

const ownPrefix = 'dead-letter-';
const mostKeyBytes = 1_024;
const mostHeaderBytes = 8_192;

/** The original headers of a message, without those that the bus added to an earlier dead letter. */
const headersOf = ({ headers }: BusMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(ownPrefix)));

const ownHeaders = ({ code, reason }: DeadLetterReason) => ({
  'dead-letter-code': code,
  'dead-letter-reason': reason,
  'dead-letter-at': new Date().toISOString(),
});

/** A message that could not be used, unchanged, with the reason in its headers. */
export const deadLetterOf = (message: BusMessage, plainTopic: string, reason: DeadLetterReason): NewMessage => ({
  key: message.key ?? '',
  value: message.value ?? '',
  headers: {
    ...headersOf(message),
    ...ownHeaders(reason),
    'original-topic': plainTopic,
    'original-partition': String(message.partition),
    'original-offset': message.offset,
  },
});

/** Headers that describe content which the letter leaves out. */
const contentLeft = (size: number, sha256: string) => ({
  'dead-letter-content': 'left out',
  'dead-letter-size': String(size),
  'dead-letter-sha256': sha256,
});

const sizeOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** The same letter without its value, and without its key or headers if they are large. */
export const withoutContent = ({ key, value, headers = {} }: NewMessage): NewMessage => {
  const own = Object.entries(headers).filter(([name]) => name.startsWith(ownPrefix) || name.startsWith('original-'));
  const isSmall = sizeOf(Object.entries(headers).flat()) <= mostHeaderBytes;
  return {
    key: sizeOf([key]) <= mostKeyBytes ? key : '',
    value: '',
    headers: {
      ...(isSmall ? headers : Object.fromEntries(own)),
      ...contentLeft(Buffer.byteLength(value), createHash('sha256').update(value).digest('hex')),
    },
  };
};

/** The letter for a range that could not be read. It has no content. */
export const deadLetterOfRange = (range: UnreadableRange, plainTopic: string): NewMessage => ({
  key: '',
  value: '',
  headers: {
    ...ownHeaders({ code: 'EVENTS_UNREADABLE', reason: range.reason }),
    'original-topic': plainTopic,
    'original-partition': String(range.partition),
    'original-offset': range.firstOffset,
    'original-last-offset': range.lastOffset,
    ...contentLeft(range.size, range.sha256),
  },
});
