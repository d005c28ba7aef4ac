import type { Picture } from '../../src/protocol/explanation';
import type { CellPlacement } from '../../src/protocol/cellPlacement';
import type { ColorScale } from './colorScale';
import { paintValues } from './paintValues';
import { putPixels, toCanvas } from './rasters';
import type { Backdrop } from './rasters';
import { upsampleMap } from '../../src/protocol/upsampleMap';
import type { Interpolation } from '../../src/protocol/upsampleMap';

/** A map and how it lies on the picture the network was fed. */
export interface Overlay {
  readonly picture: Picture;
  /** [mapHeight, mapWidth]. */
  readonly map: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
  readonly placement: CellPlacement;
  readonly interpolation: Interpolation;
  readonly scale: ColorScale;
  readonly backdrop: Backdrop;
}

/** Drawn pixels along the longer side that small inputs are magnified to, so that the map stays smooth on large screens. */
const SMOOTH_PIXELS = 512;

/** Draws picture and overlay; keeps both as canvases, so that a change of opacity draws nothing anew. */
export class OverlayPainter {
  #picture: { readonly of: Picture; readonly backdrop: Backdrop; readonly canvas: HTMLCanvasElement } | null = null;
  #overlay: { readonly of: Overlay; readonly canvas: HTMLCanvasElement } | null = null;

  /** Fills a rectangle of the context; `opacity` 0…1 is the overlay's. */
  draw(
    context: CanvasRenderingContext2D,
    overlay: Overlay,
    opacity: number,
    area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  ): void {
    this.drawPicture(context, overlay.picture, overlay.backdrop, area);
    context.globalAlpha = opacity;
    context.drawImage(this.#findOverlay(overlay), area.x, area.y, area.width, area.height);
    context.globalAlpha = 1;
  }

  drawPicture(
    context: CanvasRenderingContext2D,
    picture: Picture,
    backdrop: Backdrop,
    area: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  ): void {
    if (this.#picture?.of !== picture || this.#picture.backdrop !== backdrop) {
      this.#picture = { of: picture, backdrop, canvas: toCanvas(picture, backdrop) };
    }
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#picture.canvas, area.x, area.y, area.width, area.height);
  }

  #findOverlay(overlay: Overlay): HTMLCanvasElement {
    if (this.#overlay === null || !isSame(this.#overlay.of, overlay)) {
      this.#overlay = { of: overlay, canvas: toOverlayCanvas(overlay) };
    }
    return this.#overlay.canvas;
  }
}

/** The coloured map alone, transparent where nothing is drawn, at the size of the picture or a multiple of it. */
export function toOverlayCanvas(overlay: Overlay): HTMLCanvasElement {
  const { picture, map, mapHeight, mapWidth, placement, interpolation, scale } = overlay;
  const magnification = Math.max(1, Math.floor(SMOOTH_PIXELS / Math.max(picture.height, picture.width)));
  const raster = { height: picture.height, width: picture.width, magnification };
  const values = upsampleMap(map, mapHeight, mapWidth, placement, raster, interpolation);
  const canvas = document.createElement('canvas');
  const rgba = paintValues(values, scale, { fades: true });
  putPixels(canvas, rgba, picture.height * magnification, picture.width * magnification);
  return canvas;
}

function isSame(first: Overlay, second: Overlay): boolean {
  return (
    first.picture === second.picture &&
    first.map === second.map &&
    first.interpolation === second.interpolation &&
    hasSameFields(first.placement, second.placement) &&
    hasSameFields(first.scale, second.scale)
  );
}

function hasSameFields<Value extends object>(first: Value, second: Value): boolean {
  return (Object.keys(first) as (keyof Value)[]).every((key) => first[key] === second[key]);
}
