import { html, type TemplateResult } from 'lit/html.js';
import { keyed } from 'lit/directives/keyed.js';
import type { BodyPath, GraphReport, LayerBody } from '../../src/protocol/layerBodies';
import type { LayerReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { Answers } from './answers';
import { bodyTemplate } from './bodyTemplate';
import { runsBodies } from './runsBodies';

/** Longer lists are closed at first: the rest of the properties stays in reach. */
const MOST_OPEN_LAYERS = 12;

/** What layers run inside, asked of the host when one of them is looked at. */
export interface LayerBodies {
  /** Asks once, if the layer is one that has any. */
  fetch(layer: LayerReport, report: GraphReport): void;
  /** null while they are not known. */
  find(layer: LayerReport): readonly LayerBody[] | null;
  /** null where nothing was asked. */
  template(layer: LayerReport): TemplateResult | null;
  /** Forgets all, because another graph is shown, or the file changed. */
  clear(path: BodyPath): void;
}

/** `show`: a body is to be drawn as a graph. */
export function createLayerBodies(app: App, changed: () => void, show: (place: BodyPath) => void): LayerBodies {
  const answers = new Answers<number, { readonly bodies: readonly LayerBody[] }>(changed);
  let path: BodyPath = [];
  const request = (index: number): Promise<void> =>
    answers.ask(index, () => app.channel.request('layerBodies', { path, index }));
  return {
    fetch(layer, report) {
      if (!answers.has(layer.index) && runsBodies(layer, report)) {
        void request(layer.index);
      }
    },
    find: ({ index }) => answers.find(index)?.bodies ?? null,
    clear(shown) {
      answers.clear();
      path = shown;
    },
    template: ({ index }) =>
      answers.template(
        index,
        // Folds of one layer are not those of the next.
        ({ bodies }) =>
          html`${keyed(
            index,
            listTemplate(bodies, (body) => [...path, { layer: index, body }], show),
          )}`,
        () => request(index),
      ),
  };
}

function listTemplate(
  bodies: readonly LayerBody[],
  placeOf: (body: number) => BodyPath,
  show: (place: BodyPath) => void,
): TemplateResult {
  return bodies.length === 0
    ? html`<p class="muted">What it runs could not be told.</p>`
    : html`${bodies.map((body, position) => {
        const open = body.layers.length <= MOST_OPEN_LAYERS;
        return bodyTemplate(body, placeOf(position), { open, show });
      })}`;
}
