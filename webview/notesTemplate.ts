import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { Notes } from '../src/protocol/notes';
import { toNoteText } from './noteText';

/** What the file says in words: the description, then each entry of the metadata under its key; long texts are folded. */
export function notesTemplate({ docString, metadata }: Notes): TemplateResult {
  const entries = Object.entries(metadata);
  return html`<dl class="notes selectable">
    ${docString === '' ? nothing : noteTemplate('doc_string', docString)}
    ${entries.map(([key, text]) => noteTemplate(key, text))}
  </dl>`;
}

/** The same behind a fold with its number of entries; nothing where there are none. */
export function foldedNotesTemplate(title: string, notes: Notes): TemplateResult | typeof nothing {
  const count = Object.keys(notes.metadata).length + (notes.docString === '' ? 0 : 1);
  return count === 0
    ? nothing
    : html`<details class="details">
        <summary>${title} (${count})</summary>
        ${notesTemplate(notes)}
      </details>`;
}

function noteTemplate(key: string, text: string): TemplateResult {
  return html`<dt>${key}</dt>
    <dd>${textTemplate(key, text)}</dd>`;
}

function textTemplate(key: string, written: string): TemplateResult {
  const note = toNoteText(key, written);
  switch (note.kind) {
    case 'line':
      return html`${note.text}`;
    case 'list':
      return html`<ol class="note-parts">
        ${note.parts.map((part) => html`<li>${part || html`<span class="muted">(the model)</span>`}</li>`)}
      </ol>`;
    case 'long':
      return html`<details class="note-long">
        <summary>${note.summary}</summary>
        <pre tabindex="0" aria-label=${key}>${note.text}</pre>
      </details>`;
  }
}
