import { html, nothing, type TemplateResult } from 'lit/html.js';
import { keyed } from 'lit/directives/keyed.js';
import type { BodyPath } from '../../src/protocol/layerBodies';
import type { LayerReport, ValueReport } from '../../src/protocol/modelReport';
import type { LayerNotes } from '../../src/protocol/notes';
import { answerOrMessage } from '../answerOrMessage';
import type { App } from '../app';
import { foldedNotesTemplate, notesTemplate } from '../notesTemplate';

type Entry = LayerNotes | 'loading' | { readonly message: string };
/** A layer, or an input or output of the model. */
type Subject = LayerReport | ValueReport;

/** What the file says in words about layers and values, asked of the host when one of them is looked at. */
export interface LayerNotesList {
  /** Asks once, if there is anything. */
  fetch(subject: Subject): void;
  /** null while it is not known. */
  find(subject: Subject): LayerNotes | null;
  /** Of the layer or value itself; null where there is nothing. */
  template(subject: Subject): TemplateResult | null;
  /** Of a value that the layer reads or makes. */
  valueTemplate(layer: LayerReport, name: string): TemplateResult | typeof nothing;
  /** Forgets all, because another graph is shown, or the file changed. */
  clear(path: BodyPath): void;
}

export function createLayerNotes(app: App, changed: () => void): LayerNotesList {
  let entries = new Map<string, Entry>();
  let path: BodyPath = [];
  const request = async (subject: Subject): Promise<void> => {
    const asked = entries;
    asked.set(toKey(subject), 'loading');
    changed();
    const params = isLayer(subject)
      ? { path, layer: subject.index, values: listValues(subject) }
      : { path, layer: null, values: [subject.name] };
    const answer = await answerOrMessage(app.channel.request('notes', params));
    asked.set(toKey(subject), answer);
    changed();
  };
  const find = (subject: Subject): LayerNotes | null => {
    const entry = entries.get(toKey(subject));
    return entry === undefined || entry === 'loading' || 'message' in entry ? null : entry;
  };
  return {
    fetch(subject) {
      if (subject.hasNotes === true && !entries.has(toKey(subject))) {
        void request(subject);
      }
    },
    find,
    clear(shown) {
      entries = new Map();
      path = shown;
    },
    valueTemplate(layer, name) {
      const notes = find(layer)?.values[name];
      return notes === undefined ? nothing : html`${keyed(name, foldedNotesTemplate('Metadata', notes))}`;
    },
    template(subject) {
      const entry = entries.get(toKey(subject));
      if (entry === undefined) {
        return null;
      }
      if (entry === 'loading') {
        return html`<p class="muted">Reading…</p>`;
      }
      if ('message' in entry) {
        return html`<p class="inline-error" role="alert">${entry.message}</p>
          <button class="text-button" @click=${() => void request(subject)}>Try Again</button>`;
      }
      // Folds of one layer are not those of the next.
      return ownTemplate(subject, entry);
    },
  };
}

function ownTemplate(subject: Subject, { layer, called, values }: LayerNotes): TemplateResult | null {
  const own = isLayer(subject) ? layer : (values[subject.name] ?? null);
  return own === null && called === null
    ? null
    : html`${keyed(
        toKey(subject),
        html`${own === null ? nothing : notesTemplate(own)}
        ${called === null ? nothing : foldedNotesTemplate('Of the function it calls', called)}`,
      )}`;
}

function isLayer(subject: Subject): subject is LayerReport {
  return 'opType' in subject;
}

function toKey(subject: Subject): string {
  return isLayer(subject) ? `layer ${subject.index}` : `value ${subject.name}`;
}

function listValues({ inputs, outputs }: LayerReport): readonly string[] {
  return [...new Set([...inputs, ...outputs.map(({ name }) => name)])].filter((name) => name !== '');
}
