import { indexNodes } from '../../graph/graphIndex';
import type { GraphIndex } from '../../graph/graphIndex';
import type { InferredBody } from '../../graph/inference';
import type { InferredGraph } from '../../graph/inferShapes';
import type { ElementType, GraphNode, Shape } from '../../graph/model';

/** The main graph with calls of model-local functions replaced by what they run. */
export interface InlinedGraph {
  readonly index: GraphIndex;
  readonly inferred: Pick<InferredGraph, 'shapes' | 'elementTypes' | 'constants'>;
  /** Values that exist inside a function only, with the function's name: a run cannot be asked for them. */
  readonly innerValues: ReadonlyMap<string, string>;
}

/** Inlined nodes carry the index of the node of the main graph that calls them. */
export function inlineFunctions(index: GraphIndex, inferred: InferredGraph): InlinedGraph {
  if (![...inferred.bodies.values()].flat().some((body) => body.kind === 'function')) {
    return { index, inferred, innerValues: new Map() };
  }
  const inlining = new Inlining(inferred);
  const nodes = index.order.flatMap((node) => inlining.expand(node, inferred.bodies, node.index));
  return { index: indexNodes(nodes), inferred: inlining, innerValues: inlining.innerValues };
}

class Inlining {
  readonly shapes: Map<string, Shape>;
  readonly elementTypes: Map<string, ElementType>;
  readonly constants: Map<string, { elementType: ElementType; dims: readonly number[]; data: readonly number[] }>;
  readonly innerValues = new Map<string, string>();
  #calls = 0;

  constructor(inferred: InferredGraph) {
    this.shapes = new Map(inferred.shapes);
    this.elementTypes = new Map(inferred.elementTypes);
    this.constants = new Map(inferred.constants);
  }

  expand(
    node: GraphNode,
    bodies: ReadonlyMap<GraphNode, readonly InferredBody[]>,
    caller: number,
  ): readonly GraphNode[] {
    const body = bodies.get(node)?.find((candidate) => candidate.kind === 'function');
    if (body === undefined) {
      return [node.index === caller ? node : { ...node, index: caller }];
    }
    const names = new Map<string, string>([...body.inputs, ...body.outputs]);
    const call = this.#calls++;
    for (const inner of body.nodes) {
      inner.outputs
        .filter((name) => name !== '' && !names.has(name))
        .forEach((name) => names.set(name, this.#keep(body, name, `${node.opType}#${call}/${name}`, node.opType)));
    }
    // A function sees nothing outside: a name that nobody defines is an optional input the call leaves out.
    const rename = (name: string) => names.get(name) ?? '';
    return body.nodes.flatMap((inner) => {
      const renamed = { ...inner, inputs: inner.inputs.map(rename), outputs: inner.outputs.map(rename) };
      const own = body.bodies.get(inner);
      return this.expand(renamed, own === undefined ? NO_BODIES : new Map([[renamed, own]]), caller);
    });
  }

  #keep(body: InferredBody, name: string, outerName: string, functionName: string): string {
    const { elementType, shape, value } = body.factsOf(name);
    this.shapes.set(outerName, shape);
    if (elementType !== null) {
      this.elementTypes.set(outerName, elementType);
    }
    if (value !== null && isComplete(value.data)) {
      this.constants.set(outerName, { elementType: value.elementType, dims: value.dims, data: value.data });
    }
    this.innerValues.set(outerName, functionName);
    return outerName;
  }
}

const NO_BODIES: ReadonlyMap<GraphNode, readonly InferredBody[]> = new Map();

function isComplete(data: readonly (number | null)[]): data is readonly number[] {
  return !data.includes(null);
}
