import { html, nothing, type TemplateResult } from 'lit/html.js';
import * as d3 from 'd3';
import { formatBytes, formatCount, formatSignificant } from '../quantity';
import type { BoxColors } from './boxColors';
import { COLOR_CHOICES, NUMBER_COLORS, type ColorBy } from './colorBy';

const WIDTH = 180;
const STOPS = 12;

/** `explanation`: what to do where there is nothing to colour by. */
export function legendTemplate(
  colors: BoxColors | null,
  explanation: TemplateResult | null,
): TemplateResult | typeof nothing {
  if (colors === null || colors.by === 'operator') {
    return nothing;
  }
  const content = colors.scale === null ? (explanation ?? kindsTemplate(colors)) : scaleTemplate(colors, colors.scale);
  return html`<section class="graph-legend" aria-label="What the colours mean">
    <h3>${COLOR_CHOICES[colors.by].label}</h3>
    ${content}
  </section>`;
}

function scaleTemplate({ by }: BoxColors, scale: NonNullable<BoxColors['scale']>): TemplateResult {
  const stops = d3.range(STOPS + 1).map((stop) => d3.interpolateCividis(stop / STOPS));
  const middle = scale.isLogarithmic ? Math.sqrt(scale.minimum * scale.maximum) : scale.maximum / 2;
  const ticks = [scale.minimum, middle, scale.maximum];
  return html`<div
      class="legend-bar"
      .style=${`width: ${WIDTH}px; background: linear-gradient(to right, ${stops.join(', ')})`}
      role="img"
      aria-label="From ${formatQuantity(by, scale.minimum)}, dark, to ${formatQuantity(by, scale.maximum)}, light"
    ></div>
    <div class="legend-ticks" .style=${`width: ${WIDTH}px`}>
      ${ticks.map((tick) => html`<span>${formatQuantity(by, tick)}</span>`)}
    </div>
    <p class="legend-note">${scale.isLogarithmic ? 'Logarithmic. ' : ''}Grey: none or unknown.</p>`;
}

function kindsTemplate({ kinds }: BoxColors): TemplateResult {
  return html`<ul class="legend-kinds">
      ${kinds.map(
        (kind) =>
          html`<li><span class="legend-swatch" .style=${`background: ${NUMBER_COLORS[kind]}`}></span>${kind}</li>`,
      )}
    </ul>
    <p class="legend-note">The narrowest numbers that a layer reads or makes.</p>`;
}

export function formatQuantity(by: ColorBy, value: number): string {
  switch (by) {
    case 'activation':
      return formatBytes(Math.round(value));
    case 'time':
      return `${formatSignificant(value, 3)} ms`;
    case 'receptiveField':
      return `${formatCount(Math.round(value))} px`;
    default:
      return formatCount(Math.round(value));
  }
}
