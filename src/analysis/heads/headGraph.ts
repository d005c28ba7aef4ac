import type { GraphIndex } from '../../graph/graphIndex';
import { listReads } from '../../graph/graphIndex';
import type { InferredGraph } from '../../graph/inferShapes';
import type { ElementType, GraphNode, Model } from '../../graph/model';
import type { Quantization, StoredValue } from './headDescription';
import { inlineFunctions } from './inlineFunctions';

/** What head detection asks of a model: who made a value, whether it depends on the image, its bound shape. */
export interface HeadGraph {
  readonly model: Model;
  /** With calls of model-local functions replaced by what they run. */
  readonly index: GraphIndex;
  /** Name of the function inside which a value lives; null for values of the main graph, which a run can give. */
  functionOf(name: string): string | null;
  /** Whether a value depends on what is fed to the model, and not only on its shape. */
  isData(name: string): boolean;
  /** Dimensions with the batch counted as 1; null when one is unknown. */
  shapeOf(name: string): readonly number[] | null;
  elementTypeOf(name: string): ElementType | null;
  /** Elements of one batch item, wherever a Transpose may have put the batch axis. */
  countPerItem(shape: readonly number[]): number;
  /** Elements of a small constant, or null. */
  valuesOf(name: string): readonly number[] | null;
  /** The constant of that name as something a layer can read, or null when it is data or has no known shape. */
  storedValueOf(name: string | undefined, quantization?: Quantization | null): StoredValue | null;
}

export function createHeadGraph(model: Model, mainIndex: GraphIndex, mainInferred: InferredGraph): HeadGraph {
  const { index, inferred, innerValues } = inlineFunctions(mainIndex, mainInferred);
  const data = findData(model, index);
  const batch = findBatch(model, inferred);
  const graph: HeadGraph = {
    model,
    index,
    functionOf: (name) => innerValues.get(name) ?? null,
    isData: (name) => data.has(name),
    shapeOf: (name) =>
      toBoundShape(inferred.facts.get(name)?.shape ?? model.graph.initializers.get(name)?.dims ?? null),
    elementTypeOf: (name) =>
      inferred.facts.get(name)?.elementType ?? model.graph.initializers.get(name)?.elementType ?? null,
    countPerItem: (shape) => shape.reduce((product, size) => product * size, 1) / batch,
    valuesOf: (name) => inferred.constants.get(name)?.data ?? null,
    storedValueOf(name, quantization = null) {
      if (name === undefined || name === '' || data.has(name)) {
        return null;
      }
      const dims = graph.shapeOf(name);
      return dims && { tensor: name, elementType: graph.elementTypeOf(name) ?? 'float32', dims, quantization };
    },
  };
  return graph;
}

/** Inputs of a node that depend on the image. */
export function listDataInputs(graph: HeadGraph, node: GraphNode): readonly string[] {
  return node.inputs.filter((name) => name !== '' && graph.isData(name));
}

/** Images in a fixed batch; an input of fewer than four axes may have no batch axis at all. */
function findBatch(model: Model, inferred: Pick<InferredGraph, 'facts'>): number {
  const shape = toBoundShape(inferred.facts.get(model.graph.inputs[0]?.name ?? '')?.shape ?? null);
  return shape !== null && shape.length >= 4 ? (shape[0] ?? 1) : 1;
}

/** Shape and Size read no elements, so what is computed from them is a constant of the shape. */
function findData(model: Model, index: GraphIndex): ReadonlySet<string> {
  const data = new Set(model.graph.inputs.map((input) => input.name));
  for (const node of index.order) {
    const readsShapeOnly = node.domain === '' && (node.opType === 'Shape' || node.opType === 'Size');
    if (!readsShapeOnly && listReads(node).some((name) => data.has(name))) {
      node.outputs.forEach((output) => data.add(output));
    }
  }
  return data;
}

function toBoundShape(shape: readonly (number | string | null)[] | null): readonly number[] | null {
  const bound = shape?.map((size, axis) => (axis === 0 && typeof size !== 'number' ? 1 : size));
  return bound?.every((size) => typeof size === 'number') ? bound : null;
}
