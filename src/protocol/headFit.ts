/** How a head was fitted to labelled images, and how good it is: plain data for the editor, the command line and tests. */
export interface HeadFitReport {
  /** Names; the index is the class of the fitted heads. */
  readonly classes: readonly string[];
  /** One sigmoid per class instead of a softmax. */
  readonly isMultiLabel: boolean;
  readonly featureMap: {
    readonly tensor: string;
    readonly channels: number;
    readonly height: number;
    readonly width: number;
  };
  readonly images: {
    readonly train: number;
    readonly validation: number;
    /** Images that could not be read. */
    readonly skipped: readonly { readonly path: string; readonly code: string; readonly message: string }[];
    /** Whose features were computed in this run, and known from an earlier one. */
    readonly computed: number;
    readonly reused: number;
  };
  readonly split: { readonly seed: number; readonly validationShare: number };
  readonly heads: readonly HeadFit[];
}

export interface HeadFit {
  /** gap: linear on channel means; fc: linear on the whole map. */
  readonly kind: 'gap' | 'fc';
  /** K(C+1) or K(CHW+1). */
  readonly parameters: number;
  /** Parameters per training image. */
  readonly parametersPerImage: number;
  /** (penalty/2)·‖weights‖² beside the sum of losses, the bias free; scikit-learn's C is 1/penalty. */
  readonly penalty: number;
  /** Cross-validated log loss by penalty, strongest first; null when the penalty was given. */
  readonly penaltyPath: readonly PenaltyPoint[] | null;
  /** What was minimised: mean training loss + (penalty/2)·‖weights‖²/images. */
  readonly objective: number;
  readonly train: FitScore;
  readonly validation: FitScore;
  readonly iterations: number;
  readonly evaluations: number;
  /** converged: within the tolerance; exhausted: after the most iterations; stalled: rounding hides further decrease. */
  readonly status: 'converged' | 'exhausted' | 'stalled';
  /** Of the one fit to the whole training set, once the features are laid out for it. */
  readonly seconds: number;
  /** Validation images by true (row) and predicted (column) class; null for multi-label data. */
  readonly confusion: readonly (readonly number[])[] | null;
  /** Fits to the first n training images, the same penalty. */
  readonly learningCurve: readonly LearningPoint[];
  /** On the validation images. */
  readonly calibration: Calibration;
}

export interface FitScore {
  /** Share of images whose most likely class is theirs; for multi-label data, of right decisions at probability ½. */
  readonly accuracy: number;
  /** Mean cross-entropy in nats, without the penalty. */
  readonly loss: number;
}

export interface PenaltyPoint {
  readonly penalty: number;
  /** Over the held-out folds. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface LearningPoint {
  readonly images: number;
  readonly train: FitScore;
  readonly validation: FitScore;
}

/** Expected calibration error (Guo et al. 2017): Σ over bins of count/n·|accuracy − confidence|. */
export interface Calibration {
  readonly error: number;
  /** Of equal width from 0 to 1. Empty bins have null for both. */
  readonly bins: readonly {
    readonly count: number;
    readonly confidence: number | null;
    readonly accuracy: number | null;
  }[];
}
