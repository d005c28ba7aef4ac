import { READABLE_ZOOM, type GraphCanvas } from './graphCanvas';
import type { Insets } from './insets';
import type { Picture, PlacedItem } from './picture';

/** All of the graph where that can be read, else its top. */
export function showBeginning(canvas: GraphCanvas, picture: Picture, insets: Insets): void {
  canvas.fit(picture, 1);
  if (canvas.viewport().k < READABLE_ZOOM) {
    const [first] = picture.boxes;
    const { width: visible } = canvas.visibleArea();
    const width = visible * canvas.viewport().k - insets.right;
    const centre = first === undefined ? picture.width / 2 : first.x + first.width / 2;
    const k = Math.max(READABLE_ZOOM, Math.min(1, (width - 48) / picture.width));
    canvas.setViewport({ k, x: width / 2 - centre * k, y: insets.top + 16 });
  }
}

/** What was in the middle of the editor stays there when that gets wider or narrower; 0: it is not shown. */
export function keepMiddle(canvas: Pick<GraphCanvas, 'viewport' | 'setViewport'>, before: number, after: number): void {
  if (before > 0 && after > 0 && before !== after) {
    const { k, x, y } = canvas.viewport();
    canvas.setViewport({ k, x: x + (after - before) / 2, y });
  }
}

/** What was below the toolbar stays below it when that gets more or fewer rows; 0: it is not drawn yet. */
export function keepBelow(canvas: Pick<GraphCanvas, 'viewport' | 'setViewport'>, before: number, after: number): void {
  if (before > 0 && before !== after) {
    const { k, x, y } = canvas.viewport();
    canvas.setViewport({ k, x, y: y + after - before });
  }
}

/** Leaves where it was on the screen what a new layout has moved. */
export function keepInPlace(canvas: GraphCanvas, before: PlacedItem | undefined, after: PlacedItem | undefined): void {
  if (before !== undefined && after !== undefined) {
    const { k, x, y } = canvas.viewport();
    const shift = before.x + before.width / 2 - (after.x + after.width / 2);
    canvas.setViewport({ k, x: x + shift * k, y: y + (before.y - after.y) * k });
  }
}
