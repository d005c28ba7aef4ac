import type { FeatureMap } from '../analysis/heads/headDescription';
import { emitActivation } from '../cam/emittedValues';
import type { ElementType } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { LinearHead, ReplacementHead } from './linearHead';

/** Where the new head ends: a value of this element type and dimensions; 0 copies the batch. */
export interface HeadEnd {
  readonly activation: ReplacementHead['activation'];
  readonly elementType: ElementType;
  /** null: [N, K] as it is. */
  readonly dims: readonly number[] | null;
}

const ACTIVATIONS = { softmax: 'Softmax', logsoftmax: 'LogSoftmax', sigmoid: 'Sigmoid', none: null } as const;

/**
 * A linear head in ordinary operators, computed in float32: pool or flatten, Gemm, activation. Its one output is the last
 * value. Flattened weights are put in the order of the model's own map, so that no transposition runs.
 */
export function emitLinearHead(opset: number, map: FeatureMap, head: LinearHead, end: HeadEnd): GraphExtension {
  const builder = new NodeBuilder(opset);
  const value = emitActivation(builder, map.tensor, map.elementType, map.quantization);
  const classes = head.bias.length;
  const vector = head.kind === 'gap' ? emitMean(builder, value, map) : emitFlat(builder, value);
  const weights = builder.floats(
    head.kind === 'gap' ? head.weights : toMapOrder(head.weights, map),
    [classes, head.weights.length / classes],
    'float32',
  );
  const bias = builder.floats(head.bias, [classes], 'float32');
  const logits = builder.add('Gemm', [vector, weights, bias], { transB: { type: 'int', value: 1 } }, 'logits');
  builder.output(emitEnd(builder, logits, end), end.elementType);
  return builder.finish();
}

function emitEnd(builder: NodeBuilder, logits: string, { activation, elementType, dims }: HeadEnd): string {
  const opType = ACTIVATIONS[activation];
  const axis = activation === 'sigmoid' ? {} : { axis: { type: 'int', value: 1 } as const };
  const activated = opType === null ? logits : builder.add(opType, [logits], axis);
  const typed = elementType === 'float32' ? activated : builder.cast(activated, elementType);
  return dims === null ? typed : builder.reshape(typed, dims);
}

/** [N, C]. */
function emitMean(builder: NodeBuilder, value: string, { layout, rank }: FeatureMap): string {
  if (layout === 'NCHW' && rank === 4) {
    return emitFlat(builder, builder.add('GlobalAveragePool', [value]));
  }
  const axes = layout === 'NHWC' ? [1, 2] : layout === 'NTC' ? [1] : [2];
  return builder.reduce('ReduceMean', value, axes, false);
}

function emitFlat(builder: NodeBuilder, value: string): string {
  return builder.add('Flatten', [value], { axis: { type: 'int', value: 1 } });
}

/** [K, C, H, W] → [K, H, W, C] where channels come last in the map. */
export function toMapOrder(
  weights: Float32Array,
  { layout, channels, height, width }: Pick<FeatureMap, 'layout' | 'channels' | 'height' | 'width'>,
): Float32Array {
  if (layout === 'NCHW') {
    return weights;
  }
  const cells = height * width;
  const ordered = new Float32Array(weights.length);
  for (let start = 0; start < weights.length; start += channels * cells) {
    for (let channel = 0; channel < channels; channel++) {
      for (let cell = 0; cell < cells; cell++) {
        ordered[start + cell * channels + channel] = weights[start + channel * cells + cell];
      }
    }
  }
  return ordered;
}
