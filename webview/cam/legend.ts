import { range } from 'd3';
import { html, nothing, svg } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import { toCssColor } from './colorMaps';
import { computeTicks, toColorPosition } from './colorScale';
import type { ColorScale } from './colorScale';
import { formatNumber } from './formatNumber';

const STOPS = 32;

/** The colour scale with its numbers; `marked` is the value under the pointer. */
export function legend(scale: ColorScale, unit: string, note: string, marked: number | null): TemplateResult {
  const ticks = computeTicks(scale);
  const description = `Colour scale from ${formatNumber(scale.low)} to ${formatNumber(scale.high)} ${unit}. ${note}.`;
  return html`<div class="cam-legend">
    <svg class="cam-legend-scale" role="img" aria-label=${description} width="100%" height="34">
      <defs>
        <linearGradient id="cam-legend-colors">
          ${range(STOPS + 1).map((stop) => toStop(scale, stop / STOPS))}
        </linearGradient>
      </defs>
      <rect class="cam-legend-bar" x="0" y="0" width="100%" height="12" fill="url(#cam-legend-colors)"></rect>
      ${ticks.map((tick) => toTick(scale, tick))}
      ${marked !== null && Number.isFinite(marked) ? toMark(scale, marked) : nothing}
    </svg>
    <div class="cam-legend-note"><span>${unit}</span><span>${note}</span></div>
  </div>`;
}

/** Place of a value along the legend, 0…1. */
export function toLegendPosition(scale: ColorScale, value: number): number {
  return scale.high > scale.low ? Math.min(1, Math.max(0, (value - scale.low) / (scale.high - scale.low))) : 0.5;
}

function toStop(scale: ColorScale, along: number): TemplateResult {
  const value = scale.low + along * (scale.high - scale.low);
  return svg`<stop offset=${along} stop-color=${toCssColor(scale.map, toColorPosition(scale, value))}></stop>`;
}

function toTick(scale: ColorScale, tick: number): TemplateResult {
  const along = toLegendPosition(scale, tick);
  const anchor = along < 0.03 ? 'start' : along > 0.97 ? 'end' : 'middle';
  const x = `${100 * along}%`;
  return svg`<line class="cam-legend-tick" x1=${x} x2=${x} y1="12" y2="16"></line>
    <text class="cam-legend-text" x=${x} y="29" text-anchor=${anchor}>${formatTick(tick)}</text>`;
}

function toMark(scale: ColorScale, value: number): TemplateResult {
  const x = `${100 * toLegendPosition(scale, value)}%`;
  return svg`<line class="cam-legend-mark-edge" x1=${x} x2=${x} y1="0" y2="12"></line>
    <line class="cam-legend-mark" x1=${x} x2=${x} y1="0" y2="12"></line>`;
}

/** Ticks are round: no trailing zeros. `0.05`, `−2e−7`, `5e+10`. */
export function formatTick(tick: number): string {
  const round = Number(tick.toPrecision(6));
  const text = Math.abs(round) >= 1e6 ? round.toExponential() : String(round);
  return text.replaceAll('-', '−');
}
