import { html, nothing } from 'lit/html.js';
import type { TemplateResult } from 'lit/html.js';
import type { Failure } from '../../src/protocol/messages';
import type { AppState } from '../app';
import type { CamActions } from './camActions';
import { readClassChoices, readTargetChoices } from './explainedTarget';

/** Why no map can be drawn of this model at all; null when one can. */
export function findObstacle(state: AppState, actions: CamActions): TemplateResult | null {
  if (state.report?.heads[0]?.exact !== true) {
    const classes = readClassChoices(state);
    const usual = classes?.targets.usual ?? null;
    const choices = usual === null ? classes : readTargetChoices(state, usual.target);
    if (choices === null) {
      return html`<div class="cam-message cam-delayed" role="status">
        <progress aria-label="Reading which maps can be drawn"></progress>
      </div>`;
    }
    if (choices.method === null) {
      return withoutMethod(classes?.method === null ? classes.reason : choices.reason, actions);
    }
  }
  return state.trusted ? null : untrusted();
}

function withoutMethod(reason: string, actions: CamActions): TemplateResult {
  return message(
    'No map can be drawn of this model',
    html`<p>${reason}</p>
      <p class="cam-quiet">
        A map shows which places of an image a number depends on: a class score, or another output. It needs such a
        number, and a layer whose cells lie on the image.
      </p>
      <div class="cam-actions">
        <button class="cam-button" @click=${() => actions.choose({ view: 'head' })}>Show the Head</button>
        <button class="cam-button cam-secondary" @click=${() => actions.choose({ view: 'graph' })}>
          Show the Graph
        </button>
      </div>`,
  );
}

function untrusted(): TemplateResult {
  return message(
    'Running models needs a trusted workspace',
    html`<p>
        To draw a map the model has to run, and in Restricted Mode Headlight only reads and draws models. Trust this
        workspace (command “Workspaces: Manage Workspace Trust”) if you know where its files come from.
      </p>
      <p class="cam-quiet">The graph and the summary work without trust.</p>`,
  );
}

/** The first thing a user sees: where images come from. `report`: what became of the last request. */
export function withoutImages(report: string, actions: CamActions): TemplateResult {
  return message(
    'See what this model looks at',
    html`<p>Choose one or several images. Each gets the model’s classes and a map of the evidence for them.</p>
      <div class="cam-actions"><button class="cam-button" @click=${actions.pickImages}>Add Images…</button></div>
      <p class="cam-quiet">
        Or drag images here from the Explorer, holding <kbd>Shift</kbd> as you drop. A <code>.npy</code> file is taken
        as the ready input tensor.
      </p>
      <p class="cam-report" role="status">${report}</p>`,
  );
}

/**
 * Over the picture while the model runs; shown only when that takes longer than 300 ms (styles).
 * `fraction`: how much of it is done; null where nobody knows.
 */
export function runningCover(text: string, onCancel: () => void, fraction: number | null = null): TemplateResult {
  return html`<div class="cam-cover cam-delayed" role="status">
    ${
      fraction === null
        ? html`<progress aria-label=${text}></progress>`
        : html`<progress aria-label=${text} max="1" .value=${fraction}></progress>`
    }
    <span>${text}</span>
    <button class="cam-button cam-secondary" @click=${onCancel}>Cancel</button>
  </div>`;
}

/** Over the picture after a failure. */
export function failureCover(failure: Failure, onRetry: () => void, actions: CamActions): TemplateResult {
  const isCancelled = failure.code === 'cancelled';
  return html`<div class="cam-cover" role="alert">
    <p>${isCancelled ? 'Cancelled before the model had finished.' : failure.message}</p>
    <div class="cam-actions">
      ${failure.retry || isCancelled ? html`<button class="cam-button" @click=${onRetry}>Try Again</button>` : nothing}
      ${isCancelled ? nothing : html`<button class="cam-button cam-secondary" @click=${actions.showLog}>Show Log</button>`}
    </div>
  </div>`;
}

function message(title: string, body: TemplateResult): TemplateResult {
  return html`<div class="cam-message">
    <h2>${title}</h2>
    ${body}
  </div>`;
}
