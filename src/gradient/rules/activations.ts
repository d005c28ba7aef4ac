import { readFloat, readString } from '../../graph/attributes';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall, Operand } from '../nodeCall';
import { sumToShape } from '../shaping';

/** dX = dY · slope, where `slope` emits f′ element by element. */
function elementwise(slope: (call: NodeCall) => Operand): GradientRule {
  return (call) => [() => call.mul(call.dY, slope(call))];
}

/** 1 where the output is positive. The output is there anyway; asking for the input may stop a fusion in the runtime. */
function positive(call: NodeCall, value = call.y): string {
  return call.mask(call.greater(value, 0));
}

/** min(y, 0): what an exponential unit's output is on its curved piece, 0 on the straight one. */
function negativePart(call: NodeCall): string {
  return call.emit('Min', [call.y, 0]);
}

/** low < y < high. */
function between(call: NodeCall, value: string, low: Operand | null, high: Operand | null): Operand {
  const above = low === null ? null : call.greater(value, low);
  const below = high === null ? null : call.less(value, high);
  if (above !== null && below !== null) {
    return call.mask(call.emit('And', [above, below]));
  }
  const condition = above ?? below;
  return condition === null ? 1 : call.mask(condition);
}

/** Clip: 1 strictly between the bounds, read off the output, which keeps Conv + Clip fused. Bounds: attributes before set 11. */
const clip: GradientRule = (call) => {
  const bound = (index: number, attribute: string): Operand | null => {
    if (call.opset >= 11) {
      return call.has(index) ? call.input(index) : null;
    }
    return readFloat(call.node, attribute) ?? null;
  };
  return [() => call.mul(call.dY, between(call, call.y, bound(1, 'min'), bound(2, 'max')))];
};

/** LeakyRelu: 1 or α by the sign of the input, which a positive α hands on to the output. */
const leakyRelu: GradientRule = (call) => {
  const alpha = readFloat(call.node, 'alpha') ?? 0.01;
  const mask = () => positive(call, alpha >= 0 ? call.y : call.x);
  return [() => call.mul(call.dY, call.add(call.mul(mask(), 1 - alpha), alpha))];
};

/** PRelu: y = max(x, 0) + s·min(x, 0), s repeated to the shape of x. */
const pRelu: GradientRule = (call) => {
  const slope = call.input(1);
  return [
    () => {
      const mask = positive(call, call.x);
      return call.mul(call.dY, call.add(mask, call.mul(call.sub(1, mask), slope)));
    },
    () => sumToShape(call, call.mul(call.dY, call.emit('Min', [call.x, 0])), call.y, slope),
  ];
};

/** Elu: 1 for x > 0, α·eˣ = y + α below. */
function elu(call: NodeCall): Operand {
  const alpha = readFloat(call.node, 'alpha') ?? 1;
  if (alpha <= 0) {
    return call.emit('Where', [call.greater(call.x, 0), 1, call.add(call.y, alpha)]);
  }
  const curved = call.add(negativePart(call), alpha);
  return alpha === 1 ? curved : call.add(curved, call.mul(positive(call), 1 - alpha));
}

/** Selu: γ for x > 0, γ·α·eˣ = y + γ·α below. */
function selu(call: NodeCall): Operand {
  const gamma = readFloat(call.node, 'gamma') ?? 1.0507009873554805;
  const alpha = readFloat(call.node, 'alpha') ?? 1.6732632423543772;
  return call.add(call.mul(positive(call), gamma - gamma * alpha), negativePart(call), gamma * alpha);
}

/** Celu: 1 for x > 0, e^(x/α) = y/α + 1 below. */
function celu(call: NodeCall): Operand {
  return call.add(call.div(negativePart(call), readFloat(call.node, 'alpha') ?? 1), 1);
}

/** HardSigmoid: max(0, min(1, α·x + β)). */
function hardSigmoid(call: NodeCall): Operand {
  return call.mul(between(call, call.y, 0, 1), readFloat(call.node, 'alpha') ?? 0.2);
}

/** HardSwish: x·max(0, min(1, x/6 + ½)); slope 0 below −3, 1 above 3, x/3 + ½ between. */
function hardSwish(call: NodeCall): Operand {
  const gate = call.emit('HardSigmoid', [call.x], {
    alpha: { type: 'float', value: 1 / 6 },
    beta: { type: 'float', value: 0.5 },
  });
  const inside = call.mask(call.less(call.emit('Abs', [call.x]), 3));
  return call.add(gate, call.mul(call.x, inside, 1 / 6));
}

/** Softsign: x/(1 + |x|), slope 1/(1 + |x|)². */
function softsign(call: NodeCall): Operand {
  return call.div(1, call.square(call.add(call.emit('Abs', [call.x]), 1)));
}

/** Swish: x·σ(αx), slope σ + αx·σ·(1 − σ). */
function swish(call: NodeCall, defaultAlpha = 1): Operand {
  const alpha = readFloat(call.node, 'alpha') ?? defaultAlpha;
  const gate = call.emit('Sigmoid', [call.mul(call.x, alpha)]);
  return call.add(gate, call.mul(call.x, alpha, gate, call.sub(1, gate)));
}

/** Mish: x·t, t = tanh(ln(1 + eˣ)); slope t + x·σ(x)·(1 − t²). */
function mish(call: NodeCall): Operand {
  const t = call.emit('Tanh', [call.emit('Softplus', [call.x])]);
  return call.add(t, call.mul(call.x, call.emit('Sigmoid', [call.x]), call.sub(1, call.square(t))));
}

/** Gelu: x·Φ(x), slope Φ + x·φ, Φ = ½(1 + erf(x/√2)), φ the normal density; or its approximation by tanh. */
function gelu(call: NodeCall): Operand {
  const { x } = call;
  if (readString(call.node, 'approximate') === 'tanh') {
    return tanhGelu(call);
  }
  const cumulative = call.mul(call.add(call.emit('Erf', [call.mul(x, Math.SQRT1_2)]), 1), 0.5);
  const density = call.mul(call.emit('Exp', [call.mul(x, x, -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return call.add(cumulative, call.mul(x, density));
}

/** ½x(1 + t), t = tanh(c(x + a·x³)), c = √(2/π), a = 0.044715; slope ½(1 + t) + ½x(1 − t²)·c(1 + 3a·x²). */
function tanhGelu(call: NodeCall): Operand {
  const { x } = call;
  const c = Math.sqrt(2 / Math.PI);
  const square = call.square(x);
  const t = call.emit('Tanh', [call.mul(x, call.add(call.mul(square, 0.044715 * c), c))]);
  const inner = call.add(call.mul(square, 3 * 0.044715 * c), c);
  const curved = call.mul(x, call.sub(1, call.square(t)), inner);
  return call.mul(call.add(t, 1, curved), 0.5);
}

/** Activations and functions of one number: f′ from the output where it can be, else from the input. */
export const activationRules: GradientRules = {
  Relu: elementwise((call) => positive(call)),
  Clip: clip,
  LeakyRelu: leakyRelu,
  PRelu: pRelu,
  Elu: elementwise(elu),
  Selu: elementwise(selu),
  Celu: elementwise(celu),
  ThresholdedRelu: elementwise((call) => call.mask(call.greater(call.x, readFloat(call.node, 'alpha') ?? 1))),
  Sigmoid: elementwise((call) => call.mul(call.y, call.sub(1, call.y))),
  Tanh: elementwise((call) => call.sub(1, call.square(call.y))),
  Softplus: elementwise((call) => call.emit('Sigmoid', [call.x])),
  Softsign: elementwise(softsign),
  HardSigmoid: elementwise(hardSigmoid),
  HardSwish: elementwise(hardSwish),
  Swish: elementwise((call) => swish(call)),
  Mish: elementwise(mish),
  Gelu: elementwise(gelu),
  'com.microsoft:Gelu': elementwise(gelu),
  'com.microsoft:FastGelu': (call) => (call.has(1) ? [] : elementwise(tanhGelu)(call)),
  'com.microsoft:QuickGelu': elementwise((call) => swish(call, 1.702)),
  Erf: elementwise((call) => call.mul(call.emit('Exp', [call.mul(call.x, call.x, -1)]), 2 / Math.sqrt(Math.PI))),
  Exp: elementwise((call) => call.y),
  Log: (call) => [() => call.div(call.dY, call.x)],
  Sqrt: (call) => [() => call.div(call.mul(call.dY, 0.5), call.y)],
  Reciprocal: elementwise((call) => call.mul(call.y, call.y, -1)),
  Neg: (call) => [() => call.emit('Neg', [call.dY])],
  Abs: elementwise((call) => call.emit('Sign', [call.x])),
  Sin: elementwise((call) => call.emit('Cos', [call.x])),
  Cos: elementwise((call) => call.mul(call.emit('Sin', [call.x]), -1)),
  Tan: elementwise((call) => call.add(call.square(call.y), 1)),
  Sinh: elementwise((call) => call.emit('Cosh', [call.x])),
  Cosh: elementwise((call) => call.emit('Sinh', [call.x])),
  Asin: elementwise((call) => call.div(1, call.emit('Sqrt', [call.sub(1, call.square(call.x))]))),
  Acos: elementwise((call) => call.div(-1, call.emit('Sqrt', [call.sub(1, call.square(call.x))]))),
  Atan: elementwise((call) => call.div(1, call.add(call.square(call.x), 1))),
  Asinh: elementwise((call) => call.div(1, call.emit('Sqrt', [call.add(call.square(call.x), 1)]))),
  Acosh: elementwise((call) => call.div(1, call.emit('Sqrt', [call.sub(call.square(call.x), 1)]))),
  Atanh: elementwise((call) => call.div(1, call.sub(1, call.square(call.x)))),
};
