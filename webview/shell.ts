import { html, nothing, render, type TemplateResult } from 'lit/html.js';
import type { Failure, ViewName } from '../src/protocol/messages';
import { RequestFailure } from '../src/protocol/channel';
import type { App, AppState, CreateView, View } from './app';
import { tabsTemplate } from './tabs';

/** The frame around the views: tabs, progress, and what is shown while there is no model to draw. */
export interface Shell {
  draw(state: AppState): void;
}

export function createShell(app: App, root: HTMLElement, creators: Readonly<Record<ViewName, CreateView>>): Shell {
  const main = document.createElement('main');
  main.className = 'shell-main';
  const panel = document.createElement('div');
  panel.id = 'panel';
  panel.className = 'panel';
  panel.setAttribute('role', 'tabpanel');
  const header = document.createElement('header');
  header.className = 'shell-header';
  const progress = document.createElement('div');
  progress.className = 'progress';
  // There from the start: a live region that appears together with its text is not read out.
  progress.setAttribute('role', 'status');
  main.append(panel);
  root.replaceChildren(header, main, progress);

  const views = new Map<ViewName, View>();
  let attached: ViewName | null = null;

  function drawView(state: AppState): void {
    const name = state.choices.view;
    let view = views.get(name);
    if (view === undefined) {
      view = creators[name](app);
      views.set(name, view);
    }
    const isNew = attached !== name;
    if (isNew) {
      attached = name;
      panel.replaceChildren(view.element);
      panel.setAttribute('aria-labelledby', `tab-${name}`);
    }
    view.draw(state);
    if (isNew) {
      view.shown?.();
    }
  }

  function drawWithoutModel(state: AppState): void {
    if (attached !== null) {
      attached = null;
      panel.replaceChildren();
    }
    const template = state.failure === null ? skeletonTemplate() : failureTemplate(app, state.failure);
    const holder = panel.firstElementChild ?? panel.appendChild(document.createElement('div'));
    holder.className = 'panel-content';
    render(template, holder as HTMLElement);
  }

  return {
    draw(state) {
      const hasModel = state.report !== null && state.failure === null;
      render(
        html`${tabsTemplate(state.choices.view, hasModel, (view) => app.choose({ view }))}
          ${hasModel ? warningsTemplate(app, state.report.warnings) : nothing}
          <span class="shell-file" title=${state.report?.file.path ?? ''}>${state.report?.file.name ?? nothing}</span>`,
        header,
      );
      render(progressTemplate(app, state.tasks), progress);
      if (hasModel) {
        drawView(state);
      } else {
        drawWithoutModel(state);
      }
    },
  };
}

/** In sight in every view: a model may look whole in the graph while its weights are missing. */
function warningsTemplate(app: App, warnings: readonly string[]): TemplateResult | typeof nothing {
  const count = warnings.length === 1 ? '1 warning' : `${warnings.length} warnings`;
  return warnings.length === 0
    ? nothing
    : html`<button
        class="shell-warnings"
        title=${warnings.join('\n')}
        aria-label="${count}, listed in the summary"
        @click=${() => app.choose({ view: 'summary' })}
      >
        ⚠ ${warnings.length}
      </button>`;
}

function skeletonTemplate(): TemplateResult {
  return html`<div class="skeleton" role="status" aria-label="Reading the model">
    ${[1, 2, 3, 4, 5].map((row) => html`<div class="skeleton-box skeleton-box-${row}"></div>`)}
  </div>`;
}

function failureTemplate(app: App, failure: Failure): TemplateResult {
  return html`<section class="message-page" role="alert">
    <h1>This model could not be opened</h1>
    <p class="message-text">${failure.message}</p>
    <div class="message-actions">
      <vscode-button @click=${() => void retry(app)}>Try Again</vscode-button>
      <vscode-button appearance="secondary" @click=${() => void app.channel.request('showLog', {})}>
        Show Log
      </vscode-button>
    </div>
  </section>`;
}

async function retry(app: App): Promise<void> {
  app.update({ failure: null, report: null });
  try {
    await app.channel.request('reload', {});
  } catch (error) {
    if (!(error instanceof RequestFailure)) {
      throw error;
    }
    app.update({ failure: error.failure });
  }
}

function progressTemplate(app: App, tasks: AppState['tasks']): TemplateResult {
  return html`${[...tasks].map(
    ([task, { label, fraction }]) =>
      html`<div class="progress-task">
        <span class="progress-label">${label}</span>
        ${
          fraction === null
            ? html`<progress aria-label=${label}></progress>`
            : html`<progress aria-label=${label} max="1" .value=${fraction}></progress>`
        }
        <button
          class="link-button"
          aria-label="Cancel: ${label}"
          @click=${() => app.channel.send({ type: 'taskCancelled', task })}
        >
          Cancel
        </button>
      </div>`,
  )}`;
}
