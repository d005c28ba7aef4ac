import { toEdgeId, toPieces } from './blockEdges';
import type { GraphView, ItemId } from './viewModel';

/** Everything that lies on any path from one item to another. */
export interface FoundPath {
  readonly from: ItemId;
  readonly to: ItemId;
  /** Boxes and values, both ends included. */
  readonly items: ReadonlySet<ItemId>;
  /** Ids of the pieces of edges, in every block. */
  readonly edges: ReadonlySet<string>;
  readonly layers: number;
  /** Edges of the shortest path. */
  readonly shortest: number;
}

/** The paths between two items in the direction of the data, whichever was named first; null: there are none. */
export function findPath(view: GraphView, one: ItemId, other: ItemId): FoundPath | null {
  return findDirectedPath(view, one, other) ?? findDirectedPath(view, other, one);
}

/** Units stand in topological order, so one sweep in each direction visits every edge once. */
function findDirectedPath(view: GraphView, from: ItemId, to: ItemId): FoundPath | null {
  const { units, edges } = view;
  const starts = toMembership(view, from);
  const ends = toMembership(view, to);
  const distance = new Float64Array(units.length).fill(Infinity);
  const reachesEnd = new Uint8Array(ends);
  units.forEach((_, position) => {
    distance[position] = starts[position] === 1 ? 0 : Infinity;
  });
  // Edges are ordered by their reader; those of one reader only depend on earlier units.
  for (const edge of edges) {
    distance[edge.to] = Math.min(distance[edge.to], distance[edge.from] + 1);
  }
  for (let index = edges.length - 1; index >= 0; index--) {
    reachesEnd[edges[index].from] |= reachesEnd[edges[index].to];
  }
  const isOnPath = (position: number): boolean => Number.isFinite(distance[position]) && reachesEnd[position] === 1;
  const positions = units.map((_, position) => position).filter(isOnPath);
  const shortest = Math.min(
    ...positions.filter((position) => ends[position] === 1).map((position) => distance[position]),
  );
  if (!Number.isFinite(shortest)) {
    return null;
  }
  const pieces = edges
    .filter((edge) => isOnPath(edge.from) && isOnPath(edge.to))
    .flatMap((edge) =>
      toPieces(view, units[edge.from], units[edge.to]).map(({ block, ...piece }) =>
        toEdgeId(block, piece, edge.tensor),
      ),
    );
  const items = positions.map((position) => units[position]);
  return { from, to, items: new Set(items), edges: new Set(pieces), layers: countLayers(view, items), shortest };
}

function countLayers({ items }: GraphView, ids: readonly ItemId[]): number {
  return ids.reduce((count, id) => {
    const item = items.get(id);
    return count + (item?.kind === 'layers' ? item.layers.length : 0);
  }, 0);
}

/** 1 for each unit that is the item or inside it. */
function toMembership(view: GraphView, item: ItemId): Uint8Array {
  const isInside = (unit: ItemId | undefined): boolean =>
    unit !== undefined && (unit === item || isInside(view.parentOf(unit)));
  return Uint8Array.from(view.units, (unit) => (isInside(unit) ? 1 : 0));
}
