import { html } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { Failure } from '../../src/protocol/messages';
import type { LayerMapState } from '../app';
import { OverlayPainter } from './overlayPainter';
import type { Overlay } from './overlayPainter';
import { painted } from './painted';

/** A small map that can be chosen. */
export interface MapCard {
  readonly label: string;
  readonly detail: string;
  readonly title: string;
  readonly isSelected: boolean;
  /** What is drawn, or why nothing is yet. */
  readonly content: Overlay | Failure | 'waiting' | 'running';
  /** 0…1. */
  readonly opacity: number;
  readonly onChoose: () => void;
}

const CARD_PIXELS = 224;

/** What there is instead of a map that is not drawn. */
export function toPending(known: LayerMapState | undefined): Failure | 'waiting' | 'running' {
  return known?.status === 'failed' ? known.failure : known?.status === 'running' ? 'running' : 'waiting';
}

const SIGNS = {
  waiting: '…',
  running: html`<span class="cam-spinner"></span>`,
} as const;

export function mapCard({ label, detail, title, isSelected, content, opacity, onChoose }: MapCard): TemplateResult {
  const failure = typeof content === 'object' && 'code' in content ? content : null;
  const status = failure ? describeFailure(failure) : content === 'waiting' ? 'waiting' : content;
  return html`<button
    class="cam-map-card"
    aria-pressed=${isSelected}
    aria-label="${label}: ${typeof status === 'string' ? status : detail}"
    title=${failure ? `${title}\n${describeFailure(failure)}` : title}
    @click=${onChoose}
  >
    ${drawing(content, opacity)}
    <span class="cam-map-label">${label}</span>
    <span class="cam-map-detail">${failure ? describeFailure(failure) : detail}</span>
  </button>`;
}

function drawing(content: MapCard['content'], opacity: number): TemplateResult {
  if (typeof content === 'string') {
    return html`<span class="cam-map-empty">${SIGNS[content]}</span>`;
  }
  if ('code' in content) {
    return html`<span class="cam-map-empty"
      ><span class="cam-warning">${content.code === 'cancelled' ? '–' : '!'}</span></span
    >`;
  }
  const { map, interpolation, backdrop, scale, placement } = content;
  const { startX, startY, strideX, strideY } = placement;
  const drawnWith = [scale.map, scale.sign, scale.low, scale.high, startX, startY, strideX, strideY];
  const key = [opacity, map, interpolation, backdrop, ...drawnWith];
  return html`<canvas ${painted(key, (canvas) => paint(canvas, content, opacity))}></canvas>`;
}

function paint(canvas: HTMLCanvasElement, overlay: Overlay, opacity: number): void {
  const { height, width } = overlay.picture;
  const factor = CARD_PIXELS / Math.max(height, width);
  canvas.width = Math.round(width * factor);
  canvas.height = Math.round(height * factor);
  const context = canvas.getContext('2d');
  if (context) {
    findPainter(overlay.map).draw(context, overlay, opacity, {
      x: 0,
      y: 0,
      width: canvas.width,
      height: canvas.height,
    });
  }
}

/** One for each map: a change of opacity draws nothing anew. */
const painters = new WeakMap<Float32Array, OverlayPainter>();

function findPainter(map: Float32Array): OverlayPainter {
  const painter = painters.get(map) ?? new OverlayPainter();
  painters.set(map, painter);
  return painter;
}

function describeFailure({ code, message }: Failure): string {
  return code === 'cancelled' ? 'Cancelled' : message;
}
