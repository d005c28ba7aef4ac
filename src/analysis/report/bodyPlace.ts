import { indexNodes } from '../../graph/graphIndex';
import type { InferredValues } from '../../graph/inferShapes';
import type { Graph, GraphNode, TensorInfo } from '../../graph/model';
import { NOTHING_KNOWN } from '../../graph/valueFacts';
import { findStoredTensor } from '../../onnx/findStoredTensor';
import type { BodyInput, BodyPath } from '../../protocol/layerBodies';
import { UserError } from '../../userError';
import type { BodySource, Surroundings } from './bodySources';
import { listBodySources } from './bodySources';
import { reportInputs } from './bodyValues';

/** A body as it is listed, with all bodies of its layer. */
export interface BodyAtPlace {
  readonly source: BodySource;
  readonly inputs: readonly BodyInput[];
  readonly siblings: readonly BodySource[];
}

/** The main graph, or a body somewhere in it. */
export interface BodyPlace extends Surroundings {
  /** null for the main graph. */
  readonly body: BodyAtPlace | null;
  /** The tensor that a name stands for, stored here or around; null for what is computed. */
  readonly storedOf: (name: string) => TensorInfo | null;
}

/** Follows a path inwards. @throws UserError `badArgument` where it leads nowhere. O(nodes of the graphs on the way). */
export function findBodyPlace(
  graph: Graph,
  { bodies, facts }: Pick<InferredValues, 'bodies' | 'facts'>,
  path: BodyPath,
): BodyPlace {
  let place: BodyPlace = {
    nodes: graph.nodes,
    bodies,
    factsOf: (name) => facts.get(name) ?? NOTHING_KNOWN,
    body: null,
    storedOf: (name) => findStoredTensor(graph, name),
  };
  for (const { layer, body } of path) {
    const node = place.nodes.find(({ index }) => index === layer);
    const siblings = node === undefined ? [] : listBodySources(node, place);
    const source = siblings.at(body);
    if (node === undefined || source === undefined) {
      throw new UserError('badArgument', describeMissing(node, layer));
    }
    const inputs = reportInputs(node, source, place);
    place = enterBody({ source, inputs, siblings }, place);
  }
  return place;
}

function describeMissing(node: GraphNode | undefined, layer: number): string {
  if (node === undefined) {
    return `The graph has no node ${layer} any more: the file has changed. Go back to the model's own graph.`;
  }
  const name = node.name === '' ? `node ${layer}` : `"${node.name}"`;
  return (
    `What ${node.opType} ${name} runs inside is not known: its shapes were not inferred, because it never runs, or ` +
    "lies behind more nodes of functions and sub-graphs than are followed. The model's warnings say so in that case."
  );
}

function enterBody(body: BodyAtPlace, around: BodyPlace): BodyPlace {
  const { source, inputs } = body;
  const { graph, nodes, bodies, factsOf } = source;
  const given = new Map(inputs.map((input) => [input.name, input]));
  const { producerOf } = indexNodes(nodes);
  const storedOf = (name: string): TensorInfo | null => {
    const input = given.get(name);
    if (input !== undefined) {
      return input.role === 'same' && input.outer !== null ? around.storedOf(input.outer) : null;
    }
    const own = findStoredTensor({ initializers: graph?.initializers ?? new Map(), nodes }, name);
    // A function sees nothing around it.
    return own !== null || producerOf.has(name) || graph === null ? own : around.storedOf(name);
  };
  return { nodes, bodies, factsOf, body, storedOf };
}
