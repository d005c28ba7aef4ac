import { html, nothing, type TemplateResult } from 'lit/html.js';
import { guard } from 'lit/directives/guard.js';
import type { EvaluationSetup } from '../../src/protocol/evaluationPage';
import { choice as choiceField } from '../cam/choice';
import type { EvaluationApp } from './evaluationApp';
import { findClassIndex } from './evaluationApp';

const RULES = [
  { value: 'predicted', label: 'Predicted', title: 'The class that the model finds most likely' },
  { value: 'true', label: 'True', title: 'The class that the annotation, the folder or the name of the image tells' },
  { value: 'one', label: 'One class', title: 'The same class for every image' },
] as const;

/** Whose map is judged: that of each image's own class, or of one class for all. */
export function classField(app: EvaluationApp, setup: EvaluationSetup): TemplateResult {
  const { classRule } = app.state.choice;
  const rule = classRule === 'predicted' || classRule === 'true' ? classRule : 'one';
  const onRule = (value: (typeof RULES)[number]['value']): void =>
    app.choose({ classRule: value === 'one' ? null : value });
  return html`${choiceField('Class', RULES, rule, onRule)} ${rule === 'one' ? nameField(app, setup) : nothing}`;
}

function nameField(app: EvaluationApp, setup: EvaluationSetup): TemplateResult {
  const onInput = (event: Event): void =>
    app.choose({ classRule: findClassIndex((event.target as HTMLInputElement).value, setup) });
  return html`<label class="cam-control">
    <span>Which</span>
    <input
      class="input"
      type="text"
      list="evaluation-classes"
      autocomplete="off"
      placeholder="Label or index"
      aria-invalid=${app.state.choice.classRule === null}
      @input=${onInput}
    />
    <datalist id="evaluation-classes">
      ${guard([setup], () => (setup.labels ?? []).map((label) => html`<option value=${label}></option>`))}
    </datalist>
  </label>`;
}
