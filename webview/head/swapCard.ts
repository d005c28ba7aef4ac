import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { SwapMethod, SwapTarget } from '../../src/protocol/headSwap';
import type { SwapChoices, SwapPreview } from '../../src/protocol/headWork';
import type { HeadReport } from '../../src/protocol/modelReport';
import type { App } from '../app';
import { fetchModelDetails } from '../modelDetails';
import { DataChoice } from './dataChoice';
import type { HeadCard, HeadScene } from './headCard';
import { METHOD_TEXTS, TARGET_TITLES } from './swapMethodText';
import { swapMapsTemplate } from './swapMaps';
import { swapResultTemplate } from './swapResult';
import { Work } from './work';
import { workStatusTemplate } from './workStatus';

interface Chosen {
  readonly target: SwapTarget;
  readonly method: SwapMethod;
}

/** Another head in the place of this one: previewed on images, then saved as a new model. */
export function createSwapCard(app: App): HeadCard {
  const element = document.createElement('section');
  element.className = 'card head-swap';
  element.setAttribute('aria-labelledby', 'swap-title');
  const redraw = (): void => app.update({});
  const choices = new Work<SwapChoices>(redraw);
  const preview = new Work<SwapPreview>(redraw);
  const saving = new Work<{ readonly path: string | null }>(redraw);
  const data = new DataChoice(app, () => {
    preview.clear();
    redraw();
  });
  let head: HeadReport | null = null;
  let chosen: Chosen | null = null;

  const choose = (next: Chosen): void => {
    chosen = next;
    preview.clear();
    saving.clear();
    redraw();
  };
  const ask = (index: number, { target, method }: Chosen): void => {
    saving.clear();
    const params = { head: index, target, method, data: data.data };
    void preview.run((signal) => app.channel.request('proposeSwap', params, signal));
  };
  const save = (id: number): void => void saving.run((signal) => app.channel.request('saveSwap', { id }, signal));

  /** The page may have been gone while the host worked. */
  const takeUp = (index: number): Promise<void> =>
    preview.run(async (signal) => {
      const { preview: found } = await app.channel.request('latestSwap', {}, signal);
      if (found?.request.head !== index) {
        return null;
      }
      data.restore(found.request.data);
      chosen = found.request;
      return found;
    });

  return {
    element,
    draw(scene) {
      if (head !== scene.head) {
        head = scene.head;
        chosen = null;
        [choices, preview, saving].forEach((work) => work.clear());
        void choices.run(() => app.channel.request('swapChoices', { head: scene.choices.head }));
        void takeUp(scene.choices.head);
        void fetchModelDetails(app);
        return; // asked: drawn again
      }
      const known = choices.value;
      const now = known === null ? null : (chosen ?? toFirstChoice(known));
      render(
        html`<div class="card-heading"><h2 id="swap-title">Swap the Head</h2></div>
          ${workStatusTemplate(choices.state, { text: 'Reading…', fraction: null }, () => choices.cancel())}
          ${
            known === null || now === null
              ? nothing
              : formTemplate(scene, { known, now, data, isRunning: preview.isRunning, choose, ask })
          }
          ${workStatusTemplate(preview.state, scene.state.headProgress?.swap, () => preview.cancel())}
          ${preview.value === null ? nothing : previewTemplate(app, scene, preview.value, saving, save)}`,
        element,
      );
    },
  };
}

/** The kind that the head is not, by the first method that applies. */
function toFirstChoice({ own, methods }: SwapChoices): Chosen {
  const target = own === 'gap' ? 'fc' : 'gap';
  const usable = methods[target].find(({ refusal }) => refusal === null);
  return { target, method: (usable ?? methods[target][0]).method };
}

interface Form {
  readonly known: SwapChoices;
  readonly now: Chosen;
  readonly data: DataChoice;
  readonly isRunning: boolean;
  readonly choose: (chosen: Chosen) => void;
  readonly ask: (head: number, chosen: Chosen) => void;
}

function formTemplate(scene: HeadScene, form: Form): TemplateResult {
  const { known, now, data, isRunning, choose, ask } = form;
  const { state, choices } = scene;
  const chosenTarget = (target: SwapTarget): Chosen => ({
    target,
    method: (known.methods[target].find(({ refusal }) => refusal === null) ?? known.methods[target][0]).method,
  });
  const refusal = findRefusal(scene, form);
  return html`<fieldset class="choice-group" ?disabled=${isRunning}>
      <legend>New head</legend>
      ${(['gap', 'fc'] as const).map(
        (target) =>
          html`<label
            ><input
              type="radio"
              name="swap-target"
              .checked=${now.target === target}
              @change=${() => choose(chosenTarget(target))}
            />
            ${TARGET_TITLES[target]}${known.own === target ? html` <span class="muted">(as it is)</span>` : nothing}</label
          >`,
      )}
    </fieldset>
    <fieldset class="choice-group" ?disabled=${isRunning}>
      <legend>Method</legend>
      ${known.methods[now.target].map(({ method, refusal: why }) => {
        const { title, meaning } = METHOD_TEXTS[method];
        return html`<label class=${why === null ? '' : 'refused'}
          ><input
            type="radio"
            name="swap-method"
            .checked=${now.method === method}
            ?disabled=${why !== null}
            @change=${() => choose({ target: now.target, method })}
          />
          <span
            ><b>${title}</b> <span class="muted">${meaning}</span>${
              why === null ? nothing : html`<br /><span class="refusal">${why}</span>`
            }</span
          ></label
        >`;
      })}
    </fieldset>
    <div class="data-row" role="group" aria-label="Images to compare the heads on">
      <span>${data.data === null ? describeList(state.images.length) : 'Images of'}</span>
      ${data.template(isRunning)}
      ${data.data === null ? nothing : html`<button class="text-button" @click=${() => data.clear()}>Use the List</button>`}
    </div>
    <div class="work-actions">
      <button
        class="text-button primary"
        ?disabled=${isRunning || refusal !== null}
        @click=${() => ask(choices.head, now)}
      >
        Preview
      </button>
      <span class="muted">${refusal ?? 'Nothing is saved yet.'}</span>
    </div>`;
}

function describeList(count: number): string {
  return count === 0
    ? 'Images to compare on: none yet. Add some in the CAM view, or'
    : `Images: ${count === 1 ? 'the one' : `the ${count}`} of the CAM view’s list, or`;
}

/** Why there is nothing to preview; null when there is. */
function findRefusal({ state }: HeadScene, { known, now, data }: Form): string | null {
  const refusal = known.methods[now.target].find(({ method }) => method === now.method)?.refusal ?? null;
  if (refusal !== null) {
    return refusal;
  }
  if (!state.trusted) {
    return 'Running models needs a trusted workspace.';
  }
  if (now.method === 'fit' && data.data === null) {
    return 'Choose labelled images: a folder of folders, or a CSV file.';
  }
  return now.method === 'distill' && data.data === null && state.images.length < 2
    ? 'Distilling needs at least two images: add some in the CAM view, or choose a folder.'
    : null;
}

function previewTemplate(
  app: App,
  scene: HeadScene,
  preview: SwapPreview,
  saving: Work<{ readonly path: string | null }>,
  save: (id: number) => void,
): TemplateResult {
  const { state, choices } = scene;
  const labels = preview.labels ?? state.settings?.labels ?? null;
  const receptiveField = choices.head === 0 ? (state.details?.receptiveField ?? null) : null;
  const path = saving.state.status === 'done' ? saving.state.value.path : null;
  return html`<div class="work-result">
    ${swapResultTemplate(app, preview.proposal, labels)}
    ${swapMapsTemplate(preview, labels, receptiveField, state.choices)}
    <div class="work-actions">
      <button class="text-button primary" ?disabled=${saving.isRunning} @click=${() => save(preview.id)}>
        ${saving.isRunning ? 'Saving…' : 'Save As…'}
      </button>
      <span class="muted" role="status">
        ${path === null ? 'As a new model beside this one, which stays as it is. It is run before it gets its name.' : `Saved ${path}`}
      </span>
    </div>
    ${saving.state.status === 'failed' ? html`<p class="note" role="alert">${saving.state.failure.message}</p>` : nothing}
  </div>`;
}
