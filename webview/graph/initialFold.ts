import type { GraphView, ItemId } from './viewModel';

/** As many boxes as can be taken in at a glance; fewer are shown only when the model has no more. */
const MOST_BOXES = 40;
const FEWEST_BOXES = 20;

/**
 * Ids of the blocks to expand at first: whole levels from the outside in while the boxes stay few, so that equal
 * blocks look equal, and what repeats stays one box; then, if the picture is still sparse, single blocks from the head
 * backwards. `root`: the block that is the whole picture.
 */
export function toInitialFold(view: GraphView, root: ItemId = view.root.id): ReadonlySet<ItemId> {
  const expanded = new Set<ItemId>([root]);
  let boxes = childrenOf(view, root).length;
  const [repeats, single] = [[] as ItemId[], [] as ItemId[]];
  const sort = (items: readonly ItemId[]): void => {
    single.length = 0;
    blocksIn(view, items).forEach((block) => (isRepeat(view, block) ? repeats : single).push(block));
  };
  sort(childrenOf(view, root));
  while (single.length > 0) {
    const added = single.reduce((sum, block) => sum + childrenOf(view, block).length - 1, 0);
    if (boxes + added > MOST_BOXES) {
      break;
    }
    boxes += added;
    single.forEach((block) => expanded.add(block));
    sort(single.flatMap((block) => childrenOf(view, block)));
  }
  for (const block of [...repeats, ...single].reverse()) {
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
  const parent = view.parentOf(item);
  return parent === undefined ? [] : [parent, ...findAncestors(view, parent)];
}

/** The item itself, or the outermost folded block that hides it. */
export function toVisibleItem(view: GraphView, expanded: ReadonlySet<ItemId>, item: ItemId): ItemId {
  const hiding = findAncestors(view, item).filter((block) => !expanded.has(block));
  return hiding[hiding.length - 1] ?? item;
}

/** What unfolding by one level expands: the folded blocks that can be seen, as long as the boxes stay few enough. */
export function toUnfolded(
  view: GraphView,
  root: ItemId,
  expanded: ReadonlySet<ItemId>,
  mostBoxes = 400,
): ReadonlySet<ItemId> {
  const items = toVisibleItems(view, root, expanded);
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

/** What is drawn as boxes inside a block, in order. */
export function toVisibleItems(view: GraphView, block: ItemId, expanded: ReadonlySet<ItemId>): ItemId[] {
  const visible = (item: ItemId): ItemId[] => (expanded.has(item) ? childrenOf(view, item).flatMap(visible) : [item]);
  return childrenOf(view, block).flatMap(visible);
}

function childrenOf(view: GraphView, block: ItemId): readonly ItemId[] {
  const item = view.items.get(block);
  return item?.kind === 'block' ? item.children : [];
}

function isRepeat(view: GraphView, block: ItemId): boolean {
  const item = view.items.get(block);
  return item?.kind === 'block' && item.repeat !== null;
}

function blocksIn(view: GraphView, items: readonly ItemId[]): ItemId[] {
  return items.filter((item) => view.items.get(item)?.kind === 'block');
}
