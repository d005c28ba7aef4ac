import { html, nothing, type TemplateResult } from 'lit/html.js';
import { guard } from 'lit/directives/guard.js';
import type { EvaluationSetup } from '../../src/protocol/evaluationPage';
import type { LayerChoice } from '../../src/protocol/mapChoices';
import { choice as choiceField } from '../cam/choice';
import { describeLayer } from '../cam/methodPanel';
import type { EvaluationApp } from './evaluationApp';

/** More are counted, not listed. */
const LISTED_LAYERS = 400;

/** Where maps are drawn by all methods but the exact one, which has its own layer. */
export function layerField(app: EvaluationApp, setup: EvaluationSetup): TemplateResult {
  const onChange = (event: Event): void => app.choose({ layer: (event.target as HTMLSelectElement).value || null });
  return html`<label
    class="cam-control evaluation-layer"
    title="Of methods that draw at a layer; the exact one has its own"
  >
    <span>Layer</span>
    <select @change=${onChange}>
      ${guard([setup], () => layerOptions(setup))}
    </select>
  </label>`;
}

function layerOptions({ stages, layers }: EvaluationSetup): TemplateResult {
  // The one nearest to the logits first, as with stages.
  const listed = [...layers].reverse().slice(0, LISTED_LAYERS);
  const option = (layer: LayerChoice) => html`<option value=${layer.tensor}>${describeLayer(layer)}</option>`;
  return html`<option value="">The usual one</option>
    <optgroup label="Last maps of the stages">${stages.map(option)}</optgroup>
    <optgroup label="All layers">
      ${listed.map(option)}
      ${listed.length === layers.length ? nothing : html`<option disabled>${layers.length - listed.length} more</option>`}
    </optgroup>`;
}

const PLACEMENTS = [
  { value: 'stretch', label: 'Stretch', title: 'The map is resized to the input, as most papers do' },
  {
    value: 'receptive-field',
    label: 'Receptive field',
    title: 'Each cell lies at the centre of its receptive field',
  },
] as const;

/** How the cells of a map lie on the image. */
export function placementField(app: EvaluationApp): TemplateResult {
  return choiceField('Placement', PLACEMENTS, app.state.choice.placement, (placement) => app.choose({ placement }));
}

interface NumberField {
  readonly label: string;
  readonly title: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Whether a chosen metric depends on it. */
  readonly isUsed: boolean;
}

/** A whole number; what is no such number, or too large or too small, is set right when the field is left. */
export function numberField(
  app: EvaluationApp,
  name: 'steps' | 'tolerance',
  { label, title, minimum, maximum, isUsed }: NumberField,
): TemplateResult {
  const onChange = (event: Event): void => {
    const field = event.target as HTMLInputElement;
    const value = Math.round(field.valueAsNumber);
    const kept = Number.isFinite(value) ? Math.min(maximum, Math.max(minimum, value)) : app.state.choice[name];
    field.value = String(kept);
    app.choose({ [name]: kept });
  };
  return html`<label class="cam-control evaluation-number" title=${title}>
    <span>${label}</span>
    <input
      class="input"
      type="number"
      min=${minimum}
      max=${maximum}
      .value=${String(app.state.choice[name])}
      ?disabled=${!isUsed}
      @change=${onChange}
    />
  </label>`;
}
