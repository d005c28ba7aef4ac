import * as d3 from 'd3';
import type { BoxColors } from './boxColors';
import { drawElements } from './drawPicture';
import { addArrow } from './graphCanvas';
import type { GraphModel } from './graphModel';
import type { Marks } from './marks';
import type { Picture, Rectangle } from './picture';
import { toStandaloneSvg } from './standaloneSvg';
import { createStyleProbe } from './styleProbe';

/** What is on the screen, or all of the graph as it is folded now. */
export type Extent = 'visible' | 'whole';
export type Format = 'svg' | 'png';

export interface ExportedPicture {
  readonly model: GraphModel;
  readonly picture: Picture;
  /** What of the picture is wanted, in its pixels. */
  readonly area: Rectangle;
  readonly marks: Marks;
  readonly colors: BoxColors;
}

/** Canvases of more pixels fail without a word, or take more memory than is polite. */
const MOST_PIXELS = 64e6;
const MOST_SIDE = 16_000;

/** The picture as a file's bytes. `page`: where the theme's styles apply. */
export async function exportPicture(page: HTMLElement, exported: ExportedPicture, format: Format): Promise<Uint8Array> {
  const svg = toSvg(page, exported);
  return format === 'svg' ? new TextEncoder().encode(svg) : toPng(svg);
}

function toSvg(page: HTMLElement, { model, picture, area, marks, colors }: ExportedPicture): string {
  const svg = d3.create('svg');
  addArrow(svg);
  const [frames, edges, boxes] = ['frames', 'edges', 'boxes'].map((name) => svg.append('g').attr('class', name));
  svg.classed('has-path', marks.path !== null);
  const ignore = (): void => undefined;
  drawElements({ frames, edges, boxes }, model, picture, area, marks, colors, {
    select: ignore,
    toggle: ignore,
    enter: ignore,
  });
  svg.selectAll('.enter, .box-outline, .match-count').remove();
  const probe = createStyleProbe(page, marks.path === null ? 'graph-canvas' : 'graph-canvas has-path');
  try {
    const background = getComputedStyle(document.body).backgroundColor;
    return toStandaloneSvg(svg.node() as SVGSVGElement, area, background, probe.resolve);
  } finally {
    probe.dispose();
  }
}

/** Twice as large as on the screen, or as large as a canvas can be. */
async function toPng(svg: string): Promise<Uint8Array> {
  const image = new Image();
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    image.src = url;
    await image.decode();
  } finally {
    URL.revokeObjectURL(url);
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  const scale = Math.min(2, MOST_SIDE / width, MOST_SIDE / height, Math.sqrt(MOST_PIXELS / (width * height)));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(width * scale));
  canvas.height = Math.max(1, Math.floor(height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) {
    throw new Error(`The picture of ${canvas.width}×${canvas.height} pixels could not be encoded`);
  }
  return new Uint8Array(await blob.arrayBuffer());
}
