import type { Flow } from './units';
import type { BlockEdge, FlowEdge, ItemId, ParentLookup } from './viewModel';

type Ends = Pick<BlockEdge, 'from' | 'to'>;

/** A piece of an edge inside one block. */
interface Piece extends Ends {
  readonly block: ItemId;
}

/**
 * The edges of a block's own graph: between two of its children, and the pieces inside its frame of those that cross it.
 * `members`: the child that each unit in the block belongs to.
 */
export function toBlockEdges(flow: Flow, block: ItemId, members: ReadonlyMap<number, ItemId>): BlockEdge[] {
  const crossing: FlowEdge[] = [];
  for (const position of members.keys()) {
    crossing.push(...flow.incoming[position], ...flow.outgoing[position].filter(({ to }) => !members.has(to)));
  }
  crossing.sort((one, other) => one.to - other.to);
  const edges = new Map<string, BlockEdge>();
  for (const edge of crossing) {
    const ends = { from: members.get(edge.from) ?? null, to: members.get(edge.to) ?? null };
    if (ends.from !== ends.to) {
      const id = toEdgeId(block, ends, edge.tensor);
      edges.set(id, { id, ...ends, tensor: edge.tensor, shape: edge.shape });
    }
  }
  return [...edges.values()];
}

export function toEdgeId(block: ItemId, { from, to }: Ends, tensor: string): string {
  return `${block}|${from ?? ''}→${to ?? ''}·${tensor}`;
}

/**
 * An edge cut at the frames it crosses: one piece in each block on the way up from its producer, one in the block that
 * holds both ends, one in each block on the way down to its reader.
 */
export function toPieces(parents: ParentLookup, producer: ItemId, reader: ItemId): Piece[] {
  const parent = parents.parentOf(producer);
  if (parent !== undefined && parent === parents.parentOf(reader)) {
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
function toPath(item: ItemId, parents: ParentLookup): ItemId[] {
  const path = [item];
  for (let parent = parents.parentOf(item); parent !== undefined; parent = parents.parentOf(parent)) {
    path.push(parent);
  }
  return path;
}
