import type { GraphView, ItemId } from './viewModel';

/** As many boxes as can be taken in at a glance; fewer are shown only when the model has no more. */
const MOST_BOXES = 60;
const FEWEST_BOXES = 30;

/**
 * Ids of the blocks to expand at first: whole levels from the outside in while the boxes stay few, so that equal
 * blocks look equal; then, if the picture is still sparse, single blocks from the head backwards.
 */
export function toInitialFold(view: GraphView): ReadonlySet<ItemId> {
  const expanded = new Set<ItemId>([view.root.id]);
  let boxes = view.root.children.length;
  let level = blocksIn(view, view.root.children);
  while (level.length > 0) {
    const added = level.reduce((sum, block) => sum + childrenOf(view, block).length - 1, 0);
    if (boxes + added > MOST_BOXES) {
      break;
    }
    boxes += added;
    level.forEach((block) => expanded.add(block));
    level = level.flatMap((block) => blocksIn(view, childrenOf(view, block)));
  }
  for (const block of level.reverse()) {
    const added = childrenOf(view, block).length - 1;
    if (boxes < FEWEST_BOXES && boxes + added <= MOST_BOXES) {
      boxes += added;
      expanded.add(block);
    }
  }
  return expanded;
}

/** Ids of the blocks around an item, which must be expanded to see it. */
export function findAncestors(view: GraphView, item: ItemId): ItemId[] {
  const parent = view.parents.get(item);
  return parent === undefined ? [] : [parent, ...findAncestors(view, parent)];
}

/** The item itself, or the outermost folded block that hides it. */
export function toVisibleItem(view: GraphView, expanded: ReadonlySet<ItemId>, item: ItemId): ItemId {
  const hiding = findAncestors(view, item).filter((block) => !expanded.has(block));
  return hiding[hiding.length - 1] ?? item;
}

/** What unfolding by one level expands: the folded blocks that can be seen, as long as the boxes stay few enough. */
export function toUnfolded(view: GraphView, expanded: ReadonlySet<ItemId>, mostBoxes = 400): ReadonlySet<ItemId> {
  const visible = (item: ItemId): ItemId[] => (expanded.has(item) ? childrenOf(view, item).flatMap(visible) : [item]);
  const items = visible(view.root.id);
  const unfolded = new Set(expanded);
  let boxes = items.length;
  for (const block of blocksIn(view, items)) {
    const added = childrenOf(view, block).length - 1;
    if (boxes + added <= mostBoxes) {
      boxes += added;
      unfolded.add(block);
    }
  }
  return unfolded;
}

function childrenOf(view: GraphView, block: ItemId): readonly ItemId[] {
  const item = view.items.get(block);
  return item?.kind === 'block' ? item.children : [];
}

function blocksIn(view: GraphView, items: readonly ItemId[]): ItemId[] {
  return items.filter((item) => view.items.get(item)?.kind === 'block');
}
