import { html, nothing, type TemplateResult } from 'lit/html.js';
import { describeLayerRefusal } from '../../src/protocol/layerRefusal';
import type { MapChoices } from '../../src/protocol/mapChoices';
import type { LayerReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { readCamChoices } from '../cam/camChoices';
import { chooseLayer, readMapChoices } from '../cam/chosenMap';

/** The output of a layer at which maps can be drawn, or why there is none. */
function findExplainable(
  { outputs }: LayerReport,
  { layers, method, reason, placeless, end }: MapChoices,
): { readonly tensor: string } | { readonly refusal: string } {
  const names = new Set(layers.map(({ tensor }) => tensor));
  const output = outputs.find(({ name }) => names.has(name));
  if (method !== null && output) {
    return { tensor: output.name };
  }
  if (method === null) {
    return { refusal: reason };
  }
  const first = outputs.at(0);
  const [tensor, shape] = [first?.name ?? '', first?.shape ?? null];
  return { refusal: `${describeLayerRefusal({ tensor, shape, isOnPath: placeless.includes(tensor), end })}.` };
}

/** Shows the maps of the images at a layer (its index in the file); does nothing where there are none. */
export function explainAtLayer(app: App, index: number | null): void {
  const layer = app.state.report?.layers.find((each) => each.index === index);
  const choices = readMapChoices(app.state);
  const found = layer && choices ? findExplainable(layer, choices) : null;
  if (choices && found && 'tensor' in found) {
    const cam = readCamChoices(app.state);
    app.choose({ view: 'cam', cam: { ...cam, ...chooseLayer(choices, cam, found.tensor) } });
  }
}

/** A button, with the reason where it cannot be pressed; nothing until that is known. */
export function explainTemplate(app: App, layer: LayerReport): TemplateResult | typeof nothing {
  const choices = readMapChoices(app.state);
  if (choices === null) {
    return nothing;
  }
  const found = findExplainable(layer, choices);
  const refusal = 'refusal' in found ? found.refusal : null;
  return html`<div class="tensor-actions">
      <button
        class="link-button"
        ?disabled=${refusal !== null}
        title=${refusal ?? 'Draw what is explained at this layer, in the CAM view (E)'}
        @click=${() => explainAtLayer(app, layer.index)}
      >
        Explain at This Layer
      </button>
    </div>
    ${refusal === null ? nothing : html`<p class="tensor-storage">${refusal}</p>`}`;
}
