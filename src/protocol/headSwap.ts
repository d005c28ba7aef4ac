import type { HeadKind, Provenance } from './modelReport';

/** Swapping a model's head for another kind: what the command line prints and the head view shows before anything is saved. */

export type SwapTarget = 'gap' | 'fc';

/**
 * tie: GAP → FC, exact. project: FC → GAP, w = Σ_ij W. distill: ridge least squares to the old head's logits on images
 * without labels. fit: logistic regression on labelled images.
 */
export type SwapMethod = 'tie' | 'project' | 'distill' | 'fit';

/** One side of a swap; all derived. */
export interface SwapSide {
  readonly kind: HeadKind;
  readonly classes: number;
  readonly parameters: number;
  /** Of the parameters as stored. */
  readonly bytes: number;
  /** Per image; null when the head has a step that cannot be costed. */
  readonly macs: number | null;
}

/** Logits of one image before and after. */
export interface LogitAgreement {
  readonly top1Before: number;
  readonly top1After: number;
  readonly maxAbsLogitDifference: number;
  /** Pearson's r over the classes; null when there is none (a single class). */
  readonly correlation: number | null;
}

export interface SwapImage extends LogitAgreement {
  /** Path as given. */
  readonly image: string;
}

/** Class activation maps of both heads on one image, [H·W] each, in logit units: mean + bias = logit for both. */
export interface SwapMaps {
  readonly image: string;
  readonly classIndex: number;
  readonly height: number;
  readonly width: number;
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** Measured on the images given. */
export interface SwapAgreement {
  readonly images: number;
  /** Share of the images whose first class stays, 0…1. */
  readonly top1: number;
  readonly maxAbsLogitDifference: number;
  /** Mean of Pearson's r over the images; null when no image has one. */
  readonly meanCorrelation: number | null;
  /**
   * measured: each image with the head that would be saved. estimated: leave-one-out, each image judged by a head that
   * was fitted without it.
   */
  readonly provenance: Provenance;
}

export interface SwapProposal {
  readonly model: string;
  /** Output of the model that the head ends in. */
  readonly output: string;
  readonly target: SwapTarget;
  readonly method: SwapMethod;
  readonly before: SwapSide;
  readonly after: SwapSide;
  /**
   * ‖W − V‖/‖W‖ between the old and the new weights in fully connected form; for a projection, what a pooled head cannot
   * express. null when the old head is not linear or the classes differ.
   */
  readonly residual: number | null;
  /** Ridge of a distilled head, on the sum of squares; null for other methods. */
  readonly ridge: number | null;
  /** null without images, and when the classes differ. */
  readonly agreement: SwapAgreement | null;
  /** Every image, the worst first. */
  readonly images: readonly SwapImage[];
  /** Images that could not be read. */
  readonly errors: readonly { readonly image: string; readonly code: string; readonly message: string }[];
  /** What the user should know before saving, a sentence each. */
  readonly notes: readonly string[];
}
