import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import { live } from 'lit/directives/live.js';
import type { HeadFitReport } from '../../src/protocol/headFit';
import type { FitAnswer, FitRequest, HeadData } from '../../src/protocol/headWork';
import type { App } from '../app';
import { choice, type Options } from '../cam/choice';
import { DataChoice } from './dataChoice';
import { createFitCharts } from './fitCharts';
import { fitResultTemplate } from './fitResult';
import type { HeadCard, HeadScene } from './headCard';
import { Work } from './work';
import { workStatusTemplate } from './workStatus';

type Kinds = 'gap' | 'fc' | 'both';

interface FitForm {
  readonly kinds: Kinds;
  readonly isCrossValidated: boolean;
  readonly penalty: number;
  readonly seed: number;
}

const FIRST_FORM: FitForm = { kinds: 'both', isCrossValidated: false, penalty: 1, seed: 0 };

const KINDS: Options<Kinds> = [
  { value: 'both', label: 'GAP and FC', title: 'Both on the same features and the same split, side by side' },
  { value: 'gap', label: 'GAP', title: 'Average over positions, then linear: C + 1 parameters per class' },
  { value: 'fc', label: 'FC', title: 'Linear on the whole map: C·H·W + 1 parameters per class' },
];

const PENALTIES: Options<'given' | 'cv'> = [
  { value: 'given', label: 'given', title: 'scikit-learn’s 1/C' },
  { value: 'cv', label: 'by cross-validation', title: 'The strength with the least loss on held-out folds; many fits' },
];

/** Transfer learning: heads for the user’s own classes, fitted to features of the model as it is. */
export function createFitCard(app: App): HeadCard {
  const element = document.createElement('section');
  element.className = 'card head-fit';
  element.setAttribute('aria-labelledby', 'fit-title');
  const controls = element.appendChild(document.createElement('div'));
  const result = element.appendChild(document.createElement('div'));
  result.className = 'work-result';
  const charts = createFitCharts();
  element.append(charts.element);
  const end = element.appendChild(document.createElement('div'));
  const redraw = (): void => app.update({});
  const fitting = new Work<FitAnswer>(redraw);
  const saving = new Work<{ readonly path: string | null }>(redraw);
  const data = new DataChoice(app, redraw);
  let form = FIRST_FORM;
  let model: unknown = null;
  let drawn: HeadFitReport | null = null;

  const change = (next: Partial<FitForm>): void => {
    form = { ...form, ...next };
    redraw();
  };
  const start = (chosen: HeadData): void => {
    saving.clear();
    const { kinds, isCrossValidated, penalty, seed } = form;
    const request = {
      data: chosen,
      kinds: kinds === 'both' ? (['gap', 'fc'] as const) : [kinds],
      penalty: isCrossValidated ? ('cv' as const) : penalty,
      seed,
    };
    void fitting.run((signal) => app.channel.request('fitHead', request, signal));
  };
  const save = (kind: 'gap' | 'fc'): void =>
    void saving.run((signal) => app.channel.request('saveFittedHead', { kind }, signal));

  /** The page may have been gone while the host fitted. */
  const takeUp = (): Promise<void> =>
    fitting.run(async (signal) => {
      const { fit } = await app.channel.request('latestFit', {}, signal);
      if (fit !== null) {
        data.restore(fit.request.data);
        form = toForm(fit.request);
      }
      return fit;
    });

  return {
    element,
    draw(scene) {
      if (model !== scene.state.report) {
        model = scene.state.report;
        fitting.clear();
        saving.clear();
        void takeUp();
      }
      const report = fitting.value?.report ?? null;
      render(
        html`<div class="card-heading"><h2 id="fit-title">Fit a Head</h2></div>
          ${formTemplate(scene, { form, data, isRunning: fitting.isRunning, change, start })}
          ${workStatusTemplate(fitting.state, scene.state.headProgress?.fit, () => fitting.cancel())}`,
        controls,
      );
      if (report !== drawn) {
        drawn = report; // as many cells as classes squared
        render(report === null ? nothing : fitResultTemplate(app, report), result);
      }
      charts.draw(report);
      render(report === null ? nothing : savingTemplate(report, saving, save), end);
    },
  };
}

function toForm({ kinds, penalty, seed }: FitRequest): FitForm {
  const [kind] = kinds;
  return {
    kinds: kinds.length > 1 ? 'both' : kind,
    isCrossValidated: penalty === 'cv',
    penalty: penalty === 'cv' ? FIRST_FORM.penalty : penalty,
    seed,
  };
}

interface FormActions {
  readonly form: FitForm;
  readonly data: DataChoice;
  readonly isRunning: boolean;
  readonly change: (next: Partial<FitForm>) => void;
  readonly start: (data: HeadData) => void;
}

function formTemplate(
  { state, head, choices }: HeadScene,
  { form, data, isRunning, change, start }: FormActions,
): TemplateResult {
  const refusal = choices.head === 0 ? findRefusal(state.trusted, head, data) : NOT_MAIN;
  const chosen = data.data;
  return html`<p class="muted">
      Your images go through the model once; their features are kept on disk, so a run that was stopped goes on where it
      was. A logistic regression on them becomes the new head. No Python.
    </p>
    <div class="data-row" role="group" aria-label="Labelled images">
      <span>${data.data === null ? 'Labelled images:' : 'Images of'}</span>${data.template(isRunning)}
    </div>
    <div class="fit-form">
      ${choice('Head', KINDS, form.kinds, (kinds) => change({ kinds }))}
      ${choice('L2 penalty', PENALTIES, form.isCrossValidated ? 'cv' : 'given', (value) => change({ isCrossValidated: value === 'cv' }))}
      ${form.isCrossValidated ? nothing : numberTemplate('Strength', form.penalty, 'any', 0, (penalty) => change({ penalty }))}
      ${numberTemplate('Seed', form.seed, '1', 0, (seed) => change({ seed: Math.round(seed) }))}
      <button
        class="text-button primary"
        ?disabled=${isRunning || refusal !== null}
        @click=${() => chosen !== null && start(chosen)}
      >
        ${isRunning ? 'Fitting…' : 'Fit'}
      </button>
    </div>
    ${refusal === null ? nothing : html`<p class="muted">${refusal}</p>`}`;
}

const NOT_MAIN = 'Fitting works on the main head only: choose it at the top of the view.';

/** Why nothing can be fitted; null when it can. */
function findRefusal(trusted: boolean, head: HeadScene['head'], data: DataChoice): string | null {
  if (head.featureMap === null) {
    return head.reason ?? 'This model has no feature map that a head could be fitted to.';
  }
  if (!trusted) {
    return 'Running models needs a trusted workspace.';
  }
  return data.data === null ? 'Choose a folder with one folder per class, or a CSV file of paths and labels.' : null;
}

/** Keeps the value before when what was typed is no number of the range. */
function numberTemplate(
  label: string,
  value: number,
  step: string,
  least: number,
  set: (value: number) => void,
): TemplateResult {
  const onChange = (event: Event): void => {
    const { value: text } = event.target as HTMLInputElement;
    const typed = Number(text);
    set(text.trim() === '' || !Number.isFinite(typed) || typed < least ? value : typed);
  };
  return html`<label class="cam-control"
    ><span>${label}</span
    ><input
      class="input fit-number"
      type="number"
      min=${least}
      step=${step}
      .value=${live(String(value))}
      @change=${onChange}
  /></label>`;
}

function savingTemplate(
  { heads }: HeadFitReport,
  saving: Work<{ readonly path: string | null }>,
  save: (kind: 'gap' | 'fc') => void,
): TemplateResult {
  const path = saving.state.status === 'done' ? saving.state.value.path : null;
  return html`<div class="work-actions">
      ${heads.map(
        ({ kind }) =>
          html`<button class="text-button primary" ?disabled=${saving.isRunning} @click=${() => save(kind)}>
            Save with ${kind.toUpperCase()} Head As…
          </button>`,
      )}
      <span class="muted" role="status">
        ${
          saving.isRunning
            ? 'Saving…'
            : path === null
              ? 'A new .onnx with your class names and preprocessing; it opens with maps of the new classes.'
              : `Saved ${path}`
        }
      </span>
    </div>
    ${saving.state.status === 'failed' ? html`<p class="note" role="alert">${saving.state.failure.message}</p>` : nothing}`;
}
