import { toVisibleItems } from './initialFold';
import type { GraphView, ItemId } from './viewModel';

/** Boxes that the first portion adds; each next one adds twice as many, so that there are few portions. */
const FIRST_PORTION = 200;

/**
 * Everything inside a block opened in portions, from the outside in: each set holds the blocks open after that portion,
 * the last one all. Lazy, so that who stops asking has cancelled the rest.
 */
export function* toPortions(
  view: GraphView,
  root: ItemId,
  expanded: ReadonlySet<ItemId>,
  firstPortion = FIRST_PORTION,
): Generator<ReadonlySet<ItemId>> {
  const open = new Set(expanded);
  let most = firstPortion;
  let added = 0;
  let level = toVisibleItems(view, root, open);
  while (level.length > 0) {
    const next: ItemId[] = [];
    for (const id of level) {
      const item = view.items.get(id);
      if (item?.kind !== 'block') {
        continue;
      }
      open.add(id);
      next.push(...item.children);
      added += item.children.length;
      if (added >= most) {
        yield new Set(open);
        most *= 2;
        added = 0;
      }
    }
    level = next;
  }
  if (added > 0) {
    yield new Set(open);
  }
}
