import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { LayerMeasurement } from '../../src/protocol/measurement';
import type { LayerReport, ModelReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { toOperatorFamily } from '../graph/operatorFamily';
import { formatMilliseconds, formatShare } from '../quantity';

const SHOWN = 12;

/** The layers that take longest, as bars on a scale that starts at 0. */
export function slowestLayersTemplate(
  app: App,
  { layers }: ModelReport,
  measurement: LayerMeasurement,
): TemplateResult {
  const byIndex = new Map(layers.map((layer) => [layer.index, layer]));
  const slowest = [...measurement.layers].sort((one, other) => other.ms - one.ms).slice(0, SHOWN);
  const most = slowest[0]?.ms || 1;
  return html`<h3>Slowest layers</h3>
    <table class="slowest">
      <tbody>
        ${slowest.map(({ index, ms, share, includes }) => {
          const layer = byIndex.get(index);
          return layer === undefined
            ? nothing
            : html`<tr>
                <th scope="row">${nameTemplate(app, layer)}${includesTemplate(includes, byIndex)}</th>
                <td class="slowest-bar">
                  <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
                    <rect
                      class="bar family-${toOperatorFamily(layer.opType)}"
                      width=${Math.max(0.4, (100 * ms) / most)}
                      height="10"
                    ></rect>
                  </svg>
                </td>
                <td class="number">${formatMilliseconds(ms)}</td>
                <td class="number">${formatShare(share)}</td>
              </tr>`;
        })}
      </tbody>
    </table>`;
}

function nameTemplate(app: App, { opType, name, index }: LayerReport): TemplateResult {
  return html`<button
      class="link-button"
      title="Show in the graph"
      @click=${() => app.choose({ view: 'graph', selectedLayer: index })}
    >
      ${name || `${opType} ${index}`}
    </button>
    <span class="muted">${name === '' ? '' : opType}</span>`;
}

/** Layers whose work the runtime does in the same kernel. */
function includesTemplate(includes: readonly number[], byIndex: ReadonlyMap<number, LayerReport>): unknown {
  const types = includes.map((index) => byIndex.get(index)?.opType ?? '').join(', ');
  return types === '' ? nothing : html`<span class="muted" title="Done in the same kernel"> with ${types}</span>`;
}
