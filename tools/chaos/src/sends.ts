import { existsSync, readFileSync } from 'node:fs';
import { mostInASecond } from './permits';

/**
 * A call as the process that made it saw it: when it was asked for and when it was written to its connection, in ms.
 */
export interface Sent {
  readonly made: number;
  readonly sent: number;
}

/** From when to when a process was held still. */
export interface Still {
  readonly from: number;
  readonly to: number;
}

/** A held process comes to its first write at most so long after it was let go. */
const firstWriteMs = 50;

/**
 * The one call that nobody can hold back: it was made, its process was stopped before the write, and the write is the
 * first thing it did when it went on.
 */
export const wasHeldBack = ({ made, sent }: Sent, held: readonly Still[]): boolean =>
  held.some(({ from, to }) => made <= from && sent >= to && sent - to <= firstWriteMs);

/** The most calls that were written within any second. */
export const mostSentInASecond = (sends: readonly Sent[]): number => {
  const counts = new Map<number, number>();
  for (const { sent } of sends) counts.set(sent, (counts.get(sent) ?? 0) + 1);
  return mostInASecond(counts);
};

/** What a process noted in its file; a line that a kill cut off is left out. */
export const readSends = (file: string): Sent[] =>
  (existsSync(file) ? readFileSync(file, 'utf8') : '').split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Sent];
    } catch {
      return [];
    }
  });
