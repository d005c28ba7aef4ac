import { html, type TemplateResult } from 'lit/html.js';
import { keyed } from 'lit/directives/keyed.js';
import type { LayerBody } from '../../src/protocol/layerBodies';
import type { LayerReport, ModelReport } from '../../src/protocol/modelReport';
import { answerOrMessage } from '../answerOrMessage';
import type { App } from '../app';
import { bodyTemplate } from './bodyTemplate';

/** Longer lists are closed at first: the rest of the properties stays in reach. */
const MOST_OPEN_LAYERS = 12;

type Entry = readonly LayerBody[] | 'loading' | { readonly message: string };

/** What layers run inside, asked of the host when one of them is looked at. */
export interface LayerBodies {
  /** Asks once, if the layer is one that has any. */
  fetch(layer: LayerReport, report: ModelReport): void;
  /** null while they are not known. */
  find(layer: LayerReport): readonly LayerBody[] | null;
  /** null where nothing was asked. */
  template(layer: LayerReport): TemplateResult | null;
  /** Forgets all, because the file changed. */
  clear(): void;
}

/** Whether a layer calls a function of the model, of whichever overload, or holds graphs. */
function runsBodies({ attributes, domain, opType }: LayerReport, { functions }: ModelReport): boolean {
  const called = domain === '' ? opType : `${domain}:${opType}`;
  return (
    functions.some((name) => name === called || name.startsWith(`${called}:`)) ||
    attributes.some(({ type }) => type === 'graph' || type === 'graphs')
  );
}

export function createLayerBodies(app: App, changed: () => void): LayerBodies {
  let entries = new Map<number, Entry>();
  const request = async (index: number): Promise<void> => {
    const asked = entries;
    asked.set(index, 'loading');
    changed();
    const answer = await answerOrMessage(app.channel.request('layerBodies', { index }));
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
    clear: () => void (entries = new Map()),
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
      return html`${keyed(index, listTemplate(entry))}`;
    },
  };
}

function listTemplate(bodies: readonly LayerBody[]): TemplateResult {
  return bodies.length === 0
    ? html`<p class="muted">What it runs could not be told.</p>`
    : html`${bodies.map((body) => bodyTemplate(body, { open: body.layers.length <= MOST_OPEN_LAYERS }))}`;
}
