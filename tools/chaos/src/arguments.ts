import { parseArgs } from 'node:util';

const help = `npm run chaos -- [options]

  --seed N         seed of the first schedule; each next schedule uses the next number (default: random)
  --schedules N    number of schedules (default: 100; 1 with --seed)
  --together N     number of schedules at the same time; the faults of one affect all (default: 12)
  --minutes M      starts no further schedules after this time
  --settle S       seconds in which everything must settle once the faults are over (default: 180)`;

interface Arguments {
  readonly seed: number;
  readonly schedules: number;
  readonly together: number;
  readonly minutes: number | undefined;
  readonly settleSeconds: number;
}

/** Reads the command's arguments. Prints the help and ends the process if they are invalid or ask for help. */
export const readArguments = (given: readonly string[]): Arguments => {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...given],
      options: {
        seed: text,
        schedules: text,
        together: text,
        minutes: text,
        settle: text,
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    const number = (name: 'seed' | 'schedules' | 'together' | 'minutes' | 'settle'): number | undefined => {
      const value = values[name];
      if (value === undefined) return undefined;
      if (!/^\d+$/.test(value)) throw new Error(`--${name} must be a whole number`);
      return Number(value);
    };
    const schedules = number('schedules') ?? (values.seed === undefined ? 100 : 1);
    return {
      seed: number('seed') ?? Math.floor(Math.random() * 1_000_000),
      schedules,
      together: Math.max(1, Math.min(number('together') ?? 12, schedules)),
      minutes: number('minutes'),
      settleSeconds: number('settle') ?? 180,
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
    process.exit(2);
  }
};
