import { createPageChannel } from '../../src/protocol/channel';
import type { ComparisonDialogue, HostToComparison } from '../../src/protocol/comparison';
import type { ToHost, ToWebview } from '../../src/protocol/messages';
import { listenForFailures } from '../pageFailures';
import { createStore } from '../store';
import { registerComponents } from '../ui';
import '../styles/base.css';
import '../styles/families.css';
import '../styles/shell.css';
import '../summary/summary.css';
import './compare.css';
import type { ComparisonApp, ComparisonChoices } from './comparisonApp';
import { FIRST_STATE, applyReport, readSavedChoices } from './comparisonApp';
import { createComparisonPage } from './comparisonPage';
import { createWeightActions } from './weightActions';

interface VsCodeApi {
  postMessage(message: ToHost<ComparisonDialogue>): void;
  getState(): unknown;
  setState(state: ComparisonChoices): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const vscode = acquireVsCodeApi();
const store = createStore(FIRST_STATE, (state) => page.draw(state));
const channel = createPageChannel<ComparisonDialogue>((message) => vscode.postMessage(message), onHostEvent);
const app: ComparisonApp = {
  channel,
  get state() {
    return store.state;
  },
  update(change) {
    store.update(change);
    if (store.state.report !== null) {
      const { filter, search, selected } = store.state;
      vscode.setState({ filter, search, selected });
    }
  },
};
const actions = createWeightActions(app);

function onHostEvent(event: HostToComparison): void {
  switch (event.type) {
    case 'comparisonLoaded':
      actions.cancel();
      app.update(applyReport(event.report, store.state.report === null ? readSavedChoices(vscode.getState()) : {}));
      actions.compareAll();
      break;
    case 'comparisonFailed':
      app.update({ report: null, failure: event.failure });
      break;
    case 'weightsProgressed':
      if (app.state.weights.status === 'running') {
        app.update({ weights: { status: 'running', fraction: event.fraction } });
      }
      break;
    default:
      event satisfies never;
  }
}

listenForFailures((failure) => channel.send(failure));
window.addEventListener('message', ({ data }: MessageEvent<ToWebview<ComparisonDialogue>>) => channel.receive(data));

registerComponents();
const page = createComparisonPage(app, actions, document.getElementById('app') ?? document.body);
page.draw(store.state);
channel.send({ type: 'ready' });
