import { readInt } from '../../graph/attributes';
import type { EmittedAttribute } from '../../onnx/graphExtension';
import { toGradientType } from '../nodeCall';
import type { NodeCall } from '../nodeCall';
import type { GradientRule, GradientRules } from '../gradientRule';

/**
 * QuantizeLinear: rounding is passed straight through; values beyond the integer range, which saturate, get 0 (the
 * clipped straight-through estimator, Jacob et al., arXiv 1712.05877). Saturated values are those whose integer stands
 * for a number more than half a step away.
 */
const quantize: GradientRule = (call) => [
  () => {
    const [scale, zeroPoint] = [call.input(1), call.input(2)];
    const axis: Record<string, EmittedAttribute> =
      call.opset >= 13 ? { axis: { type: 'int', value: readInt(call.node, 'axis') ?? 1 } } : {};
    const stored = call.emit('DequantizeLinear', zeroPoint === '' ? [call.y, scale] : [call.y, scale, zeroPoint], axis);
    const error = call.emit('Abs', [call.sub(call.x, stored)]);
    const isInside = call.less(error, call.mul(alignScale(call, scale), 0.51));
    return call.build.cast(call.mul(call.dY, call.mask(isInside)), toGradientType(call.shapes.elementType(call.x)));
  },
];

/** One scale per element of the quantised axis, repeated along the others. */
function alignScale(call: NodeCall, scale: string): string {
  const sizes = call.sizes(scale);
  if (sizes.length === 0 || (sizes.length === 1 && sizes[0] === 1)) {
    return scale;
  }
  if (sizes.length > 1) {
    return call.fail('it quantises in blocks');
  }
  const trailing = call.rank(call.x) - 1 - call.axis(readInt(call.node, 'axis') ?? 1);
  return call.build.reshape(scale, [-1, ...new Array<number>(trailing).fill(1)]);
}

/** DequantizeLinear: derivatives of quantised values are taken with respect to the numbers they stand for. */
const dequantize: GradientRule = (call) => [
  () => (call.type === 'float32' ? call.dY : call.build.cast(call.dY, 'float32')),
];

export const quantizationRules: GradientRules = { QuantizeLinear: quantize, DequantizeLinear: dequantize };
