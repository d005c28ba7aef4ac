import type { BlockEdge, FlowEdge, GraphItem, ItemId } from './viewModel';

type Ends = Pick<BlockEdge, 'from' | 'to'>;

/** A piece of an edge inside one block. */
interface Piece extends Ends {
  readonly block: ItemId;
}

/**
 * Cuts every edge at the frames it crosses: one piece in each block on the way up from its producer, one in the block
 * that holds both ends, one in each block on the way down to its reader.
 */
export function toBlockEdges(
  units: readonly ItemId[],
  flowEdges: readonly FlowEdge[],
  parents: ReadonlyMap<ItemId, ItemId>,
  items: ReadonlyMap<ItemId, GraphItem>,
): Map<ItemId, BlockEdge[]> {
  const pieces = new Map<ItemId, Map<string, BlockEdge>>();
  for (const item of items.values()) {
    if (item.kind === 'block') {
      pieces.set(item.id, new Map());
    }
  }
  for (const { from, to, tensor, shape } of flowEdges) {
    for (const { block, ...ends } of toPieces(parents, units[from], units[to])) {
      const id = toEdgeId(block, ends, tensor);
      pieces.get(block)?.set(id, { id, ...ends, tensor, shape });
    }
  }
  return new Map([...pieces].map(([block, edges]) => [block, [...edges.values()]]));
}

export function toEdgeId(block: ItemId, { from, to }: Ends, tensor: string): string {
  return `${block}|${from ?? ''}→${to ?? ''}·${tensor}`;
}

export function toPieces(parents: ReadonlyMap<ItemId, ItemId>, producer: ItemId, reader: ItemId): Piece[] {
  const upward = toPath(producer, parents);
  const downward = toPath(reader, parents);
  while (upward.length > 1 && downward.length > 1 && upward[upward.length - 2] === downward[downward.length - 2]) {
    upward.pop();
    downward.pop();
  }
  return [
    { block: upward[upward.length - 1], from: upward[upward.length - 2], to: downward[downward.length - 2] },
    ...upward.slice(1, -1).map((block, level): Piece => ({ block, from: upward[level], to: null })),
    ...downward.slice(1, -1).map((block, level): Piece => ({ block, from: null, to: downward[level] })),
  ];
}

/** The item and the blocks around it, innermost first, the root last. */
function toPath(item: ItemId, parents: ReadonlyMap<ItemId, ItemId>): ItemId[] {
  const path = [item];
  for (let parent = parents.get(item); parent !== undefined; parent = parents.get(parent)) {
    path.push(parent);
  }
  return path;
}
