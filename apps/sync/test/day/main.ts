import { parseArgs } from 'node:util';
import { drawLoad } from './load';
import { runDay, ways, type WayName } from './run-day';

const { values } = parseArgs({ options: { seed: { type: 'string', default: '1' } } });

/** Runs the same day in each way, and says how it went as JSON. */
const main = async (): Promise<void> => {
  const seed = Number(values.seed);
  const load = drawLoad(seed);
  const days: Record<string, object> = {};
  for (const name of Object.keys(ways) as WayName[]) {
    const { log: _log, ...judgement } = await runDay(name, load, seed);
    days[name] = judgement;
  }
  const live = load.orders.filter(({ kind }) => kind === 'live').length;
  process.stdout.write(
    `${JSON.stringify({ seed, offices: load.offices.length, live, backfill: load.orders.length - live, days })}\n`,
  );
};

void main();
