// @vitest-environment jsdom
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { RequestFailure } from '../../../../src/protocol/channel';
import type { LayerExplanation } from '../../../../src/protocol/explanation';
import { NO_CLASS } from '../../../../src/protocol/explanation';
import type { TargetOffers } from '../../../../src/protocol/target';
import { readNpy } from '../../../../src/tensor/npy';
import type { AppState } from '../../../../webview/app';
import { DEFAULT_CAM_CHOICES, isCamChoices } from '../../../../webview/cam/camChoices';
import type { CamChoices } from '../../../../webview/cam/camChoices';
import {
  createExplanation,
  createLayerExplanation,
  createMapChoices,
  createReport,
  createState,
  settle,
} from './builders';
import { showCamView } from './showCamView';
import { stubDrawing } from './stubDrawing';

const OUTPUT = { name: 'out', shape: [1, 3, 4, 8], grid: { channels: 3, rows: 4, columns: 8 } };
const WHOLE = { kind: 'box', output: 'out', channel: 0, left: 0, top: 0, width: 8, height: 4 } as const;
const SEGMENTATION: TargetOffers = {
  outputs: [OUTPUT],
  embeddings: [{ name: 'pooled', size: 16 }],
  usual: { target: WHOLE, reason: 'No class scores. The sum of one channel over a box is explained.' },
};

beforeAll(stubDrawing);

function drawnTarget(change: Partial<LayerExplanation> = {}): LayerExplanation {
  return createLayerExplanation({
    logits: new Float32Array(),
    top: [],
    layer: 'feature',
    target: { kind: 'box', text: 'the sum of channel 0 of out over 8×4 cells from column 0, row 0' },
    maps: [{ classIndex: NO_CLASS, map: Float32Array.from({ length: 16 }, (_, cell) => cell), value: 12.5 }],
    ...change,
  });
}

async function show(cam: Partial<CamChoices>, change: Partial<AppState> = {}, names: readonly string[] = ['a.png']) {
  const state = createState(names, change);
  const test = showCamView(state, cam);
  await settle();
  const set = (label: string, value: string) => {
    const input = test.field(label, 'input');
    input.value = value;
    input.dispatchEvent(new Event('change'));
  };
  const target = () => test.app.state.choices.cam?.target;
  return Object.assign(test, { set, target });
}

/** A model without class scores, with its first map drawn. */
async function showSegmentation(cam: Partial<CamChoices> = {}) {
  const mapChoices = createMapChoices({ method: null, layerMethod: null, targets: SEGMENTATION });
  const report = createReport({ exact: false, reason: 'No class scores.' });
  const shown = await show(cam, { report, mapChoices, classifier: null });
  shown.find('mapChoices')[0].resolve(createMapChoices({ method: 'gradcam' }));
  await settle();
  shown.find('explainLayer')[0].resolve(drawnTarget());
  await settle();
  return shown;
}

/** An image of a classifier, explained. */
const showClassifier = (cam: Partial<CamChoices> = {}, names: readonly string[] = ['a.png']) => {
  const targets = { ...SEGMENTATION, usual: null };
  const imageStates = new Map([['a.png', { status: 'explained', explanation: createExplanation() } as const]]);
  return show(cam, { imageStates, mapChoices: createMapChoices({ targets }) }, names);
};

describe('a model without class scores', () => {
  it('asks for the target that fits, and shows its value, unit and reason in place of classes', async () => {
    const { find, panel, read, page } = await showSegmentation();
    expect(find('mapChoices').map(({ params }) => params)).toEqual([{ target: WHOLE }]);
    const usual = { method: 'gradcam', layer: 'feature', target: WHOLE, classes: [], topCount: 0, contrast: null };
    expect(find('explainLayer').map(({ params }) => params)).toEqual([{ imageId: 'a.png', ...usual }]);
    expect(panel('target')).toContain('+12.500 units of out the sum of channel 0 of out over 8×4 cells');
    expect(panel('target')).toContain('No class scores. The sum of one channel over a box is explained.');
    expect(panel('target')).not.toContain('Back to the classes');
    expect(read('.cam-legend-note')).toContain('units of out');
    expect(read('h2')).toBe('channel 0 of out, 8×4 cells');
    expect([panel('classes'), panel('compare'), panel('ledger')]).toEqual(['', '', '']);
    expect(page.querySelectorAll('.cam-mark-box')).toHaveLength(2);
  });

  it('takes a box by number fields, kept inside the output', async () => {
    const { set, target, find } = await showSegmentation();
    set('Channel', '9');
    expect(target()).toEqual({ ...WHOLE, channel: 2 });
    set('Width', '3');
    set('Left', '7');
    expect(target()).toEqual({ ...WHOLE, channel: 2, width: 3, left: 5 });
    set('Left', '');
    expect(target()).toEqual({ ...WHOLE, channel: 2, width: 3, left: 5 });
    await settle();
    expect(find('explainLayer')[1].params).toMatchObject({ target: { channel: 2 }, classes: [] });
    expect(find('mapChoices')).toHaveLength(1);
  });

  it('takes a box dragged over the picture, in cells of the output', async () => {
    const { page, target } = await showSegmentation();
    const frame = page.querySelector<HTMLElement>('.cam-frame')!;
    const canvas = frame.querySelector('canvas')!;
    // The picture of 8×8 pixels at ten times its size; the output has 4 rows of 2 and 8 columns of 1 pixel.
    vi.spyOn(canvas, 'getBoundingClientRect').mockReturnValue(new DOMRect(100, 50, 80, 80));
    const send = (to: EventTarget, type: string, x: number, y: number) =>
      to.dispatchEvent(new MouseEvent(type, { clientX: x, clientY: y, bubbles: true }));
    send(frame, 'pointerdown', 125, 75);
    send(window, 'pointerup', 125, 75);
    expect(target()).toBeNull();
    send(frame, 'pointerdown', 155, 105);
    send(window, 'pointermove', 125, 75);
    expect(target()).toBeNull();
    send(window, 'pointerup', 125, 75);
    expect(target()).toEqual({ ...WHOLE, left: 2, top: 1, width: 4, height: 2 });
    send(window, 'pointermove', 0, 0);
    expect(target()).toMatchObject({ left: 2 });
  });

  it('saves the numbers of the map with what was explained', async () => {
    const { button, find } = await showSegmentation();
    button('Save .npy').click();
    button('Save JSON').click();
    await settle();
    const saved = find('saveFile').map(({ params }) => params as { name: string; bytes: Uint8Array });
    expect(saved.map(({ name }) => name)).toEqual([
      'a-box-out-0-0-0-8-4-feature-gradcam.npy',
      'a-box-out-0-0-0-8-4-feature-gradcam.json',
    ]);
    expect(readNpy(saved[0].bytes)).toEqual({ data: drawnTarget().maps[0].map, shape: [4, 4] });
    expect(JSON.parse(new TextDecoder().decode(saved[1].bytes))).toMatchObject({
      method: 'gradcam',
      layer: 'feature',
      target: {
        ...WHOLE,
        statement: 'box:out,0,0,0,8,4',
        text: expect.stringContaining('the sum of channel 0') as string,
      },
      value: 12.5,
      unit: 'units of out',
    });
  });
});

describe('what is explained of a classifier', () => {
  it('is a class until another target is chosen, and again after', async () => {
    const { field, choose, target, find, button, panel } = await showClassifier();
    expect([...field('Target', 'select').options].map((option) => option.value)).toEqual([
      ...['class', 'difference', 'box', 'mask', 'similarity', 'elements'],
    ]);
    choose('Target', 'box');
    expect(target()).toEqual({ ...WHOLE, left: 2, top: 1, width: 4, height: 2 });
    find('mapChoices')[0].resolve(createMapChoices({ method: 'gradcam' }));
    await settle();
    expect(find('explainLayer')[0].params).toMatchObject({ target: { kind: 'box' }, classes: [], method: 'gradcam' });
    find('explainLayer')[0].resolve(drawnTarget());
    await settle();
    expect([panel('classes'), panel('compare')]).toEqual(['', '']);
    button('Back to the classes').click();
    expect(panel('classes')).toContain('cup');
    expect(panel('ledger')).toContain('Adds up');
  });

  it('may be a difference, which is that of the class compared with', async () => {
    const { choose, app, field } = await showClassifier();
    choose('Target', 'difference');
    expect(app.state.choices.cam).toMatchObject({ target: null, contrastClass: 0 });
    expect(field('Target', 'select').value).toBe('difference');
    choose('Target', 'class');
    expect(app.state.choices.cam).toMatchObject({ target: null, contrastClass: null });
  });

  it('may be the similarity to another image, once there is one', async () => {
    const alone = await showClassifier();
    expect(alone.field('Target', 'select').querySelector<HTMLOptionElement>('[value=similarity]')?.disabled).toBe(true);
    const { choose, target } = await showClassifier({}, ['a.png', 'b.png']);
    choose('Target', 'similarity');
    expect(target()).toEqual({ kind: 'similarity', output: 'pooled', file: 'b.png' });
  });

  it('may be a mask from a file, and stays what it was when none is picked', async () => {
    const { choose, target, find, field } = await showClassifier();
    choose('Target', 'mask');
    find('pickMask')[0].resolve({ path: null });
    await settle();
    expect([target(), field('Target', 'select').value]).toEqual([null, 'class']);
    choose('Target', 'mask');
    find('pickMask')[1].resolve({ path: '/w/mask.png' });
    await settle();
    expect(target()).toEqual({ kind: 'mask', output: 'out', channel: 0, file: '/w/mask.png' });
  });

  it('may be elements of an output, an empty index for all of a dimension', async () => {
    const { choose, set, target } = await showClassifier();
    choose('Target', 'elements');
    set('Index 2', '');
    set('Index 1', '2');
    expect(target()).toEqual({ kind: 'elements', output: 'out', index: [0, 2, null, 0] });
  });

  it('can be written as on the command line, and what is wrong with it is told in the host’s words', async () => {
    const { page, find, target, read, app } = await showClassifier();
    const write = (text: string) => {
      page.querySelector<HTMLInputElement>('.cam-target-line input')!.value = text;
      page.querySelector('.cam-target-line')!.dispatchEvent(new Event('submit', { cancelable: true }));
    };
    write('box:out');
    expect(find('readTarget')[0].params).toEqual({ text: 'box:out' });
    const failure = { code: 'badArgument', message: 'The target is "box:out", but it is one of: …', retry: false };
    find('readTarget')[0].reject(new RequestFailure(failure));
    await settle();
    expect(read('.cam-target-error')).toBe(failure.message);
    write('output:out[0,1,:,:]');
    find('readTarget')[1].resolve({ kind: 'elements', output: 'out', index: [0, 1, null, null] });
    await settle();
    expect(target()).toEqual({ kind: 'elements', output: 'out', index: [0, 1, null, null] });
    expect([read('.cam-target-error'), page.querySelector<HTMLInputElement>('.cam-target-line input')?.value]).toEqual([
      '',
      'output:out[0,1,:,:]',
    ]);
    write('class:1-0');
    find('readTarget')[2].resolve({ kind: 'class', classIndex: 1, contrastClass: 0 });
    await settle();
    expect(app.state.choices).toMatchObject({ selectedClass: 1, cam: { target: null, contrastClass: 0 } });
  });

  it('is kept in the saved choices, but not when it is not understood', () => {
    const saved = (target: unknown) => isCamChoices({ ...DEFAULT_CAM_CHOICES, target });
    expect([saved(WHOLE), saved(null), saved({ kind: 'box' })]).toEqual([true, true, false]);
  });

  it('asks before it draws several classes by a method of many runs', async () => {
    const slow = createMapChoices();
    const methods = slow.methods.map((each) => ({
      ...each,
      kind: each.id === 'gradcam' ? ('sampled' as const) : each.kind,
    }));
    const imageStates = new Map([['a.png', { status: 'explained', explanation: createExplanation() } as const]]);
    const cam = { method: 'gradcam', compared: [2, 0] };
    const { find, button } = await show(cam, { imageStates, mapChoices: { ...slow, methods } });
    find('explainLayer')[0].resolve(createLayerExplanation({ layer: 'feature' }));
    await settle();
    expect(find('explainLayer')).toHaveLength(1);
    button('Draw what is missing: many runs for each').click();
    await settle();
    expect(find('explainLayer')[1].params).toMatchObject({ classes: [0] });
  });
});
