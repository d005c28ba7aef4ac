import { html, type TemplateResult } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import type { Supposition } from './headChoices';

interface Slider {
  readonly name: keyof Supposition;
  readonly symbol: string;
  readonly label: string;
  /** Ends of the slider; the number box takes any value up to `limit`. */
  readonly least: number;
  readonly most: number;
  readonly limit: number;
  /** Equal steps multiply, so that 10 and 10 000 are both within reach. */
  readonly scale: 'logarithmic' | 'linear';
}

const SLIDERS: readonly Slider[] = [
  { name: 'channels', symbol: 'C', label: 'channels', least: 1, most: 4096, limit: 65_536, scale: 'logarithmic' },
  { name: 'height', symbol: 'H', label: 'height of the map', least: 1, most: 64, limit: 1024, scale: 'linear' },
  { name: 'width', symbol: 'W', label: 'width of the map', least: 1, most: 64, limit: 1024, scale: 'linear' },
  { name: 'classes', symbol: 'K', label: 'classes', least: 1, most: 25_000, limit: 1_000_000, scale: 'logarithmic' },
  { name: 'batch', symbol: 'b', label: 'images in a batch', least: 1, most: 256, limit: 4096, scale: 'logarithmic' },
  { name: 'correlation', symbol: 'ρ', label: 'correlation of positions', least: 0, most: 1, limit: 1, scale: 'linear' },
];
/** Positions of a logarithmic slider. */
const STOPS = 1000;

/** A slider and a number box for each size. */
export function slidersTemplate(
  supposition: Supposition,
  own: Supposition | null,
  change: (changed: Partial<Supposition>) => void,
): TemplateResult {
  return html`<div class="head-sliders">
    ${SLIDERS.map((slider) => {
      const value = supposition[slider.name];
      const set = (to: number) => change({ [slider.name]: to });
      const { symbol, label, least, limit, name } = slider;
      const isChanged = own !== null && own[name] !== value;
      return html`<div class="head-slider ${isChanged ? 'head-changed' : ''}">
        <label for="head-${name}"><b>${symbol}</b> ${label}</label>
        <input
          type="range"
          min="0"
          max=${STOPS}
          .value=${live(String(toStop(slider, value)))}
          aria-label="${label}, slider"
          aria-valuetext=${value}
          @input=${(event: Event) => set(fromStop(slider, Number((event.target as HTMLInputElement).value)))}
        />
        <input
          id="head-${name}"
          class="input"
          type="number"
          min=${least}
          max=${limit}
          step=${name === 'correlation' ? '0.01' : '1'}
          .value=${live(String(value))}
          @change=${(event: Event) => set(toValid(slider, (event.target as HTMLInputElement).value, value))}
        />
      </div>`;
    })}
  </div>`;
}

function toValid({ name, least, limit }: Slider, text: string, before: number): number {
  const typed = Number(text);
  if (text.trim() === '' || !Number.isFinite(typed)) {
    return before;
  }
  const held = Math.min(limit, Math.max(least, typed));
  return name === 'correlation' ? held : Math.round(held);
}

function toStop({ least, most, scale }: Slider, value: number): number {
  const along =
    scale === 'linear' ? (value - least) / (most - least) : Math.log(value / least) / Math.log(most / least);
  return Math.round(STOPS * Math.min(1, Math.max(0, along)));
}

function fromStop({ name, least, most, scale }: Slider, stop: number): number {
  const along = stop / STOPS;
  const value = scale === 'linear' ? least + along * (most - least) : least * (most / least) ** along;
  return name === 'correlation' ? Math.round(value * 100) / 100 : Math.round(value);
}
