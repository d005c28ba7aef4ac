import { EVERYWHERE, type Field } from '../../../src/analysis/receptive/cellField';
import { followNodes, startField, toReceptiveField } from '../../../src/analysis/receptiveField';
import type { GraphIndex } from '../../../src/graph/graphIndex';
import { listReads } from '../../../src/graph/graphIndex';
import type { InferredGraph } from '../../../src/graph/inferShapes';
import type { GraphNode, Model } from '../../../src/graph/model';
import { NOTHING_KNOWN } from '../../../src/graph/valueFacts';
import type { ReceptiveField } from '../../../src/protocol/modelDetails';

/** The receptive field of one value by a walk over nothing but its ancestors; null when it has none. */
export function walkReceptiveField(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  tensorName: string,
): ReceptiveField | null {
  const needed = listAncestors(index, tensorName);
  const fields = new Map<string, Field>();
  const image = model.graph.inputs.find(({ name }) => needed.values.has(name) && startField(inferred, name) !== null);
  const start = image && startField(inferred, image.name);
  if (image === undefined || !start) {
    return null;
  }
  fields.set(image.name, start);
  const nodes = index.order.filter((node) => needed.nodes.has(node));
  followNodes(nodes, fields, (name) => inferred.facts.get(name) ?? NOTHING_KNOWN, {
    opsets: model.opsets,
    bodies: inferred.bodies,
  });
  const field = fields.get(tensorName);
  return field === undefined || field === EVERYWHERE ? null : toReceptiveField(field);
}

function listAncestors(
  index: GraphIndex,
  name: string,
): { nodes: ReadonlySet<GraphNode>; values: ReadonlySet<string> } {
  const values = new Set([name]);
  const nodes = new Set<GraphNode>();
  // A Set is visited in insertion order, also where it grows meanwhile.
  for (const value of values) {
    const producer = index.producerOf.get(value);
    if (producer !== undefined && !nodes.has(producer)) {
      nodes.add(producer);
      listReads(producer).forEach((input) => values.add(input));
    }
  }
  return { nodes, values };
}
