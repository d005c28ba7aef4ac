import type { HeadReport, ModelReport } from '../../src/protocol/modelReport';
import { toVisibleItem } from './initialFold';
import type { Picture, PlacedItem, Rectangle } from './picture';
import type { GraphView, ItemId } from './viewModel';

/** Whether there is a head to show: kind `none` may still name the nodes that are none. */
export function hasHead({ heads: [head] }: Pick<ModelReport, 'heads'>): boolean {
  return head !== undefined && head.kind !== 'none' && head.nodes.length > 0;
}

/** The visible items that hold layers of the head. */
export function toHeadItems(view: GraphView, expanded: ReadonlySet<ItemId>, head: HeadReport | undefined): Set<ItemId> {
  const items = (head?.nodes ?? []).flatMap((index) => view.itemOfLayer.get(index) ?? []);
  return new Set(items.map((item) => toVisibleItem(view, expanded, item)));
}

/** The smallest rectangle around the items; null when none of them is drawn. */
export function toArea(picture: Picture, items: ReadonlySet<ItemId>): Rectangle | null {
  const placed = [...picture.boxes, ...picture.frames].filter(({ id }) => items.has(id));
  return placed.length === 0 ? null : toUnion(placed);
}

function toUnion(placed: readonly PlacedItem[]): Rectangle {
  const x = Math.min(...placed.map((item) => item.x));
  const y = Math.min(...placed.map((item) => item.y));
  const right = Math.max(...placed.map((item) => item.x + item.width));
  const bottom = Math.max(...placed.map((item) => item.y + item.height));
  return { x, y, width: right - x, height: bottom - y };
}
