import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { AverageMap, GallerySeries } from '../../src/protocol/gallery';
import { createColorScale, computeRange } from '../cam/colorScale';
import type { ColorMap } from '../cam/colorMaps';
import { formatNumber } from '../cam/formatNumber';
import { cellPicture, enlargeMap } from './cellPicture';

/** Classes shown; those with most images come first. */
const SHOWN = 12;
const SIZE = { height: 112, width: 112 };

/** Mean maps of the classes on one scale of their own: means are flatter than the maps they come from. */
export function averagePanel(
  series: GallerySeries,
  averages: readonly AverageMap[] | null,
  by: 'predicted' | 'true',
  colorMap: ColorMap,
  compute: () => void,
): TemplateResult {
  const shown = (averages ?? []).slice(0, SHOWN);
  const range = computeRange(...shown.map(({ values }) => values));
  const scale = createColorScale(colorMap, 'signed', range);
  const kind = by === 'true' ? 'folder' : 'predicted class';
  return html`<section class="cam-panel gallery-averages" aria-label="Average maps">
    <h2>Average map per ${kind}</h2>
    <button class="cam-button cam-secondary" @click=${compute}>
      ${averages === null ? 'Compute' : 'Compute Again'}
    </button>
    ${
      averages === null
        ? html`<p class="cam-note">Cell by cell, the mean of the maps of each image’s most likely class.</p>`
        : html`<p class="cam-note">
            Mean of the maps of each image’s most likely class, in ${series.unit}s; ${formatNumber(scale.low)} to
            ${formatNumber(scale.high)}.
            ${averages.length > SHOWN ? `${SHOWN} of ${averages.length} classes.` : nothing}
          </p>`
    }
    <ul>
      ${shown.map(
        (average) =>
          html`<li>
            ${cellPicture(null, enlargeMap(series, average, SIZE), scale, 1)}
            <span>${average.label}</span
            ><span class="gallery-figure">${average.images === 1 ? '1 image' : `${average.images} images`}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}
