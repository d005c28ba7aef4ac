import { html, type TemplateResult } from 'lit/html.js';
import { keyed } from 'lit/directives/keyed.js';
import type { BodyPath, GraphReport, LayerBody } from '../../src/protocol/layerBodies';
import type { LayerReport } from '../../src/protocol/modelReport';
import { answerOrMessage } from '../answerOrMessage';
import type { App } from '../app';
import { bodyTemplate } from './bodyTemplate';
import { runsBodies } from './runsBodies';

/** Longer lists are closed at first: the rest of the properties stays in reach. */
const MOST_OPEN_LAYERS = 12;

type Entry = readonly LayerBody[] | 'loading' | { readonly message: string };

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
  let entries = new Map<number, Entry>();
  let path: BodyPath = [];
  const request = async (index: number): Promise<void> => {
    const asked = entries;
    asked.set(index, 'loading');
    changed();
    const answer = await answerOrMessage(app.channel.request('layerBodies', { path, index }));
    asked.set(index, 'message' in answer ? answer : answer.bodies);
    changed();
  };
  return {
    fetch(layer, report) {
      if (!entries.has(layer.index) && runsBodies(layer, report)) {
        void request(layer.index);
      }
    },
    find({ index }) {
      const entry = entries.get(index);
      return entry === undefined || entry === 'loading' || 'message' in entry ? null : entry;
    },
    clear(shown) {
      entries = new Map();
      path = shown;
    },
    template({ index }) {
      const entry = entries.get(index);
      if (entry === undefined) {
        return null;
      }
      if (entry === 'loading') {
        return html`<p class="muted">Reading…</p>`;
      }
      if ('message' in entry) {
        return html`<p class="inline-error" role="alert">${entry.message}</p>
          <button class="text-button" @click=${() => void request(index)}>Try Again</button>`;
      }
      // Folds of one layer are not those of the next.
      return html`${keyed(
        index,
        listTemplate(entry, (body) => [...path, { layer: index, body }], show),
      )}`;
    },
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
