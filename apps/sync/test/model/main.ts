import fc from 'fast-check';
import { parseArgs } from 'node:util';
import { anyHistory, type History } from './history';
import { runHistory } from './run-history';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string' },
    path: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
});

const reportOf = (history: History | undefined): string => {
  if (!history) return '';
  const { commands, ...rest } = history;
  return `${JSON.stringify(rest)}\n${commands.map((command) => `  ${JSON.stringify(command)}`).join('\n')}`;
};

const main = async (): Promise<void> => {
  const seed = values.seed === undefined ? Date.now() | 0 : Number(values.seed);
  const begun = performance.now();
  let done = 0;
  let calls = 0;
  let awaits = 0;
  const outcomes: Record<string, number> = {};
  const outcome = await fc.check(
    fc.asyncProperty(anyHistory, async (history: History) => {
      const told = await runHistory(history);
      done += 1;
      calls += told.calls;
      awaits += told.awaits[0] + told.awaits[1];
      for (const [name, count] of Object.entries(told.outcomes)) outcomes[name] = (outcomes[name] ?? 0) + count;
      if (told.problems.length > 0) throw new Error(told.problems.join('\n'));
    }),
    {
      numRuns: Number(values.histories),
      seed,
      ...(values.path === undefined ? {} : { path: values.path }),
    },
  );
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${done} histories in ${seconds.toFixed(1)} s: ${(done / seconds).toFixed(0)} a second, ${(calls / done).toFixed(1)} calls and ${(awaits / done).toFixed(0)} awaits each; seed ${seed}`,
  );
  console.log(outcomes);
  if (outcome.failed) {
    const history = outcome.counterexample?.[0];
    console.log(`\nAfter ${outcome.numRuns} histories and ${outcome.numShrinks} times shrinking: ${reportOf(history)}`);
    console.log(outcome.errorInstance instanceof Error ? outcome.errorInstance.message : '');
    if (values.trace && history) await runHistory(history, console.log);
    console.log(`\nAgain: npm run model -- --seed ${outcome.seed} --path ${outcome.counterexamplePath ?? ''}`);
    process.exitCode = 1;
  }
};

void main();
