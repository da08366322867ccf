import { existsSync, readFileSync } from 'node:fs';
import { mostInASecond } from './permits';

/**
 * A call as recorded by the process that made it: the times when it was made and when it was written to its connection,
 * in ms.
 */
export interface Sent {
  readonly made: number;
  readonly sent: number;
}

/** The beginning and the end of a pause of a process, in ms. */
export interface Still {
  readonly from: number;
  readonly to: number;
}

/** A paused process makes its first write at most this long after it continues. */
const firstWriteMs = 50;

/**
 * Whether a call could not be prevented: it was made, its process was paused before the write, and the write was the
 * first thing after the pause.
 */
export const wasHeldBack = ({ made, sent }: Sent, held: readonly Still[]): boolean =>
  held.some(({ from, to }) => made <= from && sent >= to && sent - to <= firstWriteMs);

/** The most calls that were written within any second. */
export const mostSentInASecond = (sends: readonly Sent[]): number => {
  const counts = new Map<number, number>();
  for (const { sent } of sends) counts.set(sent, (counts.get(sent) ?? 0) + 1);
  return mostInASecond(counts);
};

/** The calls that a process recorded in its file; a line that a kill cut off is left out. */
export const readSends = (file: string): Sent[] =>
  (existsSync(file) ? readFileSync(file, 'utf8') : '').split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Sent];
    } catch {
      return [];
    }
  });
