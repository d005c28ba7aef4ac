import { listReads, type GraphIndex } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import type { GraphNode, Model } from '../graph/model';
import { computeValueBytes } from './valueSizes';

/** Memory for activations while a model runs. All derived, at the bound shapes. */
export interface LiveMemory {
  /** Bytes of the values that are alive while a node runs: its own inputs and outputs, and what later nodes still read. */
  readonly byNode: ReadonlyMap<GraphNode, number>;
  /** The largest of them, and the first node where it occurs; null for a graph without nodes. */
  readonly peak: { readonly bytes: number; readonly node: GraphNode } | null;
  /** Values whose size is not known, counted as nothing: with any, the figures are lower bounds. */
  readonly unknownValues: number;
}

/**
 * Liveness in execution order: a value lives from the node that makes it (an input of the model from the start) to the
 * last node that reads it (an output of the model to the end). Every value has memory of its own: what a runtime saves
 * by working in place, and what it adds in scratch space, is not in here. Weights and values made of weights alone are
 * not activations: they are named by `constants`. O(nodes + edges).
 */
export function computeLiveMemory(
  model: Model,
  index: GraphIndex,
  inferred: InferredGraph,
  constants: ReadonlySet<string>,
): LiveMemory {
  const spans = findSpans(model, index.order, constants);
  for (const { name } of model.graph.outputs) {
    const span = spans.get(name);
    if (span !== undefined) {
      span.last = index.order.length - 1;
    }
  }
  // Bytes that come and go at each step; their running sum is what is alive.
  const change = new Float64Array(index.order.length + 1);
  let unknownValues = 0;
  for (const [name, { first, last }] of spans) {
    const bytes = computeValueBytes(inferred, name);
    unknownValues += bytes === null ? 1 : 0;
    change[first] += bytes ?? 0;
    change[last + 1] -= bytes ?? 0;
  }
  return { ...sumUp(index.order, change), unknownValues };
}

interface Span {
  readonly first: number;
  last: number;
}

function findSpans(model: Model, order: readonly GraphNode[], constants: ReadonlySet<string>): Map<string, Span> {
  const spans = new Map<string, Span>(model.graph.inputs.map(({ name }) => [name, { first: 0, last: 0 }]));
  order.forEach((node, step) => {
    for (const name of listReads(node)) {
      const span = spans.get(name);
      if (span !== undefined) {
        span.last = step;
      }
    }
    for (const name of node.outputs) {
      if (name !== '' && !constants.has(name)) {
        spans.set(name, { first: step, last: step });
      }
    }
  });
  return spans;
}

function sumUp(order: readonly GraphNode[], change: Float64Array): Pick<LiveMemory, 'byNode' | 'peak'> {
  const byNode = new Map<GraphNode, number>();
  let peak: LiveMemory['peak'] = null;
  let alive = 0;
  order.forEach((node, step) => {
    alive += change[step];
    byNode.set(node, alive);
    if (peak === null || alive > peak.bytes) {
      peak = { bytes: alive, node };
    }
  });
  return { byNode, peak };
}
