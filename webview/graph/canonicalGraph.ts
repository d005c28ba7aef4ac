import type { BlockGraph, BlockLayout } from './blockGraph';

/** A block's graph with numbers for names, so that equal blocks have equal graphs, and the way back. */
export interface CanonicalGraph {
  readonly graph: BlockGraph;
  /** Equal for graphs whose layouts are equal. */
  readonly key: string;
  /** The layout of `graph` with the block's own names. */
  restore(layout: BlockLayout): BlockLayout;
}

export function toCanonicalGraph({ nodes, edges }: BlockGraph): CanonicalGraph {
  const nodeNames = new Map(nodes.map(({ id }, index) => [id, String(index)]));
  const tensorNames = new Map<string, string>();
  for (const { tensor } of edges) {
    tensorNames.set(tensor, tensorNames.get(tensor) ?? String(tensorNames.size));
  }
  const rename = (node: string | null): string | null => (node === null ? null : (nodeNames.get(node) ?? null));
  const graph: BlockGraph = {
    nodes: nodes.map(({ width, height }, index) => ({ id: String(index), width, height })),
    edges: edges.map(({ from, to, tensor, labelWidth }, index) => ({
      id: String(index),
      from: rename(from),
      to: rename(to),
      tensor: tensorNames.get(tensor) ?? '',
      labelWidth,
    })),
  };
  const tensors = [...tensorNames.keys()];
  const toTensors = (ports: ReadonlyMap<string, number>): Map<string, number> =>
    new Map([...ports].map(([tensor, x]) => [tensors[Number(tensor)], x]));
  return {
    graph,
    key: toKey(graph),
    restore: (layout) => ({
      ...layout,
      nodes: new Map([...layout.nodes].map(([node, corner]) => [nodes[Number(node)].id, corner])),
      edges: layout.edges.map((edge) => ({ ...edge, id: edges[Number(edge.id)].id })),
      portsIn: toTensors(layout.portsIn),
      portsOut: toTensors(layout.portsOut),
    }),
  };
}

function toKey({ nodes, edges }: BlockGraph): string {
  const sizes = nodes.map(({ width, height }) => `${width},${height}`).join(';');
  return `${sizes}|${edges.map(({ from, to, tensor, labelWidth }) => `${from}→${to}·${tensor},${labelWidth}`).join(';')}`;
}
