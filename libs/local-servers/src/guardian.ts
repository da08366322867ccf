import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Reads `+ group` and `- group` lines until its parent ends for any reason, and then ends the remaining groups. A
 * handler in the parent could not do that: nothing runs after kill -9, and under jest the events of `process` never
 * fire.
 */
const script = `
groups=""
while read -r op group; do
  if [ "$op" = "+" ]; then groups="$groups $group"; continue; fi
  kept=""
  for each in $groups; do [ "$each" = "$group" ] || kept="$kept $each"; done
  groups="$kept"
done
[ -z "$groups" ] && exit 0
for each in $groups; do kill -CONT -$each; kill -TERM -$each; done 2>/dev/null
tries=0
while [ $tries -lt 50 ]; do
  left=""
  for each in $groups; do kill -0 -$each && left="$left $each"; done 2>/dev/null
  [ -z "$left" ] && exit 0
  sleep 0.1
  tries=$((tries + 1))
done
for each in $left; do kill -KILL -$each; done 2>/dev/null
`;

let ears: Writable | undefined;

const send = (line: string): void => {
  if (!ears) {
    const guardian = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    guardian.on('error', () => undefined);
    guardian.stdin.on('error', () => undefined);
    guardian.unref();
    // Neither the guardian nor the pipe to it keeps this process alive.
    (guardian.stdin as Writable & { unref?: () => void }).unref?.();
    ears = guardian.stdin;
  }
  ears.write(`${line}\n`);
};

/** Makes the process group end together with this process. */
export const guardGroup = (group: number): void => send(`+ ${group}`);

/** Says that the process group has ended by itself. */
export const releaseGroup = (group: number): void => send(`- ${group}`);
