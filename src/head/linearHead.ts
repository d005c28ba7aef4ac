/** A linear head over a feature map [C, H, W]: logits[k] = Σ weights·(mean or whole map) + bias[k]. */
export interface LinearHead {
  /** gap: mean over positions, then linear; fc: every position has weights of its own. */
  readonly kind: LinearHeadKind;
  /** gap: [K, C]; fc: [K, C, H, W]; row-major, whatever the layout of the model's own map. */
  readonly weights: Float32Array;
  /** [K]. */
  readonly bias: Float32Array;
}

export type LinearHeadKind = 'gap' | 'fc';

/** A linear head as it goes into a model file. */
export interface ReplacementHead extends LinearHead {
  /** What follows the logits; the model's output has the result. */
  readonly activation: 'softmax' | 'logsoftmax' | 'sigmoid' | 'none';
}
