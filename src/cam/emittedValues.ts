import type { FeatureMap, Quantization, StoredValue } from '../analysis/heads/headDescription';
import type { ElementType } from '../graph/model';
import type { NodeBuilder } from '../onnx/nodeBuilder';

/** Integers with their scales as float32; `align` shapes scales so that they broadcast along the quantised axis. */
function dequantize(
  builder: NodeBuilder,
  tensor: string,
  quantization: Quantization,
  align: (scale: string) => string,
): string {
  let value = builder.cast(tensor, 'float32');
  if (quantization.zeroPoint !== null) {
    value = builder.add('Sub', [value, align(builder.cast(quantization.zeroPoint, 'float32'))]);
  }
  return quantization.scales.reduce((scaled, scale) => builder.add('Mul', [scaled, align(scale)]), value);
}

/** A constant of the model as float32; ONNX Runtime folds what is emitted here when it loads the model. */
export function emitStored(builder: NodeBuilder, stored: StoredValue): string {
  const { quantization, tensor, elementType, dims } = stored;
  if (quantization === null) {
    return elementType === 'float32' ? tensor : builder.cast(tensor, 'float32');
  }
  const trailing = Math.max(0, dims.length - 1 - (quantization.axis ?? dims.length));
  const align = (scale: string) => builder.reshape(scale, [-1, ...Array<number>(trailing).fill(1)]);
  return dequantize(builder, tensor, quantization, align);
}

export function countStored(stored: StoredValue): number {
  return stored.dims.reduce((product, size) => product * size, 1);
}

/** A value of the forward pass as float32. */
export function emitActivation(
  builder: NodeBuilder,
  tensor: string,
  elementType: ElementType,
  quantization: Quantization | null = null,
): string {
  if (quantization !== null) {
    return dequantize(builder, tensor, quantization, (scale) => scale);
  }
  return elementType === 'float32' ? tensor : builder.cast(tensor, 'float32');
}

/** A map in channels-first order, [N, C, H, W] and [N, C, H·W]. */
export interface EmittedMap {
  readonly map: string;
  readonly flat: string;
}

/** Brings a map of any layout to [N, C, H, W]. The user's own value is returned when it is that already. */
export function emitMap(builder: NodeBuilder, tensor: string, featureMap: FeatureMap): EmittedMap {
  const { layout, rank, elementType, quantization, height, width } = featureMap;
  const value = emitActivation(builder, tensor, elementType, quantization);
  if (layout === 'NCHW' && rank === 4) {
    return { map: value, flat: builder.reshape(value, [0, 0, -1]) };
  }
  if (layout === 'NHWC') {
    const map = builder.transpose(value, [0, 3, 1, 2]);
    return { map, flat: builder.reshape(map, [0, 0, -1]) };
  }
  const flat = layout === 'NTC' ? builder.transpose(value, [0, 2, 1]) : value;
  return { map: builder.reshape(flat, [0, 0, height, layout === 'NTC' ? width : -1]), flat };
}
