import dagre from '@dagrejs/dagre';
import {
  LABEL_HEIGHT,
  LABEL_OFFSET,
  listPorts,
  PORT_HEIGHT,
  RANK_GAP,
  type BlockGraph,
  type BlockGraphEdge,
  type Placement,
  type Point,
} from './blockGraph';

const NODE_GAP = 28;
const EDGE_GAP = 16;
/** Keeps the ports at the block's borders: an edge to the border weighs more than one to a child. */
const BORDER_WEIGHT = 8;
const TOP = 'border:top';
const BOTTOM = 'border:bottom';

type DagreGraph = InstanceType<typeof dagre.graphlib.Graph>;

/** Any graph, by dagre. */
export function placeWithDagre({ nodes, edges }: BlockGraph): Placement {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', ranksep: RANK_GAP, nodesep: NODE_GAP, edgesep: EDGE_GAP });
  for (const { id, width, height } of nodes) {
    graph.setNode(id, { width, height });
  }
  addPorts(graph, edges, 'in');
  addPorts(graph, edges, 'out');
  for (const edge of edges) {
    const { labelWidth } = edge;
    const height = labelWidth > 0 ? LABEL_HEIGHT : 0;
    const { v, w, name } = toKey(edge);
    graph.setEdge(v, w, { width: labelWidth, height, labelpos: 'r', labeloffset: LABEL_OFFSET }, name);
  }
  dagre.layout(graph);
  return {
    nodeAt: (id) => graph.node(id) as Point,
    portX: (side, tensor) => (graph.node(portId(side, tensor)) as Point).x,
    wayOf: (edge) => {
      const { points, x, y } = graph.edge(toKey(edge)) as { points: Point[]; x?: number; y?: number };
      return { points, label: edge.labelWidth > 0 && x !== undefined && y !== undefined ? { x, y } : null };
    },
  };
}

function toKey({ id, from, to, tensor }: BlockGraphEdge): { v: string; w: string; name: string } {
  return { v: from ?? portId('in', tensor), w: to ?? portId('out', tensor), name: id };
}

function portId(side: 'in' | 'out', tensor: string): string {
  return `port:${side}:${tensor}`;
}

function addPorts(graph: DagreGraph, edges: readonly BlockGraphEdge[], side: 'in' | 'out'): void {
  const tensors = listPorts(edges, side);
  for (const tensor of tensors) {
    graph.setNode(portId(side, tensor), { width: 1, height: PORT_HEIGHT });
  }
  if (tensors.length > 1) {
    graph.setNode(side === 'in' ? TOP : BOTTOM, { width: 1, height: 1 });
    for (const tensor of tensors) {
      const [from, to] = side === 'in' ? [TOP, portId('in', tensor)] : [portId('out', tensor), BOTTOM];
      graph.setEdge(from, to, { weight: BORDER_WEIGHT });
    }
  }
}
