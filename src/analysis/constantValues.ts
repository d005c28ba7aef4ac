import { hasSubgraphs } from '../graph/graphIndex';
import type { GraphNode } from '../graph/model';

/** Operators that draw random numbers: without inputs, and yet not constant. */
const RANDOM = new Set([
  'RandomNormal',
  'RandomUniform',
  'RandomNormalLike',
  'RandomUniformLike',
  'Multinomial',
  'Bernoulli',
]);

/**
 * Values that depend on no input of the graph: stored tensors and whatever is computed from them alone.
 * `order` is topological; `stored` names initializers and outer values that are constant.
 */
export function findConstantValues(order: readonly GraphNode[], stored: Iterable<string>): ReadonlySet<string> {
  const constant = new Set(stored);
  for (const node of order) {
    const isConstant = node.inputs.every((name) => name === '' || constant.has(name));
    // A node with sub-graphs may capture anything.
    if (isConstant && !RANDOM.has(node.opType) && !hasSubgraphs(node)) {
      node.outputs.forEach((name) => constant.add(name));
    }
  }
  return constant;
}
