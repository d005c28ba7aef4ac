import {
  LABEL_HEIGHT,
  LABEL_OFFSET,
  PORT_HEIGHT,
  RANK_GAP,
  type BlockGraph,
  type BlockGraphEdge,
  type EdgeWay,
  type Placement,
} from './blockGraph';

/**
 * A graph whose boxes follow one another in a single line, as in most blocks of most networks: there is nothing to order
 * and nothing to cross, and what dagre would answer can be written down. null: the graph is no such line.
 */
export function placeChain(graph: BlockGraph): Placement | null {
  const chain = toChain(graph);
  if (chain === null) {
    return null;
  }
  const heights = new Map<string | null, number>(graph.nodes.map(({ id, height }) => [id, height]));
  const middles = new Map<string | null, number>();
  const ways = new Map<BlockGraphEdge, EdgeWay>();
  let bottom = 0;
  const add = (id: string | null): void => {
    const height = heights.get(id) ?? PORT_HEIGHT;
    middles.set(id, bottom + height / 2);
    bottom += height;
  };
  add(chain.start);
  for (const edge of chain.edges) {
    const labelHeight = edge.labelWidth > 0 ? LABEL_HEIGHT : 0;
    const [start, middle, end] = [0, RANK_GAP + labelHeight, 2 * (RANK_GAP + labelHeight)].map((y) => bottom + y / 2);
    ways.set(edge, {
      points: [start, middle, end].map((y) => ({ x: 0, y })),
      label: labelHeight > 0 ? { x: LABEL_OFFSET + edge.labelWidth / 2, y: middle } : null,
    });
    bottom = end;
    add(edge.to);
  }
  return {
    nodeAt: (id) => ({ x: 0, y: middles.get(id) ?? 0 }),
    portX: () => 0,
    wayOf: (edge) => ways.get(edge) ?? { points: [], label: null },
  };
}

/** The edges in order, from the border (null) or the box where the line starts. */
function toChain({
  nodes,
  edges,
}: BlockGraph): { readonly start: string | null; readonly edges: readonly BlockGraphEdge[] } | null {
  const leaving = new Map(edges.map((edge) => [edge.from, edge]));
  const entering = new Map(edges.map((edge) => [edge.to, edge]));
  const start = leaving.has(null) ? null : nodes.find(({ id }) => !entering.has(id))?.id;
  if (start === undefined || leaving.size < edges.length || entering.size < edges.length) {
    return null;
  }
  const chain: BlockGraphEdge[] = [];
  let edge = leaving.get(start);
  while (edge !== undefined) {
    chain.push(edge);
    edge = edge.to === null ? undefined : leaving.get(edge.to);
  }
  const ports = Number(start === null) + Number(entering.has(null));
  const isWhole = chain.length === edges.length && nodes.length + ports === edges.length + 1;
  return isWhole ? { start, edges: chain } : null;
}
