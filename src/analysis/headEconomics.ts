import { computeSizeBytes } from '../graph/elementTypes';
import type { ElementType } from '../graph/model';
import {
  completeCost,
  computeFcCost,
  computeGapCost,
  computePoolingFlops,
  type HeadSize,
} from '../protocol/headFormulas';
import type { HeadCost } from '../protocol/modelReport';
import type { FeatureMap, HeadDescription, LinearStep } from './heads/headDescription';

/** The head as it is and its two counterfactuals on the same feature map and classes; null where undefined. */
export interface HeadEconomics {
  readonly current: HeadCost | null;
  readonly gap: HeadCost | null;
  readonly fc: HeadCost | null;
  /** Parameters of FC over parameters of GAP, (CHW+1)/(C+1). */
  readonly ratio: number | null;
}

/**
 * What a head costs per image, and what it would cost with the other design. Parameters, bytes and VC dimension do not
 * depend on the batch; MAC and FLOP are per image; the arithmetic intensity is that of one batch.
 */
export function computeHeadEconomics(head: HeadDescription, batch = 1): HeadEconomics {
  const { featureMap, classes } = head;
  if (head.kind === 'none' || featureMap === null || classes === null) {
    return { current: null, gap: null, fc: null, ratio: null };
  }
  const size: HeadSize = {
    channels: featureMap.channels,
    height: featureMap.height,
    width: featureMap.width,
    classes,
    batch,
    weightBytes: bytesOf(head.weightElementType ?? 'float32'),
    activationBytes: bytesOf(featureMap.elementType),
  };
  const gap = computeGapCost(size);
  const fc = computeFcCost(size);
  return { current: computeCurrentCost(head, featureMap, size), gap, fc, ratio: fc.parameters / gap.parameters };
}

/**
 * The layers of the user's head, each with its own formula; comparisons of max pooling and element-wise steps are not
 * counted. null for heads with a step that no rule describes.
 */
function computeCurrentCost(head: HeadDescription, map: FeatureMap, size: HeadSize): HeadCost | null {
  if (head.steps.some((step) => step.kind === 'opaque' && !isCheap(step.opType))) {
    return null;
  }
  const cells = map.height * map.width;
  const layers = head.steps.filter((step) => step.kind === 'linear');
  const classLayer = head.classMaps?.layer;
  const classMacs = classLayer === undefined ? 0 : classLayer.inputs * classLayer.outputs * cells;
  const macs = layers.reduce((sum, layer) => sum + layer.inputs * layer.outputs, classMacs);
  const pooled = head.classMaps === null ? map.channels : (head.classes ?? 0);
  const pooling = head.readings.reduce((sum, reading) => sum + computeReadingFlops(reading.mode, pooled, cells), 0);
  const cost = {
    parameters: head.parameters,
    macs,
    flops: 2 * macs + pooling,
    vcDimension: findVcDimension(head, layers),
  };
  return completeCost(size, cost, head.parameterBytes);
}

function computeReadingFlops(
  mode: HeadDescription['readings'][number]['mode'],
  channels: number,
  cells: number,
): number {
  const pooling = { mean: computePoolingFlops(channels, cells), sum: channels * (cells - 1), max: 0, identity: 0 };
  return pooling[mode];
}

/** Element-wise activations and normalisations cost nothing beside the layers. */
function isCheap(opType: string): boolean {
  return !['MatMul', 'Gemm', 'Conv', 'LSTM', 'GRU', 'Attention', 'MatMulInteger', 'ConvInteger'].includes(opType);
}

/** Inputs of the one linear layer plus one, when nothing but affine steps surrounds it. */
function findVcDimension(head: HeadDescription, layers: readonly LinearStep[]): number | null {
  const steps = [...head.steps, ...(head.classMaps?.steps ?? [])];
  const all = head.classMaps === null ? layers : [head.classMaps.layer, ...layers];
  const [layer] = all;
  const bends = steps.some((step) => step.kind === 'rectifier' || step.kind === 'opaque' || step.kind === 'merge');
  if (layer === undefined || all.length !== 1 || bends) {
    return null;
  }
  return layer.inputs + 1;
}

function bytesOf(elementType: ElementType): number {
  return computeSizeBytes(elementType, 1) ?? 4;
}
