import { readInt } from '../../graph/attributes';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { range, sumOver } from '../shaping';

/** One axis since operator set 13 (default −1); before, all axes from `axis` on together (default 1). */
function normalizedAxes(call: NodeCall): readonly number[] {
  const isSingle = call.opset >= 13;
  const axis = call.axis(readInt(call.node, 'axis') ?? (isSingle ? -1 : 1));
  return isSingle ? [axis] : range(axis, call.rank(call.x));
}

/** Softmax: dX = y·(dY − Σ dY·y). */
const softmax: GradientRule = (call) => [
  () => {
    const weighted = call.mul(call.dY, call.y);
    return call.sub(weighted, call.mul(call.y, sumOver(call, weighted, normalizedAxes(call))));
  },
];

/** LogSoftmax: dX = dY − eʸ·Σ dY. */
const logSoftmax: GradientRule = (call) => [
  () => call.sub(call.dY, call.mul(call.emit('Exp', [call.y]), sumOver(call, call.dY, normalizedAxes(call)))),
];

export const softmaxRules: GradientRules = { Softmax: softmax, LogSoftmax: logSoftmax };
