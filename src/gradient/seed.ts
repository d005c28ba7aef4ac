/** The derivative of the target with respect to a value: where a derivative begins, and what it is at each step. */
export interface Seed {
  /** Writes it when first asked for; of the value's shape and type. */
  readonly emit: () => string;
  /** int64 [N] or [1]: the derivative is 1 in this column of each row of [N, K], else 0. null: any values. */
  readonly column: string | null;
}

/** A derivative of which nothing is known but its name. */
export function toSeed(value: string): Seed {
  return { emit: () => value, column: null };
}

/** Makes something once, however often it is asked for. */
export function once<Made extends object | string>(make: () => Made): () => Made {
  let made: Made | null = null;
  return () => (made ??= make());
}
