/** The derivative of the target with respect to a value: where a derivative begins, and what it is at each step. */
export interface Seed {
  /** Writes it when first asked for; of the value's shape and type. */
  readonly emit: () => string;
  /** Where each row of [N, K] differs from 0; null: any values. */
  readonly columns: Columns | null;
}

/** One class, or the difference of two, as int64 [N] or [1]: 1 in a row's column `plus`, less 1 in its column `minus`. */
export interface Columns {
  readonly plus: string;
  readonly minus: string | null;
}

/** A derivative of which nothing is known but its name. */
export function toSeed(value: string): Seed {
  return { emit: () => value, columns: null };
}

/** Makes something once, however often it is asked for. */
export function once<Made extends object | string>(make: () => Made): () => Made {
  let made: Made | null = null;
  return () => (made ??= make());
}
