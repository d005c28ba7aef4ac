import { readInt, readInts, readString } from '../../../src/graph/attributes';
import type { GraphIndex } from '../../../src/graph/graphIndex';
import type { InferredGraph } from '../../../src/graph/inferShapes';
import type { GraphNode } from '../../../src/graph/model';

/**
 * The oracle of receptive fields: an all-ones copy of a network, run along one axis of the image. Every filter is a
 * mean, every branch has the same weight, so each cell is a linear function of the pixels, whose centroid is the cell
 * of the image "pixel number" over the cell of the image "one". Cells that see padding are marked, not trusted.
 */
interface Signal {
  readonly ones: Float64Array;
  readonly ramp: Float64Array;
  /** 1 where padding is seen. */
  readonly border: Uint8Array;
}

/** Centroids of the cells of `target`, NaN at the border. `axis`: 0 along rows, 1 along columns. */
export function measureCentroids(
  index: GraphIndex,
  inferred: InferredGraph,
  input: string,
  target: string,
  axis: 0 | 1,
  pixels: number,
): number[] {
  const signals = new Map<string, Signal>();
  signals.set(input, {
    ones: new Float64Array(pixels).fill(1),
    ramp: Float64Array.from({ length: pixels }, (_, pixel) => pixel),
    border: new Uint8Array(pixels),
  });
  for (const node of index.order) {
    const operands = node.inputs.flatMap((name) => signals.get(name) ?? []);
    if (operands.length > 0) {
      const result = runNode(node, operands, inferred, axis);
      if (result !== null) {
        node.outputs.forEach((name) => signals.set(name, result));
      }
    }
  }
  const signal = signals.get(target);
  if (signal === undefined) {
    throw new Error(`${target} has no cells`);
  }
  return Array.from(signal.ones, (one, cell) => (signal.border[cell] ? NaN : signal.ramp[cell] / one));
}

const POINTWISE = new Set(
  'Relu Clip LRN BatchNormalization LayerNormalization Dropout Identity Sigmoid HardSwish Elu PRelu LeakyRelu Add Sum Mul Concat'.split(
    ' ',
  ),
);

/** null: an operation without cells (pooling over everything and what follows it). */
function runNode(node: GraphNode, operands: readonly Signal[], inferred: InferredGraph, axis: 0 | 1): Signal | null {
  if (POINTWISE.has(node.opType)) {
    return average(operands);
  }
  switch (node.opType) {
    case 'Conv':
    case 'MaxPool':
    case 'AveragePool': {
      const kernel = readInts(node, 'kernel_shape') ?? inferred.facts.get(node.inputs[1])?.shape?.slice(2) ?? [];
      const pads = readInts(node, 'pads') ?? [0, 0, 0, 0];
      if ((readString(node, 'auto_pad') ?? 'NOTSET') !== 'NOTSET') {
        throw new Error('the oracle needs explicit padding');
      }
      const dilation = (readInts(node, 'dilations') ?? [1, 1])[axis];
      return slide(
        operands[0],
        Number(kernel[axis]),
        dilation,
        (readInts(node, 'strides') ?? [1, 1])[axis],
        pads[axis],
        pads[axis + 2],
      );
    }
    case 'Pad': {
      const pads = inferred.constants.get(node.inputs[1])?.data ?? [];
      return slide(operands[0], 1, 1, 1, pads[axis + 2], pads[axis + 6]);
    }
    case 'Slice': {
      // Along channels only, in the models at hand.
      return inferred.constants.get(node.inputs[3])?.data[0] === 1 ? operands[0] : null;
    }
    case 'Split':
      return readInt(node, 'axis') === 1 ? operands[0] : null;
    default:
      return null;
  }
}

function average(operands: readonly Signal[]): Signal {
  const mean = (pick: (signal: Signal) => Float64Array) =>
    pick(operands[0]).map((_, cell) => operands.reduce((sum, signal) => sum + pick(signal)[cell], 0) / operands.length);
  const border = operands[0].border.map((_, cell) => Math.max(...operands.map((signal) => signal.border[cell])));
  return { ones: mean(({ ones }) => ones), ramp: mean(({ ramp }) => ramp), border };
}

/** out[o] = mean over k of in[o·stride − begin + k·dilation], straight from the definition. */
function slide(signal: Signal, kernel: number, dilation: number, stride: number, begin: number, end: number): Signal {
  const { length } = signal.ones;
  const count = Math.floor((length + begin + end - (kernel - 1) * dilation - 1) / stride) + 1;
  const result = { ones: new Float64Array(count), ramp: new Float64Array(count), border: new Uint8Array(count) };
  for (let cell = 0; cell < count; cell++) {
    for (let k = 0; k < kernel; k++) {
      const position = cell * stride - begin + k * dilation;
      const isInside = position >= 0 && position < length;
      result.ones[cell] += (isInside ? signal.ones[position] : 0) / kernel;
      result.ramp[cell] += (isInside ? signal.ramp[position] : 0) / kernel;
      result.border[cell] ||= isInside ? signal.border[position] : 1;
    }
  }
  return result;
}
