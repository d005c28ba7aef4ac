// @vitest-environment jsdom
import { beforeAll, describe, expect, it } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { Explanation } from '../../../../src/protocol/explanation';
import type { AppState } from '../../../../webview/app';
import type { CamChoices } from '../../../../webview/cam/camChoices';
import { computeClassMap } from '../../../../webview/cam/evidence';
import {
  FEATURE,
  createExplanation,
  createLayerExplanation,
  createMapChoices,
  createReport,
  createState,
  settle,
} from './builders';
import { showCamView } from './showCamView';
import { stubDrawing } from './stubDrawing';

beforeAll(stubDrawing);

function show(cam: Partial<CamChoices> = {}, change: Partial<AppState> = {}) {
  const imageStates = new Map([['a.png', { status: 'explained', explanation: createExplanation() } as const]]);
  const state = createState(['a.png'], { imageStates, ...change });
  return showCamView(state, cam);
}

describe('maps by other methods in the view', () => {
  it('says why the exact one is used, and lists the others with those that cannot be', () => {
    const { panel, page } = show();
    expect(panel('method')).toContain('CAM is used, because this head lets the map add up.');
    expect(panel('method')).toContain('1 method that cannot be used here Score-CAM Not on this model.');
    expect(page.querySelector<HTMLOptionElement>('option[value=scorecam]')?.disabled).toBe(true);
  });

  it('draws by the method chosen, with its note in place of the ledger', async () => {
    const { panel, read, choose, find, page } = show();
    choose('Method', 'gradcam');
    expect(read('.cam-cover')).toContain('Drawing cup by Grad-CAM…');
    const usual = { topCount: 0, contrast: null, target: null };
    const params = { imageId: 'a.png', method: 'gradcam', layer: 'feature', classes: [2], ...usual };
    expect(find('explainLayer').map((each) => each.params)).toEqual([params]);
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature' }));
    await settle();
    expect(panel('method')).toContain('Grad-CAM at "early" (4×4).One backward pass. This map took 2.0 ms.');
    expect(panel('ledger')).toBe('');
    expect(page.querySelector('.cam-gallery')).toBeNull();
    expect(read('.cam-readout')).toContain('This map: −4.000 to 11.000 logit');
    expect(read('.cam-legend-note')).toContain('logit');
  });

  it('tells the host which map is in view, so that an export begins from it', async () => {
    const { app, events, choose, find } = show();
    const told = () => events.flatMap((event) => (event.type === 'mapShown' ? [event.map] : []));
    expect(told()).toEqual([{ method: 'cam', layer: null, rank: 0 }]);
    choose('Method', 'gradcam');
    choose('Layer', 'early');
    // Nothing is in view yet but what was before.
    expect(told()).toHaveLength(1);
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature' }));
    await settle();
    find('explainLayer')[1].resolve(createLayerExplanation({ layer: 'early' }));
    await settle();
    expect(told().slice(1)).toEqual([{ method: 'gradcam', layer: 'early', rank: 0 }]);
    app.choose({ selectedClass: 0 });
    find('explainLayer')[2].resolve(createLayerExplanation({ layer: 'early' }));
    await settle();
    expect(told().slice(2)).toEqual([{ method: 'gradcam', layer: 'early', rank: 1 }]);
    app.update({ images: [] });
    expect(told().at(-1)).toBeNull();
  });

  it('keeps both choices that are made between two frames', () => {
    const test = show();
    test.onChange = () => undefined;
    test.choose('Method', 'gradcam');
    test.choose('Layer', 'early');
    expect(test.app.state.choices.cam).toMatchObject({ method: 'gradcam', layer: 'early' });
    const other = show({ method: 'eigencam' });
    other.onChange = () => undefined;
    other.choose('Layer', 'early');
    other.choose('Method', 'gradcam');
    expect(other.app.state.choices.cam).toMatchObject({ method: 'gradcam', layer: 'early' });
  });

  it('subtracts the class compared with, and the other one’s part is the host’s to compute', () => {
    const { find } = show({ method: 'gradcam', layer: 'early', contrastClass: 0 });
    expect(find('explainLayer')[0].params).toMatchObject({ layer: 'early', classes: [2], contrast: 0 });
  });

  it('shows over the picture how far the only task of the model is', () => {
    const { app, page } = show({ method: 'gradcam' });
    const bar = () => page.querySelector<HTMLProgressElement>('.cam-cover progress')!;
    expect(bar().hasAttribute('value')).toBe(false);
    const task = { label: 'Running model.onnx', fraction: 0.25 };
    app.update({ tasks: new Map([['1', task]]) });
    expect(bar().value).toBe(0.25);
    app.update({ tasks: new Map(['1', '2'].map((id) => [id, task])) });
    expect(bar().hasAttribute('value')).toBe(false);
  });

  it('says what went wrong and tries again', async () => {
    const { read, find, button } = show({ method: 'gradcam' });
    const failure = { code: 'notDifferentiable', message: 'MyOp has no derivative.', retry: true };
    find('explainLayer')[0].reject(new RequestFailure(failure));
    await settle();
    expect(read('[role=alert]')).toContain('MyOp has no derivative.');
    button('Try Again').click();
    expect(find('explainLayer')).toHaveLength(2);
  });

  it('sends from a layer that says nothing to the one before it', async () => {
    const { read, find, button, app } = show({ method: 'gradcam' });
    const maps = [{ classIndex: 2, map: new Float32Array(4) }];
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature', height: 2, width: 2, maps }));
    await settle();
    expect(read('.cam-notice')).toContain('the logit does not depend on these cells');
    button('Show the stage before, 4×4 cells').click();
    expect(app.state.choices.cam).toMatchObject({ method: 'gradcam', layer: 'early' });
  });

  it('fills the stages one by one while they are looked at, stops when told to and goes on', async () => {
    const { panel, find, button, app, page } = show({ method: 'gradcam' });
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature' }));
    await settle();
    expect(find('explainLayer')).toHaveLength(1);
    button('Draw cup at 2 stages').click();
    expect(panel('stages')).toContain('1 of 2 drawn');
    // All that the strip will ask for, so that the host can draw it in one run; the map shown did not wait for that.
    expect(find('explainLayer')[1].params).toMatchObject({
      layer: 'early',
      classes: [2],
      beside: ['feature', 'early'],
    });
    expect(find('explainLayer')[0].params).not.toHaveProperty('beside');
    button('Stop drawing stages').click();
    find('explainLayer')[1].reject(new RequestFailure({ code: 'cancelled', message: '', retry: true }));
    await settle();
    expect(panel('stages')).toContain('Cancelled');
    button('Go On').click();
    find('explainLayer')[2].resolve(createLayerExplanation());
    await settle();
    expect(panel('stages')).not.toContain('of 2 drawn');
    page.querySelector<HTMLElement>('.cam-map-card')?.click();
    expect(app.state.choices.cam).toMatchObject({ layer: 'early' });
  });

  it('asks before it draws stages by a method of many runs', async () => {
    const choices = createMapChoices();
    const [exact, gradCam, ...others] = choices.methods;
    const mapChoices = { ...choices, methods: [exact, { ...gradCam, kind: 'sampled' as const }, ...others] };
    const { find, button } = show({ method: 'gradcam', showsStages: true }, { mapChoices });
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature' }));
    await settle();
    expect(find('explainLayer').map(({ params }) => params)).toMatchObject([{ layer: 'feature' }]);
    button('Draw what is missing: many runs for each').click();
    expect(find('explainLayer')[1].params).toMatchObject({ layer: 'early' });
  });

  it('shows classes side by side on one scale, each to be taken away again', () => {
    const { panel, button, page, app } = show();
    expect(panel('compare')).toContain('None chosen');
    button('Add the Top 3').click();
    const names = () => [...page.querySelectorAll('.cam-map-label')].map((each) => each.textContent);
    expect(names()).toEqual(['cup', 'cat', 'dog']);
    // Rows [1, −2], [0, 1], [2, 0] over the two channels.
    expect(panel('compare')).toContain('One scale for these maps: 0 to 8.000 logit.');
    page.querySelectorAll<HTMLElement>('.cam-map-card')[1].click();
    expect(app.state.choices.selectedClass).toBe(0);
    button('Remove cup').click();
    expect(names()).toEqual(['cat', 'dog']);
    button('Clear').click();
    expect(names()).toEqual([]);
  });

  it('draws heads without exact maps by the usual method, with the reason', async () => {
    const mapChoices = createMapChoices({ method: 'gradcam', reason: 'GeM pooling stands between. Grad-CAM is used.' });
    const { panel, find, read } = show(
      {},
      { report: createReport({ exact: false }), mapChoices, imageStates: new Map() },
    );
    expect(find('explain')).toEqual([]);
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature' }));
    await settle();
    expect(read('.cam-heading')).toBe('cup');
    expect(panel('method')).toContain('GeM pooling stands between. Grad-CAM is used.');
    expect(find('explainLayer')).toHaveLength(1);
  });

  it('calls the only number of a model an output, not a logit, unless a probability is made of it', async () => {
    const only = { logits: Float32Array.of(5), top: [0] };
    const maps = [computeClassMap(FEATURE, 0, Float32Array.of(2, 0), 0, 5)];
    const head = { classes: 1, activation: null };
    const texts = async (change: Partial<AppState>, explanation: Explanation) => {
      const imageStates = new Map([['a.png', { status: 'explained', explanation } as const]]);
      // Its tensor is named by the user.
      const targets = { outputs: [{ name: 'y', shape: [1, 1], grid: null }], embeddings: [], usual: null };
      const mapChoices = createMapChoices({ targets, placeless: [], end: 'the output' });
      const test = show({ showsStages: true }, { imageStates, mapChoices, ...change });
      test.page.querySelector('.cam-frame')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp' }));
      const readAll = () => new XMLSerializer().serializeToString(test.page);
      const exact = readAll();
      test.choose('Method', 'gradcam');
      const layer = { ...only, layer: 'feature', height: 2, width: 2 };
      const blank = { maps: [{ classIndex: 0, map: new Float32Array(4), value: 5 }] };
      const { probabilities, probabilitySource } = explanation;
      const drawn = { ...layer, ...blank, probabilities, probabilitySource };
      test.find('explainLayer')[0].resolve(createLayerExplanation({ ...drawn, layer: 'early' }));
      await settle();
      test.find('explainLayer').at(-1)?.resolve(createLayerExplanation(drawn));
      await settle();
      return `${exact}\n${readAll()}`;
    };
    const plain = await texts({ report: createReport(head) }, createExplanation({ ...only, maps }));
    expect(plain.match(/.{40}logit.{20}/gi)).toBeNull();
    expect(plain).toContain('What makes the output');
    expect(plain).toContain('to the output.');
    expect(plain).toContain('the output does not depend on these cells');
    const probability = { probabilities: Float32Array.of(0.99), probabilitySource: 'model' } as const;
    const report = createReport({ ...head, activation: 'sigmoid' });
    const binary = await texts({ report }, createExplanation({ ...only, maps, ...probability }));
    expect(binary).toContain('What makes the logit');
    expect(binary).not.toContain('the output.');
  });
});
