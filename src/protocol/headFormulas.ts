import type { HeadCost } from './modelReport';

/**
 * What the two heads cost and guarantee, in closed form. The host computes the report with these and the page asks
 * "what if" with the same ones, so they stand here, where both may import.
 */

/** C, H, W, K of a linear head, the images in a batch, and bytes per element of weights and activations. */
export interface HeadSize {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly classes: number;
  readonly batch: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
}

/** The two designs that are compared: global average pooling and a linear layer, or flatten and a linear layer. */
export type HeadDesign = 'gap' | 'fc';

/** Global average pooling and one linear layer: K(C+1) parameters, K·C MAC, CHW−C adds and C divides to pool. */
export function computeGapCost(size: HeadSize): HeadCost {
  const { channels, classes } = size;
  const macs = classes * channels;
  const flops = 2 * macs + computePoolingFlops(channels, size.height * size.width);
  return completeCost(size, { parameters: classes * (channels + 1), macs, flops, vcDimension: channels + 1 });
}

/** Flatten and one linear layer: K(CHW+1) parameters, K·CHW MAC. */
export function computeFcCost(size: HeadSize): HeadCost {
  const inputs = countInputs(size, 'fc');
  const macs = size.classes * inputs;
  return completeCost(size, {
    parameters: size.classes * (inputs + 1),
    macs,
    flops: 2 * macs,
    vcDimension: inputs + 1,
  });
}

/** Mean over `cells` positions of `channels` channels: an add for each element but the first, a divide per channel. */
export function computePoolingFlops(channels: number, cells: number): number {
  return channels * cells - channels + channels;
}

/** Inputs of the linear layer: C, or CHW. */
function countInputs({ channels, height, width }: HeadSize, design: HeadDesign): number {
  return design === 'gap' ? channels : channels * height * width;
}

/** Weights, input and output are moved once; bias adds are not counted as FLOP. */
export function completeCost(
  size: HeadSize,
  counts: Pick<HeadCost, 'parameters' | 'macs' | 'flops' | 'vcDimension'>,
  bytes = counts.parameters * size.weightBytes,
): HeadCost {
  const moved = bytes + size.batch * (countInputs(size, 'fc') + size.classes) * size.activationBytes;
  return { ...counts, bytes, arithmeticIntensity: (size.batch * counts.flops) / moved };
}

/**
 * Natarajan dimension of all K classes together, trunk frozen: linear predictors with a weight vector per class have
 * (K−1)(d−1) … K·d, where d counts the inputs and the bias (Shalev-Shwartz and Ben-David 2014, ch. 29).
 */
export function computeNatarajanBounds(
  size: HeadSize,
  design: HeadDesign,
): { readonly least: number; readonly most: number } {
  const inputs = countInputs(size, design);
  return { least: (size.classes - 1) * inputs, most: size.classes * (inputs + 1) };
}

/** Operator norms of what comes before the linear layer, from one norm to another. */
export interface ReadingGains {
  readonly l2: number;
  readonly l1: number;
  readonly lInfinity: number;
  readonly l2ToLInfinity: number;
  readonly lInfinityToL2: number;
}

/** The mean over H·W positions of C channels, and flattening, which keeps every norm. */
export function computeReadingGains(size: HeadSize, design: HeadDesign): ReadingGains {
  const cells = design === 'gap' ? size.height * size.width : 1;
  return {
    l2: 1 / Math.sqrt(cells),
    l1: 1 / cells,
    lInfinity: 1,
    l2ToLInfinity: 1 / Math.sqrt(cells),
    lInfinityToL2: Math.sqrt(countInputs(size, design)),
  };
}

/**
 * Var(mean)/σ² of H·W values with equal correlation ρ between any two: (1 + (HW−1)ρ)/HW, which is 1/HW for independent
 * ones and 1 for ρ = 1. Its inverse is the number of independent values that would average as well.
 */
export function computeMeanVariance(cells: number, correlation: number): number {
  return (1 + (cells - 1) * correlation) / cells;
}
