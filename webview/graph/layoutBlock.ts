import { listPorts, type BlockGraph, type BlockLayout, type Placement, type Point } from './blockGraph';
import { placeChain } from './placeChain';
import { placeWithDagre } from './placeWithDagre';

/** Layered layout (Sugiyama) of one block, top to bottom. Pure: runs in the worker and in tests alike. */
export function layoutBlock(graph: BlockGraph): BlockLayout {
  return readLayout(graph, placeChain(graph) ?? placeWithDagre(graph));
}

/** The layout from its upper left corner on. */
export function readLayout({ nodes, edges }: BlockGraph, placement: Placement): BlockLayout {
  const corners = new Map<string, Point>();
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { id, width, height } of nodes) {
    const { x, y } = placement.nodeAt(id);
    corners.set(id, { x: x - width / 2, y: y - height / 2 });
    [left, top] = [Math.min(left, x - width / 2), Math.min(top, y - height / 2)];
    [right, bottom] = [Math.max(right, x + width / 2), Math.max(bottom, y + height / 2)];
  }
  const drawn = edges.map((edge) => {
    const way = placement.wayOf(edge);
    for (const { x } of way.points) {
      [left, right] = [Math.min(left, x), Math.max(right, x)];
    }
    if (way.label !== null) {
      right = Math.max(right, way.label.x + edge.labelWidth / 2);
    }
    return { edge, ...way };
  });
  const shift = ({ x, y }: Point): Point => ({ x: x - left, y: y - top });
  const toPorts = (side: 'in' | 'out'): Map<string, number> =>
    new Map(listPorts(edges, side).map((tensor) => [tensor, placement.portX(side, tensor) - left]));
  return {
    width: right - left,
    height: bottom - top,
    nodes: new Map([...corners].map(([id, corner]) => [id, shift(corner)])),
    edges: drawn.map(({ edge, points, label }) => ({
      id: edge.id,
      points: points.map(shift),
      label: label && shift({ x: label.x - edge.labelWidth / 2, y: label.y }),
    })),
    portsIn: toPorts('in'),
    portsOut: toPorts('out'),
  };
}
