import { html, nothing, render } from 'lit/html.js';
import { createPageChannel, RequestFailure } from '../../src/protocol/channel';
import type { EvaluationDialogue, HostToEvaluation } from '../../src/protocol/evaluationPage';
import type { ToHost, ToWebview } from '../../src/protocol/messages';
import { createStore } from '../store';
import { registerComponents } from '../ui';
import '../styles/base.css';
import '../styles/families.css';
import '../styles/shell.css';
import '../summary/summary.css';
import './evaluate.css';
import type { EvaluationApp } from './evaluationApp';
import { FIRST_STATE } from './evaluationApp';
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
};
let running = new AbortController();

function onHostEvent(event: HostToEvaluation): void {
  switch (event.type) {
    case 'evaluationReady': {
      const { method, metrics } = event.setup;
      const quick = metrics.filter(({ needsTruth, isSlow }) => !needsTruth && !isSlow).map(({ id }) => id);
      const choice = { ...store.state.choice, methods: method === null ? [] : [method], metrics: quick };
      app.update({ setup: event.setup, failure: null, choice });
      break;
    }
    case 'evaluationFailed':
      app.update({ failure: event.failure });
      break;
    case 'evaluationProgressed':
      if (store.state.progress !== null) {
        app.update({ progress: { done: event.done, total: event.total } });
      }
      break;
    default:
      event satisfies never;
  }
}

async function run(): Promise<void> {
  const { choice } = store.state;
  if (choice.images === null) {
    return;
  }
  running = new AbortController();
  const total = Math.max(1, choice.methods.length);
  app.update({ progress: { done: 0, total }, failure: null });
  try {
    const report = await channel.request('evaluate', { ...choice, images: choice.images }, running.signal);
    app.update({ report, progress: null });
    channel.send({ type: 'reportDrawn', rows: report.rows.length });
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
        <h1>${setup === null ? 'Evaluate maps' : `How well maps of ${setup.model} point`}</h1>
        ${setup === null && failure === null ? html`<p role="status">Reading the model…</p>` : nothing} ${message}
        ${
          setup === null
            ? nothing
            : setupTemplate(
                app,
                () => void run(),
                () => running.abort(),
              )
        }
        ${report === null || report.rows.length > 0 ? nothing : html`<p role="status">No map could be judged.</p>`}
        ${report === null ? nothing : summaryTemplate(report)} ${table.element}
      </div>
    </main>`,
    root,
  );
  table.draw();
}

function reportFailure(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: '' };
  channel.send({ type: 'pageFailed', message, stack: stack ?? '' });
}

window.addEventListener('error', ({ error, message }) => reportFailure(error ?? message));
window.addEventListener('unhandledrejection', ({ reason }) => reportFailure(reason));
window.addEventListener('message', ({ data }: MessageEvent<ToWebview<EvaluationDialogue>>) => channel.receive(data));
draw();
channel.send({ type: 'ready' });
