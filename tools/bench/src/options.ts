import { parseArgs } from 'node:util';

/** The command line of a benchmark run. */
export interface Options {
  /** The benchmarks to run; empty for all. */
  readonly names: readonly string[];
  /** The number of deliveries in a large database. */
  readonly large: number;
}

/** Reads the command line. Throws with the rule that an argument breaks. */
export const readOptions = (args: readonly string[]): Options => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { large: { type: 'string', default: '1000000' } },
  });
  if (!/^\d{1,9}$/.test(values.large) || Number(values.large) < 10_000)
    throw new Error(`--large must be a whole number of at least 10000, but it is ${values.large}`);
  return { names: positionals, large: Number(values.large) };
};
