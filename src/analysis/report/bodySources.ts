import { indexNodes } from '../../graph/graphIndex';
import type { InferredBody } from '../../graph/inference';
import type { Graph, GraphNode, ValueInfo } from '../../graph/model';
import type { ValueFacts } from '../../graph/valueFacts';
import { NOTHING_KNOWN } from '../../graph/valueFacts';
import type { LayerBody } from '../../protocol/layerBodies';

/** One body of a node before any of it is listed. */
export interface BodySource extends Pick<LayerBody, 'kind' | 'name' | 'times'> {
  /** null for functions, which have none. */
  readonly graph: Graph | null;
  readonly nodes: readonly GraphNode[];
  /** [inner name, name outside]. */
  readonly inputs: InferredBody['inputs'];
  /** [inner name, name outside, how it comes out]. */
  readonly outputs: InferredBody['outputs'];
  readonly bodies: InferredBody['bodies'];
  readonly factsOf: (name: string) => ValueFacts;
}

/** The graph around: the main one, or a body. */
export type Surroundings = Pick<BodySource, 'nodes' | 'bodies' | 'factsOf'>;

/**
 * The function that a node calls, or the graphs it holds in the order of its attributes. Graphs that inference did not
 * enter (a branch that a known condition rules out, operators it does not know) come with what the file declares.
 */
export function listBodySources(
  node: GraphNode,
  { bodies, factsOf }: Omit<Surroundings, 'nodes'>,
): readonly BodySource[] {
  const inferred = bodies.get(node) ?? [];
  const called = inferred.filter(({ kind }) => kind === 'function');
  if (called.length > 0) {
    const { opType, overload = '' } = node;
    return called.map((body) => fromInferred(body, overload === '' ? opType : `${opType}:${overload}`));
  }
  const graphs = listGraphs(node);
  return graphs.map(({ name, graph }) => {
    const body = inferred.find((candidate) => candidate.graph === graph);
    if (body === undefined) {
      const isRuledOut = node.opType === 'If' && inferred.length > 0;
      return { ...fromFile(graph, name, factsOf), ...(isRuledOut ? { kind: 'branch', times: 0 } : {}) };
    }
    const isOpen = body.kind === 'branch' && inferred.length > 1;
    return isOpen ? { ...fromInferred(body, name), times: null } : fromInferred(body, name);
  });
}

/** `then_branch` comes before `else_branch`, however the file has them. */
function listGraphs({ attributes }: GraphNode): readonly { readonly name: string; readonly graph: Graph }[] {
  const elseLast = [...attributes].sort(([a], [b]) => Number(a === 'else_branch') - Number(b === 'else_branch'));
  return elseLast.flatMap(([name, attribute]) => {
    switch (attribute.type) {
      case 'graph':
        return [{ name, graph: attribute.value }];
      case 'graphs':
        return attribute.value.map((graph, position) => ({ name: `${name}[${position}]`, graph }));
      default:
        return [];
    }
  });
}

function fromInferred(body: InferredBody, name: string): BodySource {
  const { kind, times, graph, nodes, inputs, outputs, bodies, factsOf } = body;
  return { kind, name, times, graph, nodes: indexNodes(nodes).order, inputs, outputs, bodies, factsOf };
}

function fromFile(graph: Graph, name: string, around: BodySource['factsOf']): BodySource {
  const declared = new Map(
    [...graph.valueInfo.values(), ...graph.inputs, ...graph.outputs].map((one) => [one.name, toFacts(one)]),
  );
  const stored = new Map(
    [...graph.initializers].map(([key, { elementType, dims }]) => [key, toFacts({ elementType, shape: dims })]),
  );
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  return {
    kind: 'graph',
    name,
    times: null,
    graph,
    nodes: graph.nodes,
    inputs: [],
    outputs: [],
    bodies: new Map(),
    factsOf: (value) => stored.get(value) ?? declared.get(value) ?? (made.has(value) ? NOTHING_KNOWN : around(value)),
  };
}

function toFacts({ elementType, shape }: Pick<ValueInfo, 'elementType' | 'shape'>): ValueFacts {
  const known = shape?.map((size) => (typeof size === 'number' ? size : null)) ?? null;
  return { ...NOTHING_KNOWN, elementType, shape: known };
}
