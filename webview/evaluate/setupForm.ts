import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EvaluationSetup } from '../../src/protocol/evaluationPage';
import { capitalize } from '../../src/protocol/capitalize';
import { checkList } from './checkList';
import { classField } from './classField';
import type { EvaluationApp } from './evaluationApp';
import { findProblem, listQuickMetrics } from './evaluationApp';
import { layerField, numberField, placementField } from './settingFields';

/** What is judged, by what, and on which images. */
export function setupTemplate(
  app: EvaluationApp,
  setup: EvaluationSetup,
  run: () => void,
  cancel: () => void,
): TemplateResult {
  const { choice } = app.state;
  const has = (...ids: readonly string[]) => choice.metrics.some((id) => ids.includes(id));
  return html`<section class="card evaluation-setup" aria-label="What is judged">
    <div class="evaluation-folders">
      ${folderTemplate(app, 'images', 'Images')} ${folderTemplate(app, 'masks', 'Masks or annotations')}
    </div>
    <div class="evaluation-fields">
      ${classField(app, setup)} ${layerField(app, setup)} ${placementField(app)}
      ${numberField(app, 'steps', { title: 'Steps of the insertion and deletion curves', label: 'Steps', minimum: 1, maximum: 1000, isUsed: has('insertion', 'deletion') })}
      ${numberField(app, 'tolerance', { title: 'How far from an object the pointing game still counts, in pixels of the model’s input', label: 'Tolerance, px', minimum: 0, maximum: 1000, isUsed: has('pointing') })}
    </div>
    ${methodList(app, setup)} ${metricList(app, setup)}
    <div class="evaluation-run">${runTemplate(app, run, cancel)}</div>
  </section>`;
}

function runTemplate(app: EvaluationApp, run: () => void, cancel: () => void): TemplateResult {
  const { progress, report } = app.state;
  const problem = findProblem(app.state);
  if (progress === null) {
    return html`<vscode-button ?disabled=${problem !== null} @click=${run}>Evaluate</vscode-button>
      <span role="status">${problem ?? (report === null ? '' : describeEnd(report))}</span>`;
  }
  const { done, total } = progress;
  return html`<vscode-button appearance="secondary" @click=${cancel}>Cancel</vscode-button> ${
      total === 0
        ? html`<progress aria-label="Starting"></progress><span role="status">Reading the images and the model…</span>`
        : html`<progress max=${total} .value=${done} aria-label="Maps judged"></progress>
            <span role="status">${done} of ${total}</span>`
    }`;
}

function describeEnd({ rows, isComplete, errors }: NonNullable<EvaluationApp['state']['report']>): string {
  const maps = `${rows.length} ${rows.length === 1 ? 'map' : 'maps'}`;
  const failed = errors.length === 0 ? '' : ` ${errors.length} could not be judged.`;
  return `${isComplete ? `${maps} judged.` : `Stopped: the figures are of the ${maps} judged until then.`}${failed}`;
}

function folderTemplate(app: EvaluationApp, what: 'images' | 'masks', title: string): TemplateResult {
  const path = app.state.choice[what];
  const pick = async (): Promise<void> => {
    const chosen = (await app.channel.request('chooseFolder', { what })).path;
    if (chosen !== null) {
      setFolder(app, what, chosen);
    }
  };
  return html`<div class="evaluation-folder" role="group" aria-label=${title}>
    <button class="text-button" @click=${() => void pick()}>${title}…</button>
    <span class="evaluation-path" title=${path ?? ''}>${path === null ? 'none' : html`<bdi>${path}</bdi>`}</span>
    ${
      what === 'images' || path === null
        ? nothing
        : html`<button
            class="icon-button"
            title="Judge without annotations"
            aria-label="Judge without annotations"
            @click=${() => setFolder(app, 'masks', null)}
          >
            ×
          </button>`
    }
  </div>`;
}

/** Annotations make more metrics possible, and those that are quick are what one wants them for; without, they go. */
function setFolder(app: EvaluationApp, what: 'images' | 'masks', path: string | null): void {
  const { setup, choice } = app.state;
  if (what === 'images' || setup === null) {
    app.choose({ [what]: path });
    return;
  }
  const isPossible = (id: string) => path !== null || !setup.metrics.some((each) => each.id === id && each.needsTruth);
  const quick = path === null ? [] : listQuickMetrics(setup, true);
  app.choose({ masks: path, metrics: [...new Set([...choice.metrics.filter(isPossible), ...quick])] });
}

function methodList(app: EvaluationApp, setup: EvaluationSetup): TemplateResult {
  const items = setup.methods.map(({ id, name, meaning, cost, refusal }) => ({
    ...{ id, name: capitalize(name), meaning: refusal ?? meaning, isUsable: refusal === null },
    cost: refusal === null ? cost : null,
  }));
  const chosen = app.state.choice.methods;
  return checkList(app, 'Methods', items, chosen, (methods) => app.choose({ methods }));
}

function metricList(app: EvaluationApp, setup: EvaluationSetup): TemplateResult {
  const hasTruth = app.state.choice.masks !== null;
  const items = setup.metrics.map(({ id, name, formula, source, cost, needsTruth, isSlow }) => ({
    ...{ id, name, meaning: `${formula}. ${source}.` },
    isUsable: hasTruth || !needsTruth,
    cost: `${needsTruth && !hasTruth ? 'Needs masks or annotations. ' : ''}${isSlow ? 'Slow: ' : 'Cost: '}${cost}.`,
  }));
  const chosen = app.state.choice.metrics;
  return checkList(app, 'Metrics', items, chosen, (metrics) => app.choose({ metrics }));
}
