import { toVisibleItem } from './initialFold';
import type { GraphView, ItemId } from './viewModel';

export type Direction = 'producers' | 'readers';

/** The visible items an edge leads to from a visible item, through the borders of expanded blocks. */
export function findNeighbours(
  view: GraphView,
  expanded: ReadonlySet<ItemId>,
  item: ItemId,
  direction: Direction,
): ItemId[] {
  const found = new Set<ItemId>();
  const ends = direction === 'readers' ? (['from', 'to'] as const) : (['to', 'from'] as const);
  const [near, far] = ends;
  const visit = (current: ItemId): void => {
    const parent = view.parentOf(current);
    for (const edge of view.edgesOf(parent ?? '')) {
      if (edge[near] !== current) {
        continue;
      }
      const next = edge[far];
      if (next !== null) {
        descend(next, edge.tensor);
      } else if (parent !== undefined) {
        leave(parent, edge.tensor);
      }
    }
  };
  /** On to what reads the tensor outside a block (or provides it). */
  const leave = (block: ItemId, tensor: string): void => {
    const parent = view.parentOf(block);
    for (const edge of view.edgesOf(parent ?? '')) {
      if (edge[near] === block && edge.tensor === tensor) {
        const next = edge[far];
        if (next !== null) {
          descend(next, tensor);
        } else if (parent !== undefined) {
          leave(parent, tensor);
        }
      }
    }
  };
  const descend = (next: ItemId, tensor: string): void => {
    if (view.items.get(next)?.kind !== 'block' || !expanded.has(next)) {
      found.add(next);
      return;
    }
    for (const edge of view.edgesOf(next)) {
      const inner = edge[far];
      if (edge[near] === null && inner !== null && edge.tensor === tensor) {
        descend(inner, tensor);
      }
    }
  };
  if (toVisibleItem(view, expanded, item) === item) {
    visit(item);
  }
  return [...found];
}
