import type { GraphNode } from '../../graph/model';
import { readElementwise } from './elementwise';
import type { ConcatenateStep, HeadStep, MergeStep, OpaqueStep } from './headDescription';
import type { HeadGraph } from './headGraph';
import { listDataInputs } from './headGraph';
import { readLinearLayer } from './linearLayers';
import { keepsOrder, readAxis } from './relabelling';

/** What a node between the vectors read from the map and the logits does; `opaque` when no rule describes it. */
export function readVectorStep(graph: HeadGraph, node: GraphNode): HeadStep {
  const inputs = listDataInputs(graph, node);
  const [input = ''] = inputs;
  const base = { node: node.index, output: node.outputs[0] ?? '' };
  if (inputs.length === 1 && keepsOrder(graph, node)) {
    return { kind: 'relabel', ...base, input };
  }
  if (inputs.length > 1) {
    return readMerge(graph, node) ?? readConcatenation(graph, node) ?? toOpaque(graph, node);
  }
  const linear = readLinearLayer(graph, node);
  const shape = graph.shapeOf(input);
  if (linear !== null && shape !== null && graph.countPerItem(shape) === linear.inputs) {
    return linear;
  }
  return (shape && readVectorElementwise(graph, node, shape)) ?? toOpaque(graph, node);
}

export function toOpaque(graph: HeadGraph, node: GraphNode): OpaqueStep {
  return {
    kind: 'opaque',
    node: node.index,
    output: node.outputs[0] ?? '',
    inputs: listDataInputs(graph, node),
    opType: node.opType,
    name: node.name,
  };
}

/** Element-wise on a vector: the constant has one element or as many as the vector, and the vector keeps its size. */
function readVectorElementwise(graph: HeadGraph, node: GraphNode, shape: readonly number[]): HeadStep | null {
  const size = graph.countPerItem(shape);
  const output = graph.shapeOf(node.outputs[0] ?? '');
  if (output === null || graph.countPerItem(output) !== size) {
    return null;
  }
  return readElementwise(graph, node, (constant) => {
    const count = constant.dims.reduce((product, dim) => product * dim, 1);
    return count === 1 || count === size;
  });
}

function readMerge(graph: HeadGraph, node: GraphNode): MergeStep | null {
  const sizes = node.inputs.map((name) => countElements(graph, name));
  const same = node.inputs.every((name, index) => graph.isData(name) && sizes[index] === sizes[0]);
  const coefficients = MERGE_COEFFICIENTS[node.opType]?.(node.inputs.length);
  if (node.domain !== '' || coefficients === undefined || !same || sizes[0] === null) {
    return null;
  }
  const terms = node.inputs.map((input, index) => ({ input, coefficient: coefficients[index] ?? 1 }));
  return { kind: 'merge', node: node.index, output: node.outputs[0] ?? '', terms };
}

const MERGE_COEFFICIENTS: Readonly<Record<string, (count: number) => readonly number[]>> = {
  Add: () => [1, 1],
  Sub: () => [1, -1],
  Sum: (count) => Array<number>(count).fill(1),
  Mean: (count) => Array<number>(count).fill(1 / count),
};

/** Along the one axis that is not 1, so that the parts lie one after the other. */
function readConcatenation(graph: HeadGraph, node: GraphNode): ConcatenateStep | null {
  const output = graph.shapeOf(node.outputs[0] ?? '');
  if (node.domain !== '' || node.opType !== 'Concat' || output === null) {
    return null;
  }
  const axis = readAxis(node, output.length, 1);
  const alone = output.every((size, other) => other === axis || other === 0 || size === 1);
  const sizes = node.inputs.map((name) => countElements(graph, name));
  if (axis === 0 || !alone || sizes.includes(null) || !node.inputs.every((name) => graph.isData(name))) {
    return null;
  }
  const parts = node.inputs.map((input, index) => ({ input, size: sizes[index] ?? 0 }));
  return { kind: 'concatenate', node: node.index, output: node.outputs[0] ?? '', parts };
}

function countElements(graph: HeadGraph, name: string): number | null {
  const shape = graph.shapeOf(name);
  return shape && graph.countPerItem(shape);
}
