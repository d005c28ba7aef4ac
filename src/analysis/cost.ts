import type { GraphIndex } from '../graph/graphIndex';
import { hasSubgraphs } from '../graph/graphIndex';
import type { InferredBody } from '../graph/inference';
import type { InferredValues } from '../graph/inferShapes';
import type { GraphNode } from '../graph/model';
import { isKnownOperator } from '../graph/shapeRules/table';
import type { ShapeOf } from './macs';
import { computeMacs } from './macs';
import type { ModelParameters } from './parameters';
import { computeValueBytes } from './valueSizes';

/** All derived, at the bound shapes (batch 1 where the file leaves it free). */
interface NodeCost {
  readonly parameters: number;
  readonly weightBytes: number;
  /** Multiply-accumulates; null when a shape they depend on, or the operator, is not known. */
  readonly macs: number | null;
  /** Bytes of the outputs that depend on the model's input; null when a size is not known. */
  readonly activationBytes: number | null;
}

export interface ModelCosts {
  /** By node of the main graph. */
  readonly byNode: ReadonlyMap<GraphNode, NodeCost>;
  readonly totals: {
    readonly parameters: number;
    readonly weightBytes: number;
    /** Over the nodes whose cost is known. */
    readonly macs: number;
    /** Nodes whose cost is not known. */
    readonly unknownMacs: number;
    readonly activationBytes: number;
  };
}

export function computeCosts(index: GraphIndex, inferred: InferredValues, parameters: ModelParameters): ModelCosts {
  const byNode = new Map<GraphNode, NodeCost>();
  const shapeOf: ShapeOf = (name) => inferred.facts.get(name)?.shape ?? null;
  const totals = {
    parameters: parameters.total,
    weightBytes: parameters.totalBytes,
    macs: 0,
    unknownMacs: 0,
    activationBytes: 0,
  };
  for (const node of index.order) {
    const stored = parameters.byNode.get(node);
    const macs = computeNodeMacs(node, shapeOf, inferred.bodies);
    const activationBytes = computeActivationBytes(node, inferred, parameters.constants);
    byNode.set(node, {
      parameters: stored?.parameters ?? 0,
      weightBytes: stored?.weightBytes ?? 0,
      macs,
      activationBytes,
    });
    totals.macs += macs ?? 0;
    totals.unknownMacs += macs === null ? 1 : 0;
    totals.activationBytes += activationBytes ?? 0;
  }
  return { byNode, totals };
}

/** A call or a loop costs what it runs; of two branches the dearer one counts. */
function computeNodeMacs(node: GraphNode, shapeOf: ShapeOf, bodiesOf: InferredBody['bodies']): number | null {
  const bodies = bodiesOf.get(node);
  if (bodies === undefined) {
    // What is inside was not looked into.
    return isKnownOperator(node.domain, node.opType) && !hasSubgraphs(node) ? computeMacs(node, shapeOf) : null;
  }
  const macs = bodies.map(computeBodyMacs);
  return macs.some((figure) => figure === null) ? null : Math.max(0, ...macs.map((figure) => figure ?? 0));
}

function computeBodyMacs(body: InferredBody): number | null {
  let total = 0;
  for (const node of body.nodes) {
    const macs = computeNodeMacs(node, (name) => body.factsOf(name).shape, body.bodies);
    if (macs === null) {
      return null;
    }
    total += macs;
  }
  // A body without products costs nothing however often it runs.
  return total === 0 ? 0 : body.times === null ? null : total * body.times;
}

function computeActivationBytes(
  node: GraphNode,
  inferred: InferredValues,
  constants: ReadonlySet<string>,
): number | null {
  let total = 0;
  for (const name of node.outputs) {
    if (name === '' || constants.has(name)) {
      continue;
    }
    const bytes = computeValueBytes(inferred, name);
    if (bytes === null) {
      return null;
    }
    total += bytes;
  }
  return total;
}
