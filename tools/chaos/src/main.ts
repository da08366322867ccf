import { workspaceRoot } from '@boxlist/testkit';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments } from './arguments';
import { scheduleOf } from './schedule';
import { runWave, type WaveResult } from './wave';
import { startWorld } from './world';

const explained = (wave: WaveResult, seeds: readonly number[]): string[] => {
  const lines: string[] = [];
  for (const { schedule, violations } of wave.verdicts)
    if (violations.length > 0)
      lines.push(
        `✗ seed ${schedule.seed} (npm run chaos -- --seed ${schedule.seed})`,
        ...violations.map((violation) => `    ${violation}`),
        ...schedule.steps.map(({ when, fault }) => `    step ${JSON.stringify(when)} ${JSON.stringify(fault)}`),
        `    workflows ${JSON.stringify(schedule.workflows)}`,
        `    buyers ${JSON.stringify(schedule.buyers)}`,
      );
  if (wave.violations.length > 0)
    lines.push('✗ all schedules together', ...wave.violations.map((each) => `    ${each}`));
  if (lines.length > 0)
    lines.push(
      '  The faults of the other schedules may have contributed. Run them together: ' +
        `npm run chaos -- --seed ${seeds[0] ?? 0} --schedules ${seeds.length} --together ${seeds.length}`,
    );
  return lines;
};

const summary = ({ verdicts, calls, seconds, ...wave }: WaveResult, range: string): string => {
  const deliveries = verdicts.reduce((sum, each) => sum + each.deliveries, 0);
  const [sent, received] = [wave.mostSentInASecond, wave.mostCallsInASecond];
  return (
    `seeds ${range}: ${deliveries} deliveries, ${calls} calls ` +
    `(at most ${sent} sent and ${received} received in one second, ${wave.refusedByRate} refused by rate), ` +
    `${seconds.disturbed.toFixed(0)} s disturbed, ${seconds.settling.toFixed(0)} s settling`
  );
};

const main = async (): Promise<number> => {
  const { seed, schedules, minutes, together, settleSeconds } = readArguments(process.argv.slice(2));
  const folder = join(workspaceRoot(), '.data/chaos');
  const name = new Date().toISOString().replaceAll(':', '-');
  const dataDir = join(folder, name);
  mkdirSync(dataDir, { recursive: true });
  const begun = Date.now();
  const say = (line: string): void =>
    console.log(`• ${((Date.now() - begun) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
  console.log(
    `Seed ${seed}. To repeat this run: npm run chaos -- --seed ${seed} --schedules ${schedules} --together ${together}`,
  );
  const world = await startWorld(dataDir, say);
  const waves: WaveResult[] = [];
  const beganSchedules = Date.now();
  let failed = false;
  const until = minutes === undefined ? Infinity : beganSchedules + minutes * 60_000;
  const interrupt = (): void => {
    void world.stop().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    for (let next = 0; next < schedules && Date.now() < until && !failed; next += together) {
      const seeds = Array.from({ length: Math.min(together, schedules - next) }, (_, index) => seed + next + index);
      const wave = await runWave(world, seeds.map(scheduleOf), settleSeconds * 1_000);
      waves.push(wave);
      const lines = explained(wave, seeds);
      failed = lines.length > 0;
      const range = `${seeds[0] ?? seed} to ${seeds.at(-1) ?? seed}`;
      say(`${summary(wave, range)}${failed ? '' : ', no violations'}`);
      for (const line of lines) console.log(line);
    }
  } finally {
    await world.stop();
  }
  const count = waves.reduce((sum, { verdicts }) => sum + verdicts.length, 0);
  const secondsEach = (Date.now() - beganSchedules) / 1_000 / Math.max(1, count);
  const file = join(folder, `${name}.json`);
  writeFileSync(
    file,
    JSON.stringify({ seed, together, count, secondsEach, failed, mongodb: world.mongoServer, waves }, null, 2),
  );
  const result = failed ? 'FAILED' : '0 lost, 0 double effects';
  const kept = failed ? `; logs and data in ${dataDir}` : '';
  console.log(`\n${count} schedules, ${secondsEach.toFixed(1)} s each: ${result}. Saved in ${file}${kept}`);
  if (!failed) rmSync(dataDir, { recursive: true, force: true });
  return failed ? 1 : 0;
};

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
