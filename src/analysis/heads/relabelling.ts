import { readInt, readInts } from '../../graph/attributes';
import type { GraphNode } from '../../graph/model';
import type { HeadGraph } from './headGraph';

/** Operators that keep every element and its order, whatever the shape becomes. */
const ORDER_KEEPING: ReadonlySet<string> = new Set([
  'Identity',
  'Dropout',
  'Cast',
  'CastLike',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
]);

/** An axis of a feature map before it is known which one holds the channels: 1, 2 or 3 of the tensor's own axes. */
export type Atom = 1 | 2 | 3;

/** For each dimension after the batch, the map's axes folded into it, outermost first. Axes of size 1 are left out. */
export type AxisLabels = readonly (readonly Atom[])[];

/** True for operators that at most rename, reshape or permute. */
export function isRelabelling(node: GraphNode): boolean {
  return node.domain === '' && (ORDER_KEEPING.has(node.opType) || node.opType === 'Transpose');
}

/** Whether a node keeps the order of the elements of one batch item (a Transpose may, when it moves axes of size 1). */
export function keepsOrder(graph: HeadGraph, node: GraphNode): boolean {
  if (node.domain !== '') {
    return false;
  }
  if (ORDER_KEEPING.has(node.opType)) {
    return node.opType !== 'Dropout' || node.outputs[0] !== undefined;
  }
  const shape = node.opType === 'Transpose' ? graph.shapeOf(node.inputs[0] ?? '') : null;
  if (shape === null) {
    return false;
  }
  const moved = readPermutation(node, shape.length).filter((axis) => shape[axis] !== 1);
  return moved.every((axis, position) => position === 0 || axis > (moved[position - 1] ?? 0));
}

export function readPermutation(node: GraphNode, rank: number): readonly number[] {
  return readInts(node, 'perm') ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}

/**
 * Labels after a relabelling node, or null when axes of the map are cut or mixed in a way labels cannot say.
 * `sizes` are the map's axis sizes.
 */
export function relabel(
  graph: HeadGraph,
  node: GraphNode,
  labels: AxisLabels,
  sizes: ReadonlyMap<Atom, number>,
): AxisLabels | null {
  if (node.opType === 'Transpose') {
    const permutation = readPermutation(node, labels.length + 1);
    return permutation[0] === 0 ? permutation.slice(1).map((axis) => labels[axis - 1] ?? []) : null;
  }
  const shape = graph.shapeOf(node.outputs[0] ?? '');
  return shape && regroup(labels.flat(), shape.slice(1), sizes);
}

function regroup(atoms: readonly Atom[], dims: readonly number[], sizes: ReadonlyMap<Atom, number>): AxisLabels | null {
  const waiting = [...atoms];
  const labels: Atom[][] = [];
  for (const dim of dims) {
    const group: Atom[] = [];
    let size = 1;
    while (size < dim && waiting.length > 0) {
      const atom = waiting.shift() as Atom;
      group.push(atom);
      size *= sizes.get(atom) ?? 1;
    }
    if (size !== dim) {
      return null;
    }
    labels.push(group);
  }
  return waiting.length === 0 ? labels : null;
}

/** Axes of a Softmax-like or Concat-like node. */
export function readAxis(node: GraphNode, rank: number, fallback: number): number {
  const axis = readInt(node, 'axis') ?? fallback;
  return axis < 0 ? axis + rank : axis;
}
