import fc from 'fast-check';
import { anyHistory } from './any-history';
import type { History } from './history';
import { runHistory } from './run-history';

interface CheckOptions {
  readonly histories: number;
  readonly seed?: number;
  /** Leads to one failed history. */
  readonly path?: string;
}

/** A history that breaks a promise, shrunk as far as possible. */
export interface Failure {
  readonly history: History;
  readonly problems: readonly string[];
  readonly seed: number;
  readonly path: string;
}

/** Checks the given number of histories and stops at the first that breaks a promise. */
export const checkHistories = async ({ histories, ...again }: CheckOptions) => {
  const seen = { histories: 0, calls: 0, awaits: 0, outcomes: {} as Record<string, number> };
  const outcome = await fc.check(
    fc.asyncProperty(anyHistory, async (history) => {
      const { calls, awaits, outcomes, problems } = await runHistory(history);
      seen.histories += 1;
      seen.calls += calls;
      seen.awaits += awaits[0] + awaits[1];
      for (const [name, count] of Object.entries(outcomes)) seen.outcomes[name] = (seen.outcomes[name] ?? 0) + count;
      return problems.length === 0;
    }),
    { numRuns: histories, ...again },
  );
  const [history] = outcome.counterexample ?? [];
  const failure: Failure | undefined = history && {
    history,
    problems: (await runHistory(history)).problems,
    seed: outcome.seed,
    path: outcome.counterexamplePath ?? '',
  };
  return { seen, seed: outcome.seed, failure };
};

/** A failure as text for a person; '' if there is none. */
export const failureOf = (failure: Failure | undefined): string => {
  if (!failure) return '';
  const { commands, ...rest } = failure.history;
  return [
    ...failure.problems,
    JSON.stringify(rest),
    ...commands.map((command) => `  ${JSON.stringify(command)}`),
    `To repeat: npm run model -- --seed ${failure.seed} --path ${failure.path} --trace`,
  ].join('\n');
};
