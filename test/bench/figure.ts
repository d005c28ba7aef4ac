/** One measured figure, printed as a row. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'MB' | '×';
  /** What the project promises at most; absent for figures that are only shown. */
  readonly limit?: number;
  /** How it was measured: runs, range. */
  readonly note: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Times runs of several alternatives in turn, so that a change of the machine's speed meets all of them alike. */
export async function timeInTurn<Name extends string>(
  alternatives: Readonly<Record<Name, () => Promise<unknown>>>,
  rounds: number,
): Promise<Record<Name, number[]>> {
  const entries = Object.entries(alternatives) as [Name, () => Promise<unknown>][];
  const times = Object.fromEntries(entries.map(([name]) => [name, [] as number[]])) as Record<Name, number[]>;
  const warmUps = 5;
  for (let round = -warmUps; round < rounds; round++) {
    for (const [name, run] of entries) {
      const start = performance.now();
      await run();
      if (round >= 0) {
        times[name].push(performance.now() - start);
      }
    }
  }
  return times;
}

/** Median and range of times. */
export function toTimeFigure(name: string, times: readonly number[], limit?: number): Figure {
  const [fastest, slowest] = [Math.min(...times), Math.max(...times)].map((time) => time.toFixed(1));
  const note = `median of ${times.length}, ${fastest} … ${slowest}`;
  return { name, value: median(times), unit: 'ms', note, ...(limit === undefined ? {} : { limit }) };
}
