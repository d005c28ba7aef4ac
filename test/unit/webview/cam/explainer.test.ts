import { describe, expect, it } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { AppState } from '../../../../webview/app';
import { Explainer } from '../../../../webview/cam/explainer';
import {
  CLASSIFIER,
  createExplanation,
  createLayerExplanation,
  createMapChoices,
  createReport,
  createState,
  createTestApp,
  settle,
} from './builders';

function start(initial: AppState): ReturnType<typeof createTestApp> & { explainer: Explainer } {
  const test = createTestApp(initial);
  const explainer = new Explainer(test.app);
  explainer.sync(test.app.state);
  return Object.assign(test, { explainer });
}

const statusOf = (state: AppState, id: string): string | undefined => state.imageStates.get(id)?.status;

describe('Explainer', () => {
  it('runs one image at a time, the selected one first', async () => {
    const state = createState(['a.png', 'b.png', 'c.png']);
    const { app, find } = start({ ...state, choices: { ...state.choices, selectedImage: 'b.png' } });
    expect(find('explain').map(({ params }) => params)).toEqual([{ imageId: 'b.png', classes: [] }]);
    expect(statusOf(app.state, 'b.png')).toBe('running');
    find('explain')[0].resolve(createExplanation());
    await settle();
    expect(statusOf(app.state, 'b.png')).toBe('explained');
    expect(find('explain')[1].params).toEqual({ imageId: 'a.png', classes: [] });
    expect(statusOf(app.state, 'c.png')).toBeUndefined();
  });

  it('asks for the classifier after the first picture, once, and keeps that there is none', async () => {
    const { app, explainer, find } = start({ ...createState(['a.png']), classifier: null });
    expect(find('classifierWeights')).toEqual([]);
    find('explain')[0].resolve(createExplanation());
    await settle();
    explainer.sync(app.state);
    explainer.sync(app.state);
    expect(find('classifierWeights')).toHaveLength(1);
    expect(app.state.classifier).toBe('loading');
    find('classifierWeights')[0].resolve(null);
    await settle();
    expect(app.state.classifier).toBe('unavailable');
  });

  it('asks for the classifier again when the process ended meanwhile, three times at most', async () => {
    const { app, explainer, find } = start({ ...createState(['a.png']), classifier: null });
    find('explain')[0].resolve(createExplanation());
    await settle();
    for (let attempt = 0; attempt < 3; attempt++) {
      explainer.sync(app.state);
      find('classifierWeights')[attempt].reject(new RequestFailure({ code: 'cancelled', message: '', retry: true }));
      await settle();
    }
    explainer.sync(app.state);
    expect(find('classifierWeights')).toHaveLength(3);
    expect(app.state.classifier).toBe('unavailable');
  });

  it('keeps a failure with its image, goes on with the next, and tries again when asked', async () => {
    const { app, explainer, find } = start(createState(['a.png', 'b.png']));
    const failure = { code: 'inferenceStopped', message: 'The process ended (SIGKILL).', retry: true };
    find('explain')[0].reject(new RequestFailure(failure));
    await settle();
    expect(app.state.imageStates.get('a.png')).toEqual({ status: 'failed', failure });
    find('explain')[1].resolve(createExplanation());
    await settle();
    explainer.retry('a.png');
    expect(find('explain')[2].params).toEqual({ imageId: 'a.png', classes: [] });
  });

  it('aborts the run on cancel', () => {
    const { explainer, find } = start(createState(['a.png']));
    explainer.cancel();
    expect(find('explain')[0].signal?.aborted).toBe(true);
  });

  it('drops the answer of a run that another model or preprocessing has made stale', async () => {
    const { app, explainer, find } = start(createState(['a.png']));
    app.update({ report: createReport(), imageStates: new Map([['a.png', { status: 'waiting' }]]) });
    explainer.sync(app.state);
    const [stale, fresh] = find('explain');
    expect(stale.signal?.aborted).toBe(true);
    stale.resolve(createExplanation({ top: [1] }));
    await settle();
    expect(statusOf(app.state, 'a.png')).toBe('running');
    fresh.resolve(createExplanation({ top: [0] }));
    await settle();
    expect(app.state.imageStates.get('a.png')).toMatchObject({ explanation: { top: [0] } });
  });

  it('runs nothing without trust, and without an exact head not before it is known what else can draw', () => {
    const report = createReport({ exact: false });
    const mapChoices = createMapChoices({ method: null, layerMethod: null });
    expect(start({ ...createState(['a.png']), trusted: false }).requests).toEqual([]);
    expect(start({ ...createState(['a.png']), report, mapChoices: 'loading' }).requests).toEqual([]);
    expect(start({ ...createState(['a.png']), report, mapChoices }).requests).toEqual([]);
  });

  it('explains heads without exact maps by the usual method, and keeps the map it brings', async () => {
    const state = createState(['a.png'], { report: createReport({ exact: false }) });
    const { app, find } = start({ ...state, classifier: null });
    const options = { classes: [], topCount: 1, contrast: null, target: null };
    expect(find('explainLayer')[0].params).toEqual({
      imageId: 'a.png',
      method: 'gradcam',
      layer: 'feature',
      ...options,
    });
    const explanation = createLayerExplanation({ layer: 'feature' });
    find('explainLayer')[0].resolve(explanation);
    await settle();
    expect(app.state.imageStates.get('a.png')).toEqual({ status: 'explained', explanation });
    expect([...app.state.layerMaps.values()]).toMatchObject([{ status: 'drawn', explanation }]);
    expect(find('classifierWeights')).toEqual([]);
  });

  it('adds the map of a further class to what is known, asking once', async () => {
    const { app, explainer, find } = start({ ...createState(['a.png']), classifier: 'unavailable' });
    const known = createExplanation();
    find('explain')[0].resolve(known);
    await settle();
    explainer.requestClass('a.png', 1);
    explainer.requestClass('a.png', 1);
    expect(find('explain')).toHaveLength(2);
    const extra = { ...known.maps[0], classIndex: 1 };
    find('explain')[1].resolve(createExplanation({ maps: [known.maps[0], extra] }));
    await settle();
    const state = app.state.imageStates.get('a.png');
    expect(state?.status === 'explained' && state.explanation.maps).toEqual([known.maps[0], extra]);
    expect(state?.status === 'explained' && state.explanation).toMatchObject({ featureMap: known.featureMap });
  });

  it('remembers why a class could not be mapped and asks again only on request', async () => {
    const { explainer, find } = start({ ...createState(['a.png']), classifier: 'unavailable' });
    const known = createExplanation();
    find('explain')[0].resolve(known);
    await settle();
    explainer.requestClass('a.png', 1);
    find('explain')[1].reject(new RequestFailure({ code: 'inferenceStopped', message: 'Ended.', retry: true }));
    await settle();
    expect(explainer.findClassFailure(known, 1)?.message).toBe('Ended.');
    explainer.requestClass('a.png', 1);
    expect(find('explain')).toHaveLength(2);
    explainer.requestClass('a.png', 1, true);
    expect(find('explain')).toHaveLength(3);
    expect(explainer.findClassFailure(known, 1)).toBeNull();
  });

  it('does not ask for a classifier it has', () => {
    expect(start({ ...createState(['a.png']), classifier: CLASSIFIER }).find('classifierWeights')).toEqual([]);
  });
});
