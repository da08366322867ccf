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

/** The present state of one document; an entry without a value removes it. */
export interface Entry {
  readonly kind: string;
  readonly key: string;
  readonly value?: unknown;
}

interface DocumentLogOptions {
  /** Without a file nothing is saved. */
  readonly file: string | undefined;
  /** Gets the entries of the file, oldest first. */
  readonly load: (entry: Entry) => void;
  /** All documents as they are now: the file is reduced to them when most of its lines are outdated. */
  readonly live: () => Iterable<Entry>;
  readonly liveCount: () => number;
  /** The file is rewritten when it has this many lines more than twice the number of documents. */
  readonly slack?: number;
}

const asLine = ({ kind, key, value }: Entry): string =>
  `${JSON.stringify(value === undefined ? [kind, key] : [kind, key, value])}\n`;

const writeAll = (fd: number, text: string): void => {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
};

/**
 * Reads whole lines; returns their number and the end of the last one. A torn last line was never acknowledged to a
 * caller.
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

const loadFile = (file: string, load: (entry: Entry) => void): { lines: number; end: number } => {
  if (!existsSync(file)) return { lines: 0, end: 0 };
  return readLines(readFileSync(file), (line, number) => {
    try {
      const [kind, key, value] = JSON.parse(line) as [string, string, unknown];
      load({ kind, key, value });
    } catch (cause) {
      throw new Error(`Line ${number} of ${file} cannot be read`, { cause });
    }
  });
};

/**
 * Saves documents in a file, to which each change is appended as a line, so that a write costs only the size of the
 * change. Flushed lines survive a crash of the process, but not of the machine. When most of the file is outdated, it
 * is rewritten while work goes on.
 */
export const openDocumentLog = ({ file, load, live, liveCount, slack = 50_000 }: DocumentLogOptions) => {
  if (!file) {
    const nothing = (): void => undefined;
    return { write: nothing, flush: nothing, clear: nothing, close: nothing, compacted: () => Promise.resolve() };
  }
  mkdirSync(dirname(file), { recursive: true });
  const { lines: loaded, end: length } = loadFile(file, load);
  let lines = loaded;
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
   * Later lines win: lines written meanwhile go to both files, and the copy gets each document as it is at that moment.
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
    /** Appends a change; it is in the file after the next flush. */
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
    /** Removes everything. */
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
    /** Resolves once no rewrite is under way. */
    compacted: (): Promise<void> => compacting ?? Promise.resolve(),
  };
};
