import { describe, expect, it } from 'vitest';
import type { AppState } from '../../../../webview/app';
import { DEFAULT_CAM_CHOICES } from '../../../../webview/cam/camChoices';
import type { CamChoices } from '../../../../webview/cam/camChoices';
import { chooseLayer, chooseMethod, findChosenMap, toMapRequest } from '../../../../webview/cam/chosenMap';
import { createExplanation, createMapChoices, createReport, createState } from './builders';

const choices = createMapChoices();
const cam = (change: Partial<CamChoices> = {}): CamChoices => ({ ...DEFAULT_CAM_CHOICES, ...change });
const stateWith = (change: Partial<CamChoices>, rest: Partial<AppState> = {}): AppState => {
  const state = createState(['a.png'], rest);
  return { ...state, choices: { ...state.choices, cam: cam(change) } };
};

describe('what the map is drawn with', () => {
  it('is the exact method unless another one is chosen, also before it is known what else there is', () => {
    expect(findChosenMap(stateWith({}))).toEqual({ kind: 'exact' });
    expect(findChosenMap(stateWith({}, { mapChoices: 'loading' }))).toEqual({ kind: 'exact' });
    expect(findChosenMap(stateWith({ method: 'gradcam' }, { mapChoices: null }))).toEqual({ kind: 'pending' });
    const report = createReport({ exact: false });
    expect(findChosenMap(stateWith({}, { mapChoices: null, report }))).toEqual({ kind: 'pending' });
  });

  it('is the method and layer chosen', () => {
    expect(findChosenMap(stateWith({ method: 'gradcam', layer: 'early' }))).toMatchObject({
      kind: 'layer',
      method: { id: 'gradcam' },
      layer: 'early',
    });
  });

  it('does without choices that belong to another model or cannot be used on this one', () => {
    const chosen = { method: 'gradcam', layer: 'elsewhere' };
    expect(findChosenMap(stateWith(chosen))).toMatchObject({ layer: 'feature' });
    expect(findChosenMap(stateWith({ method: 'nothing' }))).toEqual({ kind: 'exact' });
    expect(findChosenMap(stateWith({ method: 'scorecam' }))).toEqual({ kind: 'exact' });
  });

  it('is another method than the exact one at a layer where that does not exist', () => {
    expect(findChosenMap(stateWith({ layer: 'early' }))).toMatchObject({ method: { id: 'gradcam' }, layer: 'early' });
    expect(chooseLayer(choices, cam(), 'early')).toEqual({ method: 'gradcam', layer: 'early' });
    expect(chooseLayer(choices, cam({ method: 'eigencam' }), 'early')).toEqual({ method: 'eigencam', layer: 'early' });
    expect(chooseLayer(choices, cam(), 'feature')).toEqual({ method: null, layer: null });
  });

  it('leaves the layer to the host where the exact map has one that is none for others, as a quantised one', () => {
    const mapChoices = createMapChoices({ layer: 'quantized' });
    expect(findChosenMap(stateWith({}, { mapChoices }))).toEqual({ kind: 'exact' });
    expect(findChosenMap(stateWith({ method: 'gradcam' }, { mapChoices }))).toMatchObject({ layer: null });
  });

  it('keeps the layer when the method changes, but for the exact one', () => {
    expect(chooseMethod(choices, cam({ layer: 'early' }), 'eigencam')).toEqual({ method: 'eigencam', layer: 'early' });
    expect(chooseMethod(choices, cam({ method: 'gradcam', layer: 'early' }), 'cam')).toEqual({
      method: null,
      layer: null,
    });
  });

  it('asks once for a map that is the same for every class', () => {
    const [, gradCam, eigenCam] = choices.methods;
    const target = { classIndex: 1, contrastClass: 0 };
    const at = (method: typeof gradCam) =>
      toMapRequest({ method, layer: 'early', target: null }, createExplanation(), target);
    expect(at(gradCam)).toMatchObject({ classIndex: 1, contrast: 0 });
    expect(at(eigenCam)).toMatchObject({ classIndex: 2, contrast: null });
  });
});
