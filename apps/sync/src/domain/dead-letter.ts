import { cloudEventModeOf, idPrefixes, isId, maxOrderEventBytes, utf8Of, type BoxOfficeId } from '@boxlist/contracts';
import { createHash } from 'node:crypto';

/** The header that marks an event as replayed. */
export const replayHeader = 'boxlist-replay-of';

const ownHeaders = /^(?:dead-letter-.*|original-(?:topic|partition|offset|last-offset))$/;
const mostHeaderBytes = 8_192;

/** A message of a dead-letter topic, as received. */
export interface LetterMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** The event as its producer wrote it. */
export interface OriginalMessage {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A position on a topic: one event, or a range of offsets that sync could not read. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: string;
  readonly lastOffset: string;
}

/** Size and hash of content that was not kept. */
export interface LeftOut {
  readonly bytes: number;
  readonly sha256: string;
}

/** A dead letter as sync reads it. */
export interface ReadLetter {
  readonly id: string;
  /** Null when the message names no box office, or two. */
  readonly boxOfficeId: BoxOfficeId | null;
  readonly orderId: string | null;
  readonly code: string;
  readonly reason: string;
  readonly at: Date;
  /** The id of the replayed letter, as the message states it. */
  readonly replayOf: string | null;
  readonly place: Place;
  /** Null when the letter has its content. */
  readonly leftOut: LeftOut | null;
  /** Null for an event without content, and for one that is too large for sync to accept anyway. */
  readonly original: OriginalMessage | null;
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const bodyOf = (value: Buffer): Record<string, unknown> => {
  try {
    return object(JSON.parse(utf8Of(value)));
  } catch {
    return {};
  }
};

/** Reads a dead letter without trusting any of it. An event has the same id however often it becomes a dead letter. */
export const readLetter = ({ topic, partition, offset, key, value, headers }: LetterMessage, now: Date): ReadLetter => {
  const bytes = value ?? Buffer.alloc(0);
  const body = bodyOf(bytes);
  const isBinary = cloudEventModeOf(headers) === 'binary';
  const statedAt = Date.parse(headers['dead-letter-at'] ?? '');
  const kept = Object.entries(headers).filter(([name]) => !ownHeaders.test(name) && name !== replayHeader);
  const leftOut = leftOutOf(headers);
  const fits =
    leftOut === null &&
    bytes.length > 0 &&
    bytes.length <= maxOrderEventBytes &&
    kept.reduce((sum, [name, text]) => sum + name.length + Buffer.byteLength(text), 0) <= mostHeaderBytes;
  const replayOf = headers[replayHeader];
  const position = [
    headers['original-topic'] ?? topic,
    headers['original-partition'] ?? String(partition),
    headers['original-offset'] ?? offset,
  ] as const;
  return {
    id: letterId(replayOf === undefined ? position : [replayOf], bytes),
    boxOfficeId: tenantOf([
      /^(bo_[^:]*)(?::|$)/.exec(key ?? '')?.[1],
      isBinary ? headers.ce_boxofficeid : body.boxofficeid,
    ]),
    orderId: orderIdOf([
      isBinary ? body.id : object(body.data).id,
      isBinary ? headers.ce_subject : body.subject,
      /^bo_[^:]*:(.*)$/.exec(key ?? '')?.[1],
    ]),
    code: /^[A-Z_]{1,40}$/.exec(headers['dead-letter-code'] ?? '')?.[0] ?? 'BAD_EVENT',
    reason: reasonOf(headers['dead-letter-reason'] ?? '', leftOut),
    place: {
      topic: position[0],
      partition: Number(position[1]),
      firstOffset: position[2],
      lastOffset: headers['original-last-offset'] ?? position[2],
    },
    leftOut,
    at: Number.isNaN(statedAt) || statedAt > now.getTime() ? now : new Date(statedAt),
    replayOf: replayOf !== undefined && isId('deadLetter', replayOf) ? replayOf : null,
    original: fits ? { key: key ?? '', value: bytes, headers: kept } : null,
  };
};

const letterId = (from: readonly string[], bytes: Buffer): string =>
  `${idPrefixes.deadLetter}${createHash('sha256')
    .update(`${from.join('\n')}\n`)
    .update(bytes)
    .digest('base64url')
    .slice(0, 26)}`;

const tenantOf = (named: readonly unknown[]): BoxOfficeId | null => {
  const all = new Set(named.filter((each) => typeof each === 'string'));
  const [only] = all;
  return all.size === 1 && only !== undefined && isId('boxOffice', only) ? only : null;
};

/** Anything but a plain order id may be personal data, such as a name. */
const orderIdOf = (named: readonly unknown[]): string | null =>
  named.filter((each) => typeof each === 'string').find((each) => /^or_[A-Za-z0-9_-]{1,77}$/.test(each)) ?? null;

const reasonOf = (text: string, leftOut: LeftOut | null): string => {
  const reason = text === '' || text.includes('@') ? 'Boxlist could not read it' : text.slice(0, 400);
  return leftOut ? `${reason}. Boxlist did not keep its content (${leftOut.bytes} bytes). Have it sent again.` : reason;
};

/** The intake sets this header when the content is too large for a dead letter or could not be read. */
const leftOutOf = (headers: LetterMessage['headers']): LeftOut | null =>
  headers['dead-letter-content'] === 'left out'
    ? { bytes: Number(headers['dead-letter-size']) || 0, sha256: headers['dead-letter-sha256'] ?? '' }
    : null;
