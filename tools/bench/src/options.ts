import { parseArgs } from 'node:util';

/** What a run of the benches is told on the command line. */
export interface Options {
  /** The benches that are wanted; none for all. */
  readonly names: readonly string[];
  /** How many deliveries a large database holds. */
  readonly large: number;
  /** Brings a drawn load back. */
  readonly seed: number;
}

/** Throws with the rule that an argument breaks. */
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
