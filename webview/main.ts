import { createPageChannel } from '../src/protocol/channel';
import type { HostToWebview, ToHost, ToWebview } from '../src/protocol/messages';
import type { PackedMessage } from '../src/protocol/packedMessage';
import type { App } from './app';
import { createCamView } from './cam/camView';
import { createGalleryView } from './gallery/galleryView';
import { createGraphView } from './graph/graphView';
import { createHeadView } from './head/headView';
import { applyHostEvent } from './hostEvents';
import { listenForFailures } from './pageFailures';
import { createInitialState, readSavedChoices } from './savedState';
import { createShell } from './shell';
import { createStore } from './store';
import { createSummaryView } from './summary/summaryView';
import { registerComponents } from './ui';
import { createUnpacker } from './unpackMessage';
import './styles/base.css';
import './styles/families.css';
import './styles/shell.css';

interface VsCodeApi {
  postMessage(message: ToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

const vscode = acquireVsCodeApi();
const saved = vscode.getState();
const hasSavedDisplay = 'colorMap' in readSavedChoices(saved);
const store = createStore(createInitialState(saved), (state) => shell.draw(state));
const channel = createPageChannel((message) => vscode.postMessage(message), onHostEvent);

const app: App = {
  channel,
  get state() {
    return store.state;
  },
  update: (change) => store.update(change),
  choose(change) {
    const choices = { ...store.state.choices, ...change };
    if ('selectedLayer' in change && change.selectedLayer !== store.state.choices.selectedLayer) {
      channel.send({ type: 'layerSelected', index: choices.selectedLayer });
    }
    store.update({ choices });
    vscode.setState({ choices });
  },
};

function onHostEvent(event: HostToWebview): void {
  if (event.type === 'modelSentAhead' && store.state.report === null) {
    channel.send({ type: 'ready' });
  }
  const isFirstModel = event.type === 'modelLoaded' && store.state.display === null;
  store.update(applyHostEvent(store.state, event));
  if (isFirstModel && !hasSavedDisplay) {
    app.choose(event.display);
  } else {
    vscode.setState({ choices: store.state.choices });
  }
  if (isFirstModel) {
    // The page shows nothing yet: no frame is worth waiting for.
    store.flush();
  }
}

const reportFailure = listenForFailures((failure) => channel.send(failure));
const unpack = createUnpacker((message) => channel.receive(message), reportFailure);
window.addEventListener('message', ({ data }: MessageEvent<ToWebview | PackedMessage>) => unpack(data));

registerComponents();
const root = document.getElementById('app') ?? document.body;
const shell = createShell(app, root, {
  graph: createGraphView,
  summary: createSummaryView,
  head: createHeadView,
  cam: createCamView,
  images: createGalleryView,
});
shell.draw(store.state);
channel.send({ type: 'ready' });
