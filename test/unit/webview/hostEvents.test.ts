import { describe, expect, it } from 'vitest';
import type { HostToWebview, ModelSettings } from '../../../src/protocol/messages';
import type { AppState, ImageState } from '../../../webview/app';
import { applyHostEvent } from '../../../webview/hostEvents';
import { createInitialState } from '../../../webview/savedState';
import { layer, report } from './reportBuilder';

const display = { colorMap: 'viridis', opacity: 0.5 };
const image = (id: string) => ({ id, name: id, path: id });

function after(...events: readonly HostToWebview[]): AppState {
  return events.reduce<AppState>(
    (state, event) => ({ ...state, ...applyHostEvent(state, event) }),
    createInitialState(null),
  );
}

function settings(labels: readonly string[], height: number): HostToWebview {
  const resolved = { labels, preprocessing: { height } } as unknown as ModelSettings;
  return { type: 'settingsChanged', settings: resolved };
}

function loaded(layers = 1): HostToWebview {
  const report1 = report(Array.from({ length: layers }, () => layer('Relu', 'x -> y')));
  return { type: 'modelLoaded', report: report1, display, trusted: true };
}

describe('events of the host', () => {
  it('a model that loads takes the place of a failure', () => {
    const failure = { code: 'truncated', message: 'cut off', retry: true };
    expect(after({ type: 'modelFailed', failure }).failure).toBe(failure);
    expect(after({ type: 'modelFailed', failure }, loaded())).toMatchObject({ failure: null, trusted: true, display });
  });

  it('an item that the outline asks for is shown in the graph, each time anew', () => {
    const event = { type: 'itemRequested', item: 'layer:3' } as const;
    const once = after({ type: 'viewRequested', view: 'summary' }, event);
    expect(once).toMatchObject({ requestedItem: { item: 'layer:3' }, choices: { view: 'graph' } });
    expect(applyHostEvent(once, event).requestedItem).not.toBe(once.requestedItem);
  });

  it('a map that an evaluation asks for is shown as it was judged', () => {
    const images = { type: 'imagesAdded', images: [image('a'), image('b')] } as const;
    const event = { type: 'mapRequested', imageId: 'b', method: 'eigencam', layer: null, classIndex: 4 } as const;
    expect(after(images, event).choices).toMatchObject({
      ...{ view: 'cam', selectedImage: 'b', selectedClass: 4, selectedChannel: null },
      cam: { method: 'eigencam', layer: null, contrastClass: null },
    });
  });

  it('a reload forgets what was computed with the old file, and a selection that is gone', () => {
    const state = after(loaded(5), { type: 'imagesAdded', images: [image('a')] });
    const explained: AppState = {
      ...state,
      classifier: 'unavailable',
      imageStates: new Map([['a', { status: 'running' }]]),
      choices: { ...state.choices, selectedLayer: 4 },
    };
    const change = applyHostEvent(explained, loaded(3));
    expect(change.classifier).toBeNull();
    expect(change.imageStates?.get('a')).toEqual({ status: 'waiting' });
    expect(change.choices?.selectedLayer).toBeNull();
    expect(applyHostEvent(explained, loaded(5)).choices?.selectedLayer).toBe(4);
  });

  it('maps by other methods go with the model, its input or their image', () => {
    const request = { imageId: 'a', method: 'gradcam', layer: 'x', target: null, classIndex: 1, contrast: null };
    const state: AppState = {
      ...after(loaded(), settings(['cat'], 224), { type: 'imagesAdded', images: [image('a'), image('b')] }),
      mapChoices: 'loading',
      layerMaps: new Map([
        ['a', { request, status: 'running' }],
        ['b', { request: { ...request, imageId: 'b' }, status: 'running' }],
      ]),
    };
    const left = (event: HostToWebview) => [...(applyHostEvent(state, event).layerMaps?.keys() ?? ['as before'])];
    expect(left(loaded())).toEqual([]);
    expect(applyHostEvent(state, loaded()).mapChoices).toBeNull();
    expect(left(settings(['cat'], 256))).toEqual([]);
    expect(left(settings(['dog'], 224))).toEqual(['a', 'b']);
    expect(left({ type: 'imageRemoved', imageId: 'a' })).toEqual(['b']);
  });

  it('new images are selected, known ones are not listed twice', () => {
    const state = after(
      { type: 'imagesAdded', images: [image('a'), image('b')] },
      { type: 'imagesAdded', images: [image('b'), image('c')] },
    );
    expect(state.images.map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    expect(state.choices.selectedImage).toBe('b');
    expect([...state.imageStates.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('a page that is built again keeps its selected image', () => {
    const start = createInitialState({ choices: { selectedImage: 'b' } });
    const { choices } = applyHostEvent(start, { type: 'imagesAdded', images: [image('a'), image('b')] });
    expect(choices?.selectedImage).toBe('b');
  });

  it('a task is listed until it is done', () => {
    const task = { type: 'progressed', task: 't', label: 'Running', fraction: null, done: false } as const;
    expect([...after(task).tasks]).toEqual([['t', { label: 'Running', fraction: null }]]);
    expect(after(task, { ...task, done: true }).tasks.size).toBe(0);
  });

  it('other preprocessing makes every image wait for a new explanation, other labels only what has failed', () => {
    const failed = { status: 'failed', failure: { code: 'badSidecar', message: '', retry: true } } as const;
    const state: AppState = {
      ...after(settings(['cat'], 224), { type: 'imagesAdded', images: [image('a'), image('b')] }),
      imageStates: new Map<string, ImageState>([
        ['a', { status: 'running' }],
        ['b', failed],
      ]),
    };
    const statuses = (event: HostToWebview) =>
      [...(applyHostEvent(state, event).imageStates?.values() ?? [])].map(({ status }) => status);
    expect(statuses(settings(['dog'], 224))).toEqual(['running', 'waiting']);
    expect(statuses(settings(['cat'], 256))).toEqual(['waiting', 'waiting']);
  });

  it('an image that is taken away gives the selection to its neighbour', () => {
    const state = after({ type: 'imagesAdded', images: [image('a'), image('b'), image('c')] });
    const first = applyHostEvent(state, { type: 'imageRemoved', imageId: 'a' });
    expect(first.images?.map(({ id }) => id)).toEqual(['b', 'c']);
    expect(first.choices?.selectedImage).toBe('b');
    expect(applyHostEvent(state, { type: 'imageRemoved', imageId: 'b' }).choices).toBeUndefined();
    expect(applyHostEvent(state, { type: 'imageRemoved', imageId: 'x' })).toEqual({});
    const last = after({ type: 'imagesAdded', images: [image('a')] }, { type: 'imageRemoved', imageId: 'a' });
    expect([last.images, last.choices.selectedImage]).toEqual([[], null]);
  });

  it('a command can ask for a view', () => {
    expect(after({ type: 'viewRequested', view: 'cam' }).choices.view).toBe('cam');
  });
});
