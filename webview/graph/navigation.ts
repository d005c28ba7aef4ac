import type { Picture, PlacedItem } from './picture';
import { findNeighbours } from './neighbours';
import type { GraphView, ItemId } from './viewModel';

/**
 * Where an arrow key leads: down to what reads the item, up to what it reads (the nearest by position first), left
 * and right to the nearest item beside it. null: nowhere, or another key.
 */
export function stepFrom(
  key: string,
  item: ItemId,
  view: GraphView,
  expanded: ReadonlySet<ItemId>,
  picture: Picture,
): ItemId | null {
  const placed = new Map(picture.boxes.map((box) => [box.id, box]));
  const from = placed.get(item) ?? picture.frames.find(({ id }) => id === item);
  if (from === undefined) {
    return null;
  }
  if (key === 'ArrowDown' || key === 'ArrowUp') {
    const direction = key === 'ArrowDown' ? 'readers' : 'producers';
    const next = findNeighbours(view, expanded, item, direction).flatMap((id) => placed.get(id) ?? []);
    return toNearest(next, (box) => Math.abs(toCentre(box) - toCentre(from)) + Math.abs(box.y - from.y));
  }
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const sign = key === 'ArrowRight' ? 1 : -1;
    const beside = picture.boxes.filter(
      (box) =>
        box.id !== item &&
        sign * (toCentre(box) - toCentre(from)) > 0 &&
        box.y < from.y + from.height &&
        from.y < box.y + box.height,
    );
    return toNearest(beside, (box) => Math.abs(toCentre(box) - toCentre(from)));
  }
  return null;
}

function toCentre({ x, width }: PlacedItem): number {
  return x + width / 2;
}

function toNearest(boxes: readonly PlacedItem[], distance: (box: PlacedItem) => number): ItemId | null {
  let nearest: PlacedItem | null = null;
  for (const box of boxes) {
    if (nearest === null || distance(box) < distance(nearest)) {
      nearest = box;
    }
  }
  return nearest?.id ?? null;
}
