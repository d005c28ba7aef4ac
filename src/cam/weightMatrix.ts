import type { HeadDescription, LinearStep, Reading } from '../analysis/heads/headDescription';
import type { NodeBuilder } from '../onnx/nodeBuilder';
import type { WeightMatrix } from '../protocol/headWeights';
import { emitMatrix } from './emitLayers';
import { alignAxes } from './emitMaps';
import { emitHeadMaps, isImageIndependent, type ExactHead } from './headExtension';
import { selectAllClasses } from './selectClasses';

/** A weight matrix as a value of the graph. */
export interface EmittedMatrix extends WeightMatrix {
  /** [rows, columns, height·width] float32. */
  readonly value: string;
}

/** The linear layers of a head, in order of execution. */
export function listLinearLayers(head: HeadDescription): readonly LinearStep[] {
  const layers = head.steps.filter((step) => step.kind === 'linear');
  return head.classMaps === null ? layers : [head.classMaps.layer, ...layers];
}

/** Whether the whole head is one matrix: affine, the same for every image, with a channel or element per column. */
export function isOneMatrix(head: HeadDescription): head is ExactHead {
  const isLinear = head.classMaps === null ? isImageIndependent(head) : listLinearLayers(head).length === 1;
  return head.exact && head.featureMap !== null && head.logits !== null && head.classes !== null && isLinear;
}

/**
 * The head folded into one matrix, or for `layer` one of `listLinearLayers`. Scales, normalisations and quantisation are
 * folded in for the head; a layer by itself has its own scale and nothing else.
 */
export function emitWeightMatrix(builder: NodeBuilder, head: HeadDescription, layer: number | null): EmittedMatrix {
  return layer === null && isOneMatrix(head)
    ? emitHeadMatrix(builder, head)
    : emitLayerMatrix(builder, head, listLinearLayers(head)[layer ?? 0]);
}

function emitHeadMatrix(builder: NodeBuilder, head: ExactHead): EmittedMatrix {
  const { channels, height, width } = head.featureMap;
  const selected = selectAllClasses(builder, head);
  const { context, evidence } = emitHeadMaps(builder, head, selected);
  const rows = selected.count;
  const { isPerPosition, weights } = evidence;
  const cells = isPerPosition ? height * width : 1;
  // Where the map's mean is the logit, weights per position are H·W times those of a flattened head.
  const isScaled = isPerPosition && context.aggregate === 'mean';
  const scaled = isScaled ? builder.add('Mul', [weights, builder.float32(1 / cells)]) : weights;
  return {
    of: 'head',
    rows,
    rowKind: 'classes',
    columns: channels,
    columnKind: 'channels',
    height: isPerPosition ? height : 1,
    width: isPerPosition ? width : 1,
    reading: isPerPosition ? null : context.aggregate,
    value: builder.reshape(scaled, [rows, channels, cells]),
  };
}

function emitLayerMatrix(builder: NodeBuilder, head: HeadDescription, layer: LinearStep): EmittedMatrix {
  const { outputs: rows, inputs, orientation, scale } = layer;
  const stored = emitMatrix(builder, layer);
  const matrix = orientation === 'outputsFirst' ? stored : builder.transpose(stored, [1, 0]);
  const scaled = scale === 1 ? matrix : builder.add('Mul', [matrix, builder.float32(scale)]);
  const reading = findReading(head, layer);
  const { featureMap } = head;
  const shape = {
    of: 'layer',
    rows,
    rowKind: layer === listLinearLayers(head).at(-1) && rows === head.classes ? 'classes' : 'units',
  } as const;
  if (featureMap !== null && reading?.mode === 'identity') {
    const { channels, height, width } = featureMap;
    const aligned = alignAxes({ builder, featureMap }, reading.axes, builder.reshape(scaled, [1, rows, inputs]));
    const value = builder.reshape(aligned, [rows, channels, height * width]);
    return { ...shape, columns: channels, columnKind: 'channels', height, width, reading: null, value };
  }
  const isPooled = layer === head.classMaps?.layer ? inputs === featureMap?.channels : reading !== null;
  const mode = reading?.mode === 'sum' ? 'sum' : 'mean';
  return {
    ...shape,
    columns: inputs,
    columnKind: isPooled ? 'channels' : 'inputs',
    height: 1,
    width: 1,
    reading: isPooled && reading?.mode !== 'max' ? mode : null,
    value: builder.reshape(scaled, [rows, inputs, 1]),
  };
}

/** The reading whose elements a layer takes as they are, perhaps scaled one by one; null when others come between. */
function findReading(head: HeadDescription, layer: LinearStep): Reading | null {
  let input = layer.input;
  for (;;) {
    const reading = head.readings.find(({ tensor }) => tensor === input);
    if (reading !== undefined) {
      return reading;
    }
    const step = head.steps.find(({ output }) => output === input);
    if (step === undefined || !('input' in step) || step.kind === 'linear') {
      return null;
    }
    input = step.input;
  }
}
