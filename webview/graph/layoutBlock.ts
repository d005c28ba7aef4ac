import dagre from '@dagrejs/dagre';

/** Sizes of one block's children and the edges between them; everything that its layout depends on. */
export interface BlockGraph {
  readonly nodes: readonly { readonly id: string; readonly width: number; readonly height: number }[];
  readonly edges: readonly BlockGraphEdge[];
}

interface BlockGraphEdge {
  readonly id: string;
  /** null: comes in through the block's upper border. */
  readonly from: string | null;
  /** null: leaves through the block's lower border. */
  readonly to: string | null;
  readonly tensor: string;
  /** Width of the shape's text; 0: no label. */
  readonly labelWidth: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Positions in pixels from the upper left corner of the block's content. */
export interface BlockLayout {
  readonly width: number;
  readonly height: number;
  /** Upper left corners. */
  readonly nodes: ReadonlyMap<string, Point>;
  readonly edges: readonly LaidOutEdge[];
  /** Where a tensor crosses the upper (in) and lower (out) border: tensor → x. */
  readonly portsIn: ReadonlyMap<string, number>;
  readonly portsOut: ReadonlyMap<string, number>;
}

interface LaidOutEdge {
  readonly id: string;
  readonly points: readonly Point[];
  /** Left end of the label's middle line; null without a label. */
  readonly label: Point | null;
}

const LABEL_HEIGHT = 14;
const RANK_GAP = 26;
const NODE_GAP = 28;
/** Keeps the ports at the block's borders: an edge to the border weighs more than one to a child. */
const BORDER_WEIGHT = 8;
const TOP = 'border:top';
const BOTTOM = 'border:bottom';

/** Layered layout (Sugiyama, by dagre) of one block, top to bottom. Pure: runs in the worker and in tests alike. */
export function layoutBlock({ nodes, edges }: BlockGraph): BlockLayout {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'TB', ranksep: RANK_GAP, nodesep: NODE_GAP, edgesep: 16 });
  for (const { id, width, height } of nodes) {
    graph.setNode(id, { width, height });
  }
  const portsIn = addPorts(
    graph,
    edges.filter(({ from }) => from === null),
    'in',
  );
  const portsOut = addPorts(
    graph,
    edges.filter(({ to }) => to === null),
    'out',
  );
  for (const { id, from, to, tensor, labelWidth } of edges) {
    const label = { width: labelWidth, height: labelWidth > 0 ? LABEL_HEIGHT : 0, labelpos: 'r', labeloffset: 6 };
    graph.setEdge(from ?? portId('in', tensor), to ?? portId('out', tensor), label, id);
  }
  dagre.layout(graph);
  return readLayout(graph, { nodes, edges }, portsIn, portsOut);
}

type DagreGraph = InstanceType<typeof dagre.graphlib.Graph>;

function portId(side: 'in' | 'out', tensor: string): string {
  return `port:${side}:${tensor}`;
}

function addPorts(graph: DagreGraph, edges: readonly BlockGraphEdge[], side: 'in' | 'out'): string[] {
  const tensors = [...new Set(edges.map(({ tensor }) => tensor))];
  for (const tensor of tensors) {
    graph.setNode(portId(side, tensor), { width: 1, height: 1 });
  }
  if (tensors.length > 1) {
    graph.setNode(side === 'in' ? TOP : BOTTOM, { width: 1, height: 1 });
    for (const tensor of tensors) {
      const [from, to] = side === 'in' ? [TOP, portId('in', tensor)] : [portId('out', tensor), BOTTOM];
      graph.setEdge(from, to, { weight: BORDER_WEIGHT });
    }
  }
  return tensors;
}

function readLayout(
  graph: DagreGraph,
  { nodes, edges }: BlockGraph,
  portsIn: readonly string[],
  portsOut: readonly string[],
): BlockLayout {
  const corners = new Map<string, Point>();
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { id, width, height } of nodes) {
    const { x, y } = graph.node(id) as Point;
    corners.set(id, { x: x - width / 2, y: y - height / 2 });
    [left, top] = [Math.min(left, x - width / 2), Math.min(top, y - height / 2)];
    [right, bottom] = [Math.max(right, x + width / 2), Math.max(bottom, y + height / 2)];
  }
  const drawn = edges.map((edge) => {
    const laidOut = graph.edge({
      v: edge.from ?? portId('in', edge.tensor),
      w: edge.to ?? portId('out', edge.tensor),
      name: edge.id,
    }) as { points: Point[]; x?: number; y?: number };
    for (const { x } of laidOut.points) {
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
    if (edge.labelWidth > 0 && laidOut.x !== undefined) {
      right = Math.max(right, laidOut.x + edge.labelWidth / 2);
    }
    return { edge, ...laidOut };
  });
  const shift = ({ x, y }: Point): Point => ({ x: x - left, y: y - top });
  const portX = (side: 'in' | 'out', tensor: string): number => (graph.node(portId(side, tensor)) as Point).x - left;
  return {
    width: right - left,
    height: bottom - top,
    nodes: new Map([...corners].map(([id, corner]) => [id, shift(corner)])),
    edges: drawn.map(({ edge, points, x, y }) => ({
      id: edge.id,
      points: points.map(shift),
      label:
        edge.labelWidth > 0 && x !== undefined && y !== undefined ? shift({ x: x - edge.labelWidth / 2, y }) : null,
    })),
    portsIn: new Map(portsIn.map((tensor) => [tensor, portX('in', tensor)])),
    portsOut: new Map(portsOut.map((tensor) => [tensor, portX('out', tensor)])),
  };
}
