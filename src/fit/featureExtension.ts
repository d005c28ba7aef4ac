import { emitMap } from '../cam/emittedValues';
import type { FeatureMap, HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import { UserError } from '../userError';

/** Outputs of a model that gives its features. */
export interface FeatureExtension {
  readonly extension: GraphExtension;
  readonly featureMap: FeatureMap;
  /** [N, C] float32: means over the positions of the feature map. */
  readonly pooled: string;
  /** [N, C, H, W] float32, whatever the layout of the model's own map. */
  readonly map: string;
}

const OLDEST_OPSET = 7;

/** The last feature map before the head, and its channel means, as further outputs. Throws UserError `noHead`. */
export function createFeatureExtension(model: Model, head: HeadDescription): FeatureExtension {
  const { featureMap, reason } = head;
  const opset = model.opsets.get('') ?? 1;
  if (featureMap === null || opset < OLDEST_OPSET) {
    const found = featureMap === null ? (reason ?? 'This model has no feature map.') : `It uses operator set ${opset}.`;
    throw new UserError('noHead', `${found} Features are read from the last map before a classification head.`);
  }
  const builder = new NodeBuilder(opset);
  const { map, flat } = emitMap(builder, featureMap.tensor, featureMap);
  const declare = (value: string, name: string) =>
    builder.output(builder.add('Identity', [value], {}, name), 'float32');
  const pooled = declare(builder.reduce('ReduceMean', flat, [2], false), 'features_pooled');
  const whole = declare(map, 'features_map');
  return { extension: builder.finish(), featureMap, pooled, map: whole };
}
