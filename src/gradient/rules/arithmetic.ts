import type { GradientRule, GradientRules, InputDerivative } from '../gradientRule';
import type { NodeCall, Operand } from '../nodeCall';
import { sumToShape } from '../shaping';

/** Derivatives of the output's shape, each added up over the axes along which its input was repeated. */
function broadcasting(rule: (call: NodeCall) => readonly (() => string)[]): GradientRule {
  return (call) =>
    rule(call).map((derivative, index): InputDerivative => {
      return () => sumToShape(call, derivative(), call.y, call.input(index));
    });
}

/** a/b: dA = dY/b, dB = −dY·y/b. */
const divide = broadcasting((call) => [
  () => call.div(call.dY, call.input(1)),
  () => call.emit('Neg', [call.div(call.mul(call.dY, call.y), call.input(1))]),
]);

/** aᵇ: dA = dY·b·aᵇ⁻¹, dB = dY·y·ln a (0 where y is 0). */
const power = broadcasting((call) => [() => powerOfBase(call), () => powerOfExponent(call)]);

function powerOfBase(call: NodeCall): string {
  const exponent = call.shapes.constant(call.input(1));
  const value = exponent?.data.length === 1 ? exponent.data[0] : null;
  if (value !== null && value !== 0) {
    return call.mul(call.dY, value, value === 1 ? 1 : call.pow(call.x, value - 1));
  }
  // The exponent may be of another type than the base.
  const power = call.build.cast(call.input(1), call.type);
  return call.mul(call.dY, power, call.emit('Pow', [call.x, call.sub(power, 1)]));
}

function powerOfExponent(call: NodeCall): string {
  const logarithm = call.emit('Log', [call.x]);
  const isZero = call.equal(call.y, 0);
  return call.mul(call.dY, call.emit('Where', [isZero, 0, call.mul(call.y, logarithm)]));
}

/** Min and Max: dY goes to the inputs that attain the result, in equal shares. */
const extremum: GradientRule = (call) => {
  const attaining = () => call.node.inputs.map((name) => call.mask(call.equal(name, call.y)));
  return broadcasting(() =>
    call.node.inputs.map((_, index) => () => {
      const masks = attaining();
      return masks.length === 1 ? call.dY : call.div(call.mul(call.dY, masks[index]), call.add(...masks));
    }),
  )(call);
};

/** Where: dY to the side that was taken. */
const where: GradientRule = (call) => {
  const [condition, onTrue, onFalse] = call.node.inputs;
  const taken = (mask: string, side: string) => sumToShape(call, call.mul(call.dY, mask), call.y, side);
  return [
    undefined,
    () => taken(call.mask(condition), onTrue),
    () => taken(call.mask(call.emit('Not', [condition])), onFalse),
  ];
};

/** Of an input that is not repeated dY itself, with what is known of it. */
const add: GradientRule = (call) =>
  call.node.inputs.map((input) => () => {
    const summed = sumToShape(call, call.dY, call.y, input);
    return summed === call.dY ? (call.gradients[0] ?? summed) : summed;
  });

const same = (factor: (call: NodeCall) => Operand): GradientRule =>
  broadcasting((call) => call.node.inputs.map(() => () => call.mul(call.dY, factor(call))));

/** Arithmetic on tensors that are repeated to a common shape. */
export const arithmeticRules: GradientRules = {
  Add: add,
  Sum: add,
  Mean: same((call) => 1 / call.node.inputs.length),
  Sub: broadcasting((call) => [() => call.dY, () => call.emit('Neg', [call.dY])]),
  Mul: broadcasting((call) => [() => call.mul(call.dY, call.input(1)), () => call.mul(call.dY, call.input(0))]),
  Div: divide,
  Pow: power,
  Min: extremum,
  Max: extremum,
  Where: where,
};
