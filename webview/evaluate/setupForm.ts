import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { EvaluationApp, EvaluationState } from './evaluationApp';

/** What is judged, by what, and on which images. */
export function setupTemplate(app: EvaluationApp, run: () => void, cancel: () => void): TemplateResult {
  const { choice, progress } = app.state;
  const problem = findProblem(app.state);
  return html`<section class="card evaluation-setup" aria-label="What is judged">
    <div class="evaluation-fields">
      ${folderTemplate(app, 'images', 'Images')} ${folderTemplate(app, 'masks', 'Masks or annotations')}
      <label>
        Class
        <select
          @change=${(event: Event) =>
            choose(app, { classRule: (event.target as HTMLSelectElement).value === 'true' ? 'true' : 'predicted' })}
        >
          <option value="predicted" ?selected=${choice.classRule === 'predicted'}>predicted</option>
          <option value="true" ?selected=${choice.classRule === 'true'}>true</option>
        </select>
      </label>
    </div>
    ${methodsTemplate(app)} ${metricsTemplate(app)}
    <div class="evaluation-run">
      ${
        progress === null
          ? html`<vscode-button ?disabled=${problem !== null} @click=${run}>Evaluate</vscode-button>
              <span class="muted">${problem ?? nothing}</span>`
          : html`<progress max=${progress.total} .value=${progress.done} aria-label="Maps judged"></progress>
              <span role="status">${progress.done} of ${progress.total}</span>
              <vscode-button appearance="secondary" @click=${cancel}>Cancel</vscode-button>`
      }
    </div>
  </section>`;
}

/** What is missing before it can run. */
export function findProblem({ choice }: EvaluationState): string | null {
  if (choice.images === null) {
    return 'Choose a folder of images.';
  }
  if (choice.methods.length === 0) {
    return 'Choose a method.';
  }
  return choice.metrics.length === 0 ? 'Choose a metric.' : null;
}

function choose(app: EvaluationApp, change: Partial<EvaluationState['choice']>): void {
  app.update({ choice: { ...app.state.choice, ...change } });
}

function folderTemplate(app: EvaluationApp, what: 'images' | 'masks', title: string): TemplateResult {
  const path = app.state.choice[what];
  const pick = async (): Promise<void> => {
    const chosen = (await app.channel.request('chooseFolder', { what })).path;
    if (chosen === null) {
      return;
    }
    choose(app, { [what]: chosen });
    if (what === 'masks') {
      // Annotations make more metrics possible: those that are quick are what one wants them for.
      const { setup, choice } = app.state;
      const added = (setup?.metrics ?? []).filter(({ needsTruth, isSlow }) => needsTruth && !isSlow);
      choose(app, { metrics: [...new Set([...choice.metrics, ...added.map(({ id }) => id)])] });
    }
  };
  return html`<div class="evaluation-folder">
    <button class="text-button" @click=${() => void pick()}>${title}…</button>
    <span class="muted" title=${path ?? ''}><bdi>${path ?? 'none'}</bdi></span>
  </div>`;
}

function methodsTemplate(app: EvaluationApp): TemplateResult {
  const { setup, choice } = app.state;
  return html`<fieldset>
    <legend>Methods</legend>
    ${setup?.methods.map(({ id, name, cost, refusal }) =>
      checkTemplate(name, refusal ?? cost, choice.methods.includes(id), refusal === null, (isOn) =>
        choose(app, { methods: toggle(choice.methods, id, isOn) }),
      ),
    )}
  </fieldset>`;
}

function metricsTemplate(app: EvaluationApp): TemplateResult {
  const { setup, choice } = app.state;
  return html`<fieldset>
    <legend>Metrics</legend>
    ${setup?.metrics.map(({ id, name, formula, cost, needsTruth }) =>
      checkTemplate(
        name,
        `${formula}. Cost: ${cost}.${needsTruth ? ' Needs annotations.' : ''}`,
        choice.metrics.includes(id),
        !needsTruth || choice.masks !== null,
        (isOn) => choose(app, { metrics: toggle(choice.metrics, id, isOn) }),
      ),
    )}
  </fieldset>`;
}

function checkTemplate(
  name: string,
  title: string,
  isOn: boolean,
  isUsable: boolean,
  set: (isOn: boolean) => void,
): TemplateResult {
  return html`<label class="evaluation-check" title=${title}>
    <input
      type="checkbox"
      .checked=${isOn}
      ?disabled=${!isUsable}
      @change=${(event: Event) => set((event.target as HTMLInputElement).checked)}
    />
    ${name}
  </label>`;
}

function toggle(ids: readonly string[], id: string, isOn: boolean): readonly string[] {
  return isOn ? [...ids, id] : ids.filter((each) => each !== id);
}
