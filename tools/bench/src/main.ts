import { workspaceRoot } from '@boxlist/testkit';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchBackfill } from './backfill';
import { benchCalls } from './calls';
import { benchGrowth } from './growth';
import { benchIntake } from './intake';
import { printed, type Line } from './table';
import { createBenchWorld, type BenchWorld } from './world';

const benches: Readonly<Record<string, (world: BenchWorld) => Promise<Line[]>>> = {
  intake: benchIntake,
  calls: benchCalls,
  backfill: benchBackfill,
  growth: benchGrowth,
};

const main = async (): Promise<void> => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in benches));
  if (unknown.length > 0) {
    console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}`);
    process.exit(2);
  }
  const world = await createBenchWorld();
  const lines: Line[] = [];
  try {
    for (const [name, bench] of Object.entries(benches))
      if (wanted.length === 0 || wanted.includes(name)) {
        console.log(`• ${name}`);
        lines.push(...(await bench(world)));
      }
  } finally {
    await world.close();
  }
  const machine = {
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    mongodb: world.mongoKind,
  };
  const folder = join(workspaceRoot(), '.data/bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, JSON.stringify({ machine, lines }, null, 2));
  console.log(`\n${printed(lines)}\n\nKept in ${file}; MongoDB: ${world.mongoKind}`);
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
