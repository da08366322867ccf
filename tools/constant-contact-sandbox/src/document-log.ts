import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

/** The present state of one document; without a value it is removed. */
export interface Entry {
  readonly kind: string;
  readonly key: string;
  readonly value?: unknown;
}

interface DocumentLogOptions {
  /** No file: nothing is kept. */
  readonly file: string | undefined;
  /** Takes what the file holds, oldest first. */
  readonly load: (entry: Entry) => void;
  /** All documents as they are now: what the file shrinks to when most of its lines are outdated. */
  readonly live: () => Iterable<Entry>;
  readonly liveCount: () => number;
  /** Lines beyond twice the documents before the file is rewritten. */
  readonly slack?: number;
}

const asLine = ({ kind, key, value }: Entry): string =>
  `${JSON.stringify(value === undefined ? [kind, key] : [kind, key, value])}\n`;

const writeAll = (fd: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
};

/**
 * Reads whole lines; returns how many there were and where the last one ends. A torn last line was never answered for.
 */
const readLines = (bytes: Buffer, take: (line: string, number: number) => void): { lines: number; end: number } => {
  let lines = 0;
  let start = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
    lines += 1;
    take(bytes.toString('utf8', start, end), lines);
    start = end + 1;
  }
  return { lines, end: start };
};

/**
 * Keeps documents in a file to which each change is appended as a line, so that a write costs the size of what changed.
 * What was flushed survives the death of the process, not that of the machine. The file is rewritten beside the running
 * work when most of it is outdated.
 */
export const openDocumentLog = ({ file, load, live, liveCount, slack = 50_000 }: DocumentLogOptions) => {
  if (!file) {
    const nothing = (): void => undefined;
    return { write: nothing, flush: nothing, clear: nothing, close: nothing, compacted: () => Promise.resolve() };
  }
  mkdirSync(dirname(file), { recursive: true });
  let lines = 0;
  let length = 0;
  if (existsSync(file)) {
    ({ lines, end: length } = readLines(readFileSync(file), (line, number) => {
      try {
        const [kind, key, value] = JSON.parse(line) as [string, string, unknown];
        load({ kind, key, value });
      } catch (cause) {
        throw new Error(`Line ${number} of ${file} cannot be read`, { cause });
      }
    }));
  }
  let fd = openSync(file, 'a');
  ftruncateSync(fd, length);
  let pending = '';
  let copy: { fd: number; lines: number } | undefined;
  let compacting: Promise<void> | undefined;

  const flush = (): void => {
    if (pending === '') return;
    const text = pending;
    pending = '';
    writeAll(fd, text);
    if (copy) writeAll(copy.fd, text);
  };

  /**
   * Later lines win: what is written meanwhile goes to both files, and the copy takes each document as it is at its
   * turn.
   */
  const compact = async (): Promise<void> => {
    flush();
    const mine = { fd: openSync(`${file}.new`, 'w'), lines: 0 };
    copy = mine;
    let slice = '';
    for (const entry of live()) {
      slice += asLine(entry);
      mine.lines += 1;
      if (slice.length < 262_144) continue;
      writeAll(mine.fd, slice);
      slice = '';
      await turn();
      if (copy !== mine) return;
    }
    writeAll(mine.fd, slice);
    flush();
    renameSync(`${file}.new`, file);
    closeSync(fd);
    ({ fd, lines } = mine);
    copy = undefined;
  };

  const giveUpCopy = (): void => {
    if (!copy) return;
    closeSync(copy.fd);
    rmSync(`${file}.new`, { force: true });
    copy = undefined;
  };

  return {
    /** Notes a change; it is in the file after the next flush. */
    write: (entry: Entry): void => {
      pending += asLine(entry);
      lines += 1;
      if (copy) copy.lines += 1;
      if (pending.length > 1_048_576) flush();
      if (!compacting && lines > 2 * liveCount() + slack)
        compacting = compact().finally(() => {
          compacting = undefined;
        });
    },
    flush,
    /** Forgets everything. */
    clear: (): void => {
      giveUpCopy();
      pending = '';
      lines = 0;
      ftruncateSync(fd, 0);
    },
    close: (): void => {
      flush();
      giveUpCopy();
      closeSync(fd);
    },
    /** Resolves when no rewriting is under way. */
    compacted: (): Promise<void> => compacting ?? Promise.resolve(),
  };
};
