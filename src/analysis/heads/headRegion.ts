import type { GraphNode } from '../../graph/model';
import type { HeadGraph } from './headGraph';
import { listDataInputs } from './headGraph';
import { isRelabelling } from './relabelling';

/** The part of a graph between some values and the logits. */
export interface HeadRegion {
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  /** Values at which the walk stopped, in the order met. */
  readonly leaves: readonly string[];
  /** Whether a path from the model's input avoids the leaves. */
  readonly isOpen: boolean;
}

/** Everything the logits depend on, back to the values where `stops` says so. */
export function collectRegion(graph: HeadGraph, logits: string, stops: (value: string) => boolean): HeadRegion {
  const seen = new Set<string>();
  const nodes = new Set<GraphNode>();
  const leaves: string[] = [];
  let isOpen = false;
  const waiting = [logits];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (seen.has(value)) {
      continue;
    }
    seen.add(value);
    const producer = graph.index.producerOf.get(value);
    if (stops(value)) {
      leaves.push(value);
    } else if (producer === undefined) {
      isOpen = true;
    } else {
      nodes.add(producer);
      waiting.push(...listDataInputs(graph, producer));
    }
  }
  return { nodes: graph.index.order.filter((node) => nodes.has(node)), leaves, isOpen };
}

/**
 * Whether a value still has positions: two axes or more beside the batch that are not 1,
 * and not merely because a vector was given another shape.
 */
export function isSpatial(graph: HeadGraph, value: string): boolean {
  let current: string | undefined = value;
  while (current !== undefined) {
    const shape = graph.shapeOf(current);
    if (shape === null || shape.length < 3 || shape.slice(1).filter((size) => size !== 1).length < 2) {
      return false;
    }
    const producer = graph.index.producerOf.get(current);
    current = producer !== undefined && isRelabelling(producer) ? producer.inputs[0] : undefined;
  }
  return true;
}

/** Values upstream of a spatial one that hold the same elements, or those a whole-axis reduction started from. */
export function listUpstream(graph: HeadGraph, value: string, passes: (node: GraphNode) => boolean): readonly string[] {
  const values = [value];
  let producer = graph.index.producerOf.get(value);
  while (producer !== undefined && listDataInputs(graph, producer).length === 1 && passes(producer)) {
    const input = producer.inputs[0] ?? '';
    values.push(input);
    producer = graph.index.producerOf.get(input);
  }
  return values;
}
