import { html, nothing, type TemplateResult } from 'lit/html.js';
import { keyed } from 'lit/directives/keyed.js';
import type { BodyPath } from '../../src/protocol/layerBodies';
import type { LayerReport, ValueReport } from '../../src/protocol/modelReport';
import type { LayerNotes } from '../../src/protocol/notes';
import type { App } from '../app';
import { foldedNotesTemplate, notesTemplate } from '../notesTemplate';
import { Answers } from './answers';

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
  const answers = new Answers<string, LayerNotes>(changed);
  let path: BodyPath = [];
  const request = (subject: Subject): Promise<void> => {
    const params = isLayer(subject)
      ? { path, layer: subject.index, values: listValues(subject) }
      : { path, layer: null, values: [subject.name] };
    return answers.ask(toKey(subject), () => app.channel.request('notes', params));
  };
  const find = (subject: Subject): LayerNotes | null => answers.find(toKey(subject));
  return {
    fetch(subject) {
      if (subject.hasNotes === true && !answers.has(toKey(subject))) {
        void request(subject);
      }
    },
    find,
    clear(shown) {
      answers.clear();
      path = shown;
    },
    valueTemplate(layer, name) {
      const notes = find(layer)?.values[name];
      return notes === undefined ? nothing : html`${keyed(name, foldedNotesTemplate('Metadata', notes))}`;
    },
    template: (subject) =>
      answers.template(
        toKey(subject),
        // Folds of one layer are not those of the next.
        (notes) => ownTemplate(subject, notes),
        () => request(subject),
      ),
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
