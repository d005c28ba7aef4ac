/** What the weights of a head say by themselves. All of it is derived from the file; no image is involved. */

/** One matrix W of the head: a row for each class (or hidden unit), a column for each channel (or input). */
export interface WeightMatrix {
  /** head: every linear step of the head folded into one; layer: one linear layer as it is stored. */
  readonly of: 'head' | 'layer';
  readonly rows: number;
  readonly rowKind: 'classes' | 'units';
  readonly columns: number;
  readonly columnKind: 'channels' | 'inputs';
  /** Positions with a weight of their own; 1×1 where a channel has one weight. */
  readonly height: number;
  readonly width: number;
  /** What a pooled channel is multiplied with its weight as: its mean, its sum; null where positions have their own weights. */
  readonly reading: 'mean' | 'sum' | null;
}

/** Largest singular value by power iteration: the gain from ℓ2 to ℓ2. */
export interface SingularValue {
  readonly value: number;
  readonly iterations: number;
  /** False when the last steps still changed it by more than a millionth. */
  readonly isSettled: boolean;
}

export interface HeadWeights extends WeightMatrix {
  readonly provenance: 'derived';
  /** The linear layers that can be looked at one by one, in order; empty when the head is one matrix. */
  readonly layers: readonly { readonly inputs: number; readonly outputs: number }[];
  /** Which of `layers` this is; null for the whole head. */
  readonly layer: number | null;
  /** [rows, columns]; weights per position are added up, as for a pooled channel. null: more than may be sent. */
  readonly matrix: Float32Array | null;
  /** ℓ2 norm of each row, over all positions. */
  readonly rowNorms: Float32Array;
  /** Σ|w| of each row, over all positions. */
  readonly rowSums: Float32Array;
  /** ℓ2 norm of each column, over all rows and positions. */
  readonly columnNorms: Float32Array;
  /** Largest |w| of each column. */
  readonly columnPeaks: Float32Array;
  /** Per column the largest share, over the rows, of |w| in its row's largest |w|, 0…1: 1 where it is some row's strongest. */
  readonly columnUses: Float32Array;
  /** Share of each row's energy Σw² that is uniform over the positions, 0…1; null where positions share a weight. */
  readonly uniformShares: Float32Array | null;
  /** The same of the whole matrix: 1 − r² of its projection onto global average pooling; 1 where positions share weights. */
  readonly uniformShare: number;
  readonly singularValue: SingularValue;
  /** Of the matrix with each row's weights added up over the positions; null where there are no positions. */
  readonly summedSingularValue: SingularValue | null;
}

/** One row of a weight matrix, and how the others lie to it. */
export interface WeightRow {
  /** [columns, height, width]. */
  readonly weights: Float32Array;
  /** Cosine of the angle to each row, [rows]; not a number where a row is zero. */
  readonly cosines: Float32Array;
}
