import { parseArgs } from 'node:util';
import { checkHistories, failureOf } from './check-histories';
import { runHistory } from './run-history';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});
/** Histories per batch. The memory of one batch is released before the next. */
const batch = 2_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const main = async (): Promise<boolean> => {
  const wanted = Number(values.histories);
  const total: Record<string, number> = {};
  const begun = performance.now();
  let done = 0;
  for (let seed = values.seed === undefined ? Date.now() & 0x3fffffff : Number(values.seed); done < wanted; seed += 1) {
    const histories = values.path === undefined ? Math.min(batch, wanted - done) : 1;
    const { seen, failure } = await checkHistories({
      histories,
      seed,
      ...(values.path === undefined ? {} : { path: values.path }),
    });
    for (const [name, count] of Object.entries(seen.outcomes)) total[name] = (total[name] ?? 0) + count;
    done += histories;
    const seconds = (performance.now() - begun) / 1_000;
    const [calls, awaits] = [seen.calls / seen.histories, seen.awaits / seen.histories];
    say(
      `${done} histories in ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(0)} per second; ` +
        `the last ${seen.histories} with seed ${seed}: ${calls.toFixed(1)} calls and ${awaits.toFixed(0)} awaits each`,
    );
    if (failure) {
      if (values.trace) await runHistory(failure.history, say);
      say(`\nA promise is broken:\n${failureOf(failure)}`);
      return false;
    }
    if (values.path !== undefined) break;
  }
  say(`\nNo promise was broken. Final statuses of the deliveries: ${JSON.stringify(total)}`);
  return true;
};

void main().then((isWell) => (process.exitCode = isWell ? 0 : 1));
