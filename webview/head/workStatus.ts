import { html, nothing, type TemplateResult } from 'lit/html.js';
import type { HeadProgress } from '../../src/protocol/headWork';
import type { Asked } from './headFindings';

/** How far work is, with a way to stop it; or why it failed. */
export function workStatusTemplate(
  state: Asked<unknown>,
  progress: HeadProgress | undefined,
  cancel: () => void,
): TemplateResult {
  return html`<div class="work-status" role="status">
      ${state.status === 'running' ? runningTemplate(progress ?? { text: 'Starting…', fraction: null }, cancel) : nothing}
    </div>
    ${state.status === 'failed' ? html`<p class="note" role="alert">${state.failure.message}</p>` : nothing}`;
}

function runningTemplate({ text, fraction }: HeadProgress, cancel: () => void): TemplateResult {
  return html`${
      fraction === null
        ? html`<progress aria-label=${text}></progress>`
        : html`<progress aria-label=${text} max="1" .value=${fraction}></progress>`
    }
    <span class="work-text">${text}</span>
    <button class="text-button" @click=${cancel}>Cancel</button>`;
}
