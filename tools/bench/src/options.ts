import { parseArgs } from 'node:util';

/** The command line of a benchmark run. */
export interface Options {
  /** The benchmarks to run; empty for all. */
  readonly names: readonly string[];
  /** The number of deliveries in a large database. */
  readonly large: number;
  /** Repeats a random load. */
  readonly seed: number;
}

/** Reads the command line. Throws with the rule that an argument breaks. */
export const readOptions = (args: readonly string[], freshSeed: number): Options => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      large: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: String(freshSeed) },
    },
  });
  const whole = (name: string, value: string, least: number): number => {
    if (!/^\d{1,9}$/.test(value) || Number(value) < least)
      throw new Error(`--${name} must be a whole number of at least ${least}, but it is ${value}`);
    return Number(value);
  };
  return { names: positionals, large: whole('large', values.large, 10_000), seed: whole('seed', values.seed, 0) };
};
