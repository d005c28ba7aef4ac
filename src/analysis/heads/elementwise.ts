import { readFloat, readInt } from '../../graph/attributes';
import type { GraphNode } from '../../graph/model';
import type { AffineOperation, HeadStep, Rectifier, StoredValue } from './headDescription';
import type { HeadGraph } from './headGraph';
import { listDataInputs } from './headGraph';

/** How a constant must look: one element, or one per element of the vector (or per channel of a map). */
export type IsPerElement = (constant: StoredValue) => boolean;

/** A node that works on each element alone: affine, piecewise affine, or rounding; null when it is something else. */
export function readElementwise(graph: HeadGraph, node: GraphNode, isPerElement: IsPerElement): HeadStep | null {
  const input = listDataInputs(graph, node)[0];
  if (input === undefined || listDataInputs(graph, node).length !== 1 || node.domain !== '') {
    return null;
  }
  const base = { node: node.index, output: node.outputs[0] ?? '', input };
  const rectifier = readRectifier(graph, node, isPerElement);
  if (rectifier !== null) {
    return { kind: 'rectifier', ...base, rectifier };
  }
  if (node.opType === 'QuantizeLinear') {
    return { kind: 'round', ...base, step: node.inputs[1] ?? '' };
  }
  if (node.opType === 'DequantizeLinear' || isIdentityPower(graph, node)) {
    return { kind: 'relabel', ...base };
  }
  const operation = readAffine(graph, node, input, isPerElement);
  return operation && { kind: 'affine', ...base, operation };
}

function isIdentityPower(graph: HeadGraph, node: GraphNode): boolean {
  return node.opType === 'Pow' && graph.valuesOf(node.inputs[1] ?? '')?.every((exponent) => exponent === 1) === true;
}

function readAffine(
  graph: HeadGraph,
  node: GraphNode,
  input: string,
  isPerElement: IsPerElement,
): AffineOperation | null {
  if (node.opType === 'Neg') {
    return { type: 'negate' };
  }
  if (node.opType === 'BatchNormalization') {
    return readNormalization(graph, node);
  }
  const isFirst = node.inputs[0] === input;
  const constant = graph.storedValueOf(node.inputs[isFirst ? 1 : 0]);
  if (constant === null || node.inputs.length !== 2 || !isPerElement(constant)) {
    return null;
  }
  switch (node.opType) {
    case 'Add':
    case 'Sum':
      return { type: 'add', constant };
    case 'Sub':
      return { type: isFirst ? 'subtract' : 'subtractFrom', constant };
    case 'Mul':
      return { type: 'multiply', constant };
    case 'Div':
      return isFirst ? { type: 'divide', constant } : null;
    default:
      return null;
  }
}

function readNormalization(graph: HeadGraph, node: GraphNode): AffineOperation | null {
  const [scale, shift, mean, variance] = node.inputs.slice(1).map((name) => graph.storedValueOf(name));
  if (!scale || !shift || !mean || !variance || readInt(node, 'training_mode') === 1) {
    return null;
  }
  return { type: 'normalize', scale, shift, mean, variance, epsilon: readFloat(node, 'epsilon') ?? 1e-5 };
}

function readRectifier(graph: HeadGraph, node: GraphNode, isPerElement: IsPerElement): Rectifier | null {
  switch (node.opType) {
    case 'Relu':
      return { type: 'relu' };
    case 'Clip':
    case 'ThresholdedRelu':
    case 'Max':
    case 'Min':
      return { type: 'clamp' };
    case 'LeakyRelu':
      return { type: 'leaky', slope: readFloat(node, 'alpha') ?? 0.01 };
    case 'Abs':
      return { type: 'leaky', slope: -1 };
    case 'PRelu': {
      const slope = graph.storedValueOf(node.inputs[1]);
      return slope !== null && isPerElement(slope) ? { type: 'leaky', slope } : null;
    }
    case 'HardSigmoid':
      return { type: 'hardSigmoid', slope: readFloat(node, 'alpha') ?? 0.2 };
    default:
      return null;
  }
}
