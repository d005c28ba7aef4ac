import { findActivePath } from '../gradient/activePath';
import { readFloat } from '../graph/attributes';
import type { GraphNode } from '../graph/model';
import { emitActivation } from './emittedValues';
import type { LayerContext } from './layerContext';

/** One node's own part of y: what it adds besides passing its input on. */
export interface BiasTerm {
  /** The node's output, where the part lies. */
  readonly tensor: string;
  /** Values of the graph whose derivatives are needed. */
  readonly derivatives: readonly string[];
  /** The part element by element, of the tensor's shape, float32 as the derivatives are. */
  emit(derivativeOf: (value: string) => string): string;
}

/** Element-wise, through 0 only in part: between the pieces they add a constant to slope · input. */
const BENT: ReadonlySet<string> = new Set([
  'Clip',
  'Sigmoid',
  'HardSigmoid',
  'HardSwish',
  'Tanh',
  'Elu',
  'Selu',
  'Celu',
  'Softplus',
  'Softsign',
  'Mish',
  'Gelu',
  'Erf',
]);

/**
 * The bias terms between the image and the target (Srinivas & Fleuret 2019, section 3): g∘b for the biases of
 * convolutions, linear layers, normalisations and added constants; for activations other than ReLU the implicit bias,
 * g_out∘y − g_in∘x, which is what the tangent at x has at 0. Where other nodes bend (products of two values, softmax),
 * nothing is counted.
 */
export function findBiasTerms(context: LayerContext): readonly BiasTerm[] {
  const { index, shapes, layer, output } = context;
  const { nodes, dependent } = findActivePath(index, shapes, [output], [layer.tensor]);
  return nodes.flatMap((node) => describeTerm(context, node, dependent) ?? []);
}

function describeTerm(context: LayerContext, node: GraphNode, dependent: ReadonlySet<string>): BiasTerm | null {
  const { builder } = context;
  const [tensor] = node.outputs;
  const float = (value: string) => emitFloat(context, value);
  const times = (emitBias: () => string): BiasTerm => ({
    tensor,
    derivatives: [tensor],
    emit: (derivativeOf) => builder.add('Mul', [derivativeOf(tensor), emitBias()]),
  });
  const perChannel = (value: string) => builder.reshape(float(value), [-1, ...spatialOnes(context, tensor)]);
  switch (node.opType) {
    case 'Conv':
    case 'ConvTranspose':
      return node.inputs[2] ? times(() => perChannel(node.inputs[2])) : null;
    case 'Gemm': {
      const beta = readFloat(node, 'beta') ?? 1;
      return node.inputs[2] ? times(() => builder.add('Mul', [float(node.inputs[2]), builder.float32(beta)])) : null;
    }
    case 'BatchNormalization':
      return times(() => builder.reshape(emitShift(context, node), [-1, ...spatialOnes(context, tensor)]));
    case 'Add':
    case 'Sub':
      return describeAdded(context, node, dependent, times);
    default:
      return BENT.has(node.opType) ? describeBent(context, node) : null;
  }
}

/** Ones after the channel axis. */
function spatialOnes({ shapes }: LayerContext, tensor: string): number[] {
  return Array<number>(Math.max(0, (shapes.sizes(tensor)?.length ?? 2) - 2)).fill(1);
}

/** β − μ·γ/√(σ² + ε). */
function emitShift(context: LayerContext, node: GraphNode): string {
  const { builder } = context;
  const [, scale, shift, mean, variance] = node.inputs.map((value) => emitFloat(context, value));
  const epsilon = builder.float32(readFloat(node, 'epsilon') ?? 1e-5);
  const deviation = builder.add('Sqrt', [builder.add('Add', [variance, epsilon])]);
  return builder.add('Sub', [shift, builder.add('Mul', [mean, builder.add('Div', [scale, deviation])])]);
}

/** A constant that is added or subtracted. */
function describeAdded(
  context: LayerContext,
  node: GraphNode,
  dependent: ReadonlySet<string>,
  times: (emitBias: () => string) => BiasTerm,
): BiasTerm | null {
  const [left, right] = node.inputs;
  const constant = dependent.has(left) ? right : left;
  if (dependent.has(constant)) {
    return null;
  }
  const isNegative = node.opType === 'Sub' && constant === right;
  return times(() => {
    const added = emitFloat(context, constant);
    return isNegative ? context.builder.add('Neg', [added]) : added;
  });
}

function describeBent(context: LayerContext, node: GraphNode): BiasTerm | null {
  const { builder, index } = context;
  const [input] = node.inputs;
  const [tensor] = node.outputs;
  // With other readers the derivative with respect to the input is not this node's alone.
  if (index.consumersOf.get(input)?.length !== 1) {
    return null;
  }
  return {
    tensor,
    derivatives: [tensor, input],
    emit: (derivativeOf) =>
      builder.add('Sub', [
        builder.add('Mul', [derivativeOf(tensor), emitFloat(context, tensor)]),
        builder.add('Mul', [derivativeOf(input), emitFloat(context, input)]),
      ]),
  };
}

/** A value of the model's own, as float32. */
function emitFloat({ builder, shapes }: LayerContext, value: string): string {
  return emitActivation(builder, value, shapes.elementType(value) ?? 'float32');
}
