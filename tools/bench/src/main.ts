import { workspaceRoot } from '@boxlist/testkit';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchBackfill } from './backfill';
import { benchCalls } from './calls';
import { benchGrowth } from './growth';
import { benchIdentity } from './identity';
import { benchIdle } from './idle';
import { benchIntake } from './intake';
import { benchNeighbours } from './neighbours';
import { readOptions, type Options } from './options';
import { printed, type Line } from './table';
import { createBenchWorld, type BenchWorld } from './world';

const benches: Readonly<Record<string, (world: BenchWorld, options: Options) => Promise<Line[]>>> = {
  intake: benchIntake,
  calls: benchCalls,
  backfill: benchBackfill,
  neighbours: benchNeighbours,
  growth: benchGrowth,
};

/** Benchmarks without a bench world: one needs no server, one starts the whole of Boxlist. */
const alone: Readonly<Record<string, () => Promise<Line[]>>> = { identity: benchIdentity, idle: benchIdle };

const main = async (): Promise<void> => {
  const options = readOptions(process.argv.slice(2));
  const wanted = options.names;
  const unknown = wanted.filter((name) => !(name in alone) && !(name in benches));
  if (unknown.length > 0) {
    const available = [...Object.keys(alone), ...Object.keys(benches)];
    console.error(`Unknown benchmark: ${unknown.join(', ')}. Available: ${available.join(', ')}`);
    process.exit(2);
  }
  const isWanted = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
  const lines: Line[] = [];
  for (const [name, bench] of Object.entries(alone).filter(([each]) => isWanted(each))) {
    console.log(`• ${name}`);
    lines.push(...(await bench()));
  }
  const withWorld = Object.entries(benches).filter(([name]) => isWanted(name));
  const world = withWorld.length > 0 ? await createBenchWorld() : undefined;
  try {
    for (const [name, bench] of world ? withWorld : []) {
      console.log(`• ${name}`);
      if (world) lines.push(...(await bench(world, options)));
    }
  } finally {
    await world?.close();
  }
  const machine = {
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    mongodb: world?.mongoServer ?? 'none',
  };
  const folder = join(workspaceRoot(), '.data/bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, JSON.stringify({ machine, lines }, null, 2));
  console.log(`\n${printed(lines)}\n\nSaved in ${file}; MongoDB: ${world?.mongoServer ?? 'none'}`);
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
