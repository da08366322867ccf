/** One line of a benchmark's result: a ratio, count or time of one run, with its aim if it has one. */
export interface Line {
  readonly bench: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly aim?: string;
  readonly met?: boolean;
}

/** Makes a line, rounded to three decimals. `aim` sets the largest or smallest value that meets it. */
export const line = (
  bench: string,
  what: string,
  value: number,
  unit: string,
  aim?: { readonly atMost: number } | { readonly atLeast: number },
): Line => ({
  bench,
  what,
  value: Math.round(value * 1_000) / 1_000,
  unit,
  ...(aim === undefined
    ? {}
    : 'atMost' in aim
      ? { aim: `≤ ${aim.atMost}`, met: value <= aim.atMost }
      : { aim: `≥ ${aim.atLeast}`, met: value >= aim.atLeast }),
});

export const printed = (lines: readonly Line[]): string => {
  const rows = [
    ['BENCH', 'WHAT', 'VALUE', 'AIM', ''],
    ...lines.map(({ bench, what, value, unit, aim, met }) => [
      bench,
      what,
      `${value} ${unit}`.trim(),
      aim ?? '',
      met === undefined ? '' : met ? 'met' : 'NOT MET',
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')).join('\n');
};

/** The value at a quantile; `share` is between 0 and 1. 0 without values. */
export const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;
