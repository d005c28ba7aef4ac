import type { EmittedAttribute } from '../../../../src/onnx/graphExtension';
import type { InputKind } from '../checkDerivative';
import { float, text } from '../testGraph';
import type { CaseTable } from './caseTable';

/** f(x) for the operator sets from `since` on. */
function unary(
  opType: string,
  since: number,
  attributes: Readonly<Record<string, EmittedAttribute>> = {},
  kind: InputKind = 'lattice',
): CaseTable[string] {
  return (random) => ({
    opset: random.pick(...[9, 11, 13, 17, 22].filter((opset) => opset >= since), Math.max(since, 17)),
    inputs: { x: [random.integer(1, 3), 7] },
    kind,
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => [graph.add(opType, [x], attributes)],
  });
}

/** x is scaled into (−1, 1). */
function inUnitInterval(opType: string): CaseTable[string] {
  return () => ({
    opset: 13,
    inputs: { x: [2, 5] },
    build: (graph, [x]) => [graph.add(opType, [graph.add('Mul', [x, graph.scalar(0.4)])])],
  });
}

export const activationCases: CaseTable = {
  Relu: unary('Relu', 9),
  'Clip with attributes': () => ({
    opset: 10,
    inputs: { x: [2, 9] },
    build: (graph, [x]) => [graph.add('Clip', [x], { min: float(-0.4), max: float(0.6) })],
  }),
  'Clip without bounds': unary('Clip', 11),
  'Clip from below': () => ({
    opset: 13,
    inputs: { x: [2, 9] },
    build: (graph, [x]) => [graph.add('Clip', [x, graph.scalar(-0.2)])],
  }),
  'Clip from above': () => ({
    opset: 17,
    inputs: { x: [2, 9] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('Clip', [x, '', graph.scalar(0.4)])],
  }),
  'Clip on both sides': () => ({
    opset: 13,
    inputs: { x: [2, 9] },
    build: (graph, [x]) => [graph.add('Clip', [x, graph.scalar(-0.4), graph.scalar(0.6)])],
  }),
  LeakyRelu: unary('LeakyRelu', 9),
  'LeakyRelu with a negative slope': unary('LeakyRelu', 9, { alpha: float(-0.5) }),
  PRelu: (random) => ({
    opset: random.pick(9, 16),
    inputs: { x: [2, 3, 4], slope: [3, 1] },
    build: (graph, [x, slope]) => [graph.add('PRelu', [x, slope])],
  }),
  Elu: unary('Elu', 9),
  'Elu with α': unary('Elu', 9, { alpha: float(1.7) }),
  'Elu with a negative α': unary('Elu', 9, { alpha: float(-0.7) }),
  Selu: unary('Selu', 9),
  'Selu with α and γ': unary('Selu', 9, { alpha: float(0.8), gamma: float(1.3) }),
  Celu: (random) => ({ ...unary('Celu', 12)(random), isSingleOnly: true }),
  'Celu with α': (random) => ({ ...unary('Celu', 12, { alpha: float(2.1) })(random), isSingleOnly: true }),
  ThresholdedRelu: unary('ThresholdedRelu', 10, { alpha: float(0.2) }),
  Sigmoid: unary('Sigmoid', 9),
  Tanh: unary('Tanh', 9),
  Softplus: unary('Softplus', 9),
  Softsign: unary('Softsign', 9),
  HardSigmoid: unary('HardSigmoid', 9, { alpha: float(1), beta: float(0.4) }),
  HardSwish: () => ({
    opset: 14,
    inputs: { x: [2, 9] },
    build: (graph, [x]) => [graph.add('HardSwish', [graph.add('Mul', [x, graph.scalar(5)])])],
  }),
  Swish: unary('Swish', 24, { alpha: float(1.5) }),
  Mish: unary('Mish', 18),
  Gelu: unary('Gelu', 20),
  'Gelu by tanh': unary('Gelu', 20, { approximate: text('tanh') }),
  Erf: unary('Erf', 9),
  Exp: unary('Exp', 9),
  Log: unary('Log', 9, {}, 'positive'),
  Sqrt: unary('Sqrt', 9, {}, 'positive'),
  Reciprocal: unary('Reciprocal', 9, {}, 'positive'),
  Neg: unary('Neg', 9),
  Abs: unary('Abs', 9),
  Sin: unary('Sin', 9),
  Cos: unary('Cos', 9),
  Tan: inUnitInterval('Tan'),
  Sinh: unary('Sinh', 9),
  Cosh: unary('Cosh', 9),
  Asin: inUnitInterval('Asin'),
  Acos: inUnitInterval('Acos'),
  Atan: unary('Atan', 9),
  Asinh: unary('Asinh', 9),
  Acosh: () => ({
    opset: 9,
    inputs: { x: [2, 5] },
    kind: 'positive',
    build: (graph, [x]) => [graph.add('Acosh', [graph.add('Add', [x, graph.scalar(1)])])],
  }),
  Atanh: inUnitInterval('Atanh'),
};
