import type { BlockEdge, FlowEdge, ItemId } from './viewModel';

type Ends = Pick<BlockEdge, 'from' | 'to'>;

/** A piece of an edge inside one block. */
interface Piece extends Ends {
  readonly block: ItemId;
}

/**
 * Cuts every edge at the frames it crosses: one piece in each block on the way up from its producer, one in the block
 * that holds both ends, one in each block on the way down to its reader. The edges of a block, when they are asked for:
 * of many blocks few are ever drawn.
 */
export function createBlockEdges(
  units: readonly ItemId[],
  flowEdges: readonly FlowEdge[],
  parents: ReadonlyMap<ItemId, ItemId>,
): (block: ItemId) => readonly BlockEdge[] {
  const pieces = new Map<ItemId, { readonly ends: Ends; readonly edge: FlowEdge }[]>();
  for (const edge of flowEdges) {
    for (const piece of toPieces(parents, units[edge.from], units[edge.to])) {
      const inBlock = pieces.get(piece.block);
      if (inBlock === undefined) {
        pieces.set(piece.block, [{ ends: piece, edge }]);
      } else {
        inBlock.push({ ends: piece, edge });
      }
    }
  }
  const edges = new Map<ItemId, readonly BlockEdge[]>();
  return (block) => {
    const known = edges.get(block);
    if (known !== undefined) {
      return known;
    }
    const byId = new Map<string, BlockEdge>();
    for (const { ends, edge } of pieces.get(block) ?? []) {
      const id = toEdgeId(block, ends, edge.tensor);
      byId.set(id, { id, from: ends.from, to: ends.to, tensor: edge.tensor, shape: edge.shape });
    }
    const made = [...byId.values()];
    edges.set(block, made);
    return made;
  };
}

export function toEdgeId(block: ItemId, { from, to }: Ends, tensor: string): string {
  return `${block}|${from ?? ''}→${to ?? ''}·${tensor}`;
}

export function toPieces(parents: ReadonlyMap<ItemId, ItemId>, producer: ItemId, reader: ItemId): Piece[] {
  const parent = parents.get(producer);
  if (parent !== undefined && parent === parents.get(reader)) {
    return [{ block: parent, from: producer, to: reader }]; // most edges
  }
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
