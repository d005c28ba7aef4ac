import type { GraphNode } from '../../graph/model';
import type { OpaqueStep } from './headDescription';
import type { HeadGraph } from './headGraph';
import { listUpstream } from './headRegion';

/** Generalised mean pooling, (mean x^p)^(1/p): the map before the powers, and the nodes up to the pool. */
export interface PowerMean {
  readonly featureMap: string;
  readonly nodes: readonly GraphNode[];
}

const BEFORE_POWER: ReadonlySet<string> = new Set(['Pow', 'Clip', 'Max', 'Abs']);

/** A power before the pool and another after it; null otherwise. */
export function findPowerMean(graph: HeadGraph, pooled: string, opaque: readonly OpaqueStep[]): PowerMean | null {
  const isRaised = graph.index.producerOf.get(pooled)?.opType === 'Pow';
  if (!isRaised || !opaque.some((step) => step.opType === 'Pow')) {
    return null;
  }
  const chain = listUpstream(graph, pooled, (node) => node.domain === '' && BEFORE_POWER.has(node.opType));
  const nodes = chain.slice(0, -1).map((value) => graph.index.producerOf.get(value));
  return { featureMap: chain.at(-1) ?? pooled, nodes: nodes.filter((node) => node !== undefined) };
}
