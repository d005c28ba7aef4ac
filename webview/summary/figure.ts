import { html, type TemplateResult } from 'lit/html.js';
import type { Provenance } from '../../src/protocol/modelReport';
import { copyWithFeedback, type Copying } from '../copy';

/** A number with everything that belongs to it. */
export interface Figure {
  readonly label: string;
  /** For the eye: `4.65 M`. */
  readonly text: string;
  /** Every digit, with the unit: `4,652,008 parameters`. */
  readonly exact: string;
  /** For the clipboard: digits alone. */
  readonly value: number;
  readonly provenance: Provenance;
}

const MEANING: Record<Provenance, string> = {
  derived: 'derived from the graph',
  measured: 'measured by running the model',
  estimated: 'estimated from samples',
};

/** A figure as a button: the exact value on hover, and on the clipboard when clicked. */
export function figureTemplate(app: Copying, figure: Figure): TemplateResult {
  const { label, text, exact, value, provenance } = figure;
  return html`<button
    class="figure"
    title="${exact}, ${MEANING[provenance]}. Click to copy."
    aria-label="${label}: ${text}, ${exact}, ${provenance}. Copy"
    @click=${(event: Event) => void copyWithFeedback(app, event.currentTarget as Element, String(value))}
  >
    <span class="figure-text">${text}</span>${provenanceTemplate(provenance)}
  </button>`;
}

export function provenanceTemplate(provenance: Provenance): TemplateResult {
  return html`<span class="provenance provenance-${provenance}" title=${MEANING[provenance]}>${provenance}</span>`;
}
