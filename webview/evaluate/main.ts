import { html, nothing, render } from 'lit/html.js';
import { createPageChannel, RequestFailure } from '../../src/protocol/channel';
import type { EvaluationDialogue, HostToEvaluation } from '../../src/protocol/evaluationPage';
import type { ToHost, ToWebview } from '../../src/protocol/messages';
import { listenForFailures } from '../pageFailures';
import { createStore } from '../store';
import { registerComponents } from '../ui';
import '../styles/base.css';
import '../styles/families.css';
import '../styles/shell.css';
import '../summary/summary.css';
import './evaluate.css';
import type { EvaluationApp } from './evaluationApp';
import { applyEvaluationEvent, FIRST_STATE } from './evaluationApp';
import { createRowTable } from './rowTable';
import { setupTemplate } from './setupForm';
import { summaryTemplate } from './summaryTable';

declare function acquireVsCodeApi(): { postMessage(message: ToHost<EvaluationDialogue>): void };

const vscode = acquireVsCodeApi();
const store = createStore(FIRST_STATE, () => draw());
const channel = createPageChannel<EvaluationDialogue>((message) => vscode.postMessage(message), onHostEvent);
const app: EvaluationApp = {
  channel,
  get state() {
    return store.state;
  },
  update: (change) => store.update(change),
  choose: (change) => store.update({ choice: { ...store.state.choice, ...change } }),
};
let running = new AbortController();

function onHostEvent(event: HostToEvaluation): void {
  app.update(applyEvaluationEvent(store.state, event));
}

async function run(): Promise<void> {
  const { images, classRule, ...choice } = store.state.choice;
  if (images === null || classRule === null) {
    return;
  }
  running = new AbortController();
  // Folded, so that what is computed comes into view.
  app.update({ progress: { done: 0, total: 0 }, failure: null, note: '', folded: ['Methods', 'Metrics'] });
  try {
    const outcome = await channel.request('evaluate', { images, classRule, ...choice }, running.signal);
    const rows = store.state.report?.rows ?? [];
    app.update({ progress: null, report: { ...outcome, rows } });
  } catch (error) {
    const failure =
      error instanceof RequestFailure ? error.failure : { code: 'bug', message: String(error), retry: false };
    app.update({ progress: null, failure: failure.code === 'cancelled' ? null : failure });
  }
}

registerComponents();
const root = document.getElementById('app') ?? document.body;
root.className = 'comparison-root';
const table = createRowTable(app);

function draw(): void {
  const { setup, failure, report } = store.state;
  const message =
    failure === null
      ? nothing
      : html`<p class="evaluation-failure" role="alert">
          ${failure.message}
          <button class="link-button" @click=${() => void channel.request('showLog', {})}>Show Log</button>
        </p>`;
  render(
    html`<main class="summary-view evaluation-view" aria-label="Evaluation of maps">
      <div class="summary-page evaluation-page">
        <h1 class="summary-title">${setup === null ? 'Evaluate maps' : `Evaluate maps of ${setup.model}`}</h1>
        ${setup === null && failure === null ? html`<p role="status">Reading the model…</p>` : nothing} ${message}
        ${
          setup === null
            ? nothing
            : setupTemplate(
                app,
                setup,
                () => void run(),
                () => running.abort(),
              )
        }
        ${report === null ? nothing : summaryTemplate(setup, report)} ${table.element}
      </div>
    </main>`,
    root,
  );
  table.draw();
}

listenForFailures((failure) => channel.send(failure));
window.addEventListener('message', ({ data }: MessageEvent<ToWebview<EvaluationDialogue>>) => channel.receive(data));
draw();
channel.send({ type: 'ready' });
