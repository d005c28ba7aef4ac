import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../../../src/protocol/explanation';
import type { AppState } from '../../../../webview/app';
import type { CamChoices } from '../../../../webview/cam/camChoices';
import { isCamChoices, DEFAULT_CAM_CHOICES } from '../../../../webview/cam/camChoices';
import { SceneReader } from '../../../../webview/cam/scene';
import type { ShownExactMap } from '../../../../webview/cam/scene';
import { createExplanation, createState } from './builders';

function createExplained(explanations: readonly Explanation[], choices: Partial<AppState['choices']> = {}): AppState {
  const names = explanations.map((_, index) => `${index}.png`);
  const state = createState(names);
  return {
    ...state,
    imageStates: new Map(
      explanations.map((explanation, index) => [names[index], { status: 'explained', explanation }]),
    ),
    choices: { ...state.choices, ...choices },
  };
}

const withCam = (change: Partial<CamChoices>): Partial<AppState['choices']> => ({
  cam: { ...DEFAULT_CAM_CHOICES, ...change },
});

function readShown(state: AppState, reader = new SceneReader()): ShownExactMap {
  const shown = reader.read(state)?.explained?.shown;
  if (shown?.kind !== 'exact') {
    throw new Error('no map is shown');
  }
  return shown;
}

describe('SceneReader', () => {
  it('shows the map of the most likely class as the model sent it', () => {
    const explanation = createExplanation();
    expect(readShown(createExplained([explanation])).evidence).toBe(explanation.maps[0]);
  });

  it('computes the map of any other class in the page', () => {
    const { overlay, evidence } = readShown(createExplained([createExplanation()], { selectedClass: 0 }));
    expect(Array.from(overlay.map)).toEqual([1, 0, 3, 2]);
    expect(evidence.certificate).toMatchObject({ logit: 2, bias: 0.5, holds: true });
  });

  it('has no map when the classifier is not in the page and the class was not sent', () => {
    const state = {
      ...createExplained([createExplanation()], { selectedClass: 0 }),
      classifier: 'unavailable' as const,
    };
    expect(new SceneReader().read(state)?.explained?.shown).toBeNull();
  });

  it('shows one class against another', () => {
    const state = createExplained([createExplanation()], withCam({ contrastClass: 0 }));
    const scene = new SceneReader().read(state);
    expect(scene?.explained?.title).toBe('cup − cat');
    expect(Array.from(scene?.explained?.shown?.overlay.map ?? [])).toEqual([1, 4, 3, 6]);
  });

  it('keeps one scale for all images and their classes, until the map shall have its own', () => {
    const bright = createExplanation({
      maps: [{ ...createExplanation().maps[0], map: Float32Array.of(0, 0, 0, 40) }],
      featureMap: Float32Array.of(0, 0, 0, 20, 0, 0, 0, 0),
    });
    const explanations = [createExplanation(), bright];
    expect(readShown(createExplained(explanations)).overlay.scale).toMatchObject({ low: -40, high: 40 });
    expect(readShown(createExplained(explanations, withCam({ range: 'map' }))).overlay.scale).toMatchObject({
      high: 8,
    });
  });

  it('shows the map of a channel, as contribution or as activation, on the scale of all channels', () => {
    const choices = { selectedClass: 0, selectedChannel: 1 };
    const contribution = readShown(createExplained([createExplanation()], choices));
    expect(Array.from(contribution.overlay.map)).toEqual([-0, -2, -0, -2]);
    expect(contribution.overlay.scale).toMatchObject({ low: -4, high: 4 });
    const activation = readShown(
      createExplained([createExplanation()], { ...choices, ...withCam({ channelMap: 'activation' }) }),
    );
    expect(activation.unit).toBe('activation');
    expect(Array.from(activation.overlay.map)).toEqual([0, 1, 0, 1]);
  });

  it('puts cells where the receptive field is, unless stretched or unknown', () => {
    const placementOf = (explanation: Explanation, placement: AppState['choices']['placement']): number =>
      readShown(createExplained([explanation], { placement })).overlay.placement.startX;
    expect(placementOf(createExplanation(), 'receptiveField')).toBe(0);
    expect(placementOf(createExplanation(), 'stretch')).toBe(1.5);
    expect(placementOf(createExplanation({ receptiveField: null }), 'receptiveField')).toBe(1.5);
  });

  it('ignores choices that belong to another model', () => {
    const choices = { selectedClass: 999, selectedChannel: 999, ...withCam({ contrastClass: 999 }) };
    const scene = new SceneReader().read(createExplained([createExplanation()], choices));
    expect(scene?.explained?.target).toEqual({ classIndex: 2, contrastClass: null });
    expect(scene?.explained?.shown).toMatchObject({ channel: null });
  });

  it('does not compute again what it has computed', () => {
    const reader = new SceneReader();
    const state = createExplained([createExplanation()], { selectedClass: 1 });
    const first = readShown(state, reader);
    const second = readShown({ ...state, choices: { ...state.choices, opacity: 0.1 } }, reader);
    expect(second.evidence).toBe(first.evidence);
    expect(second.channels).toBe(first.channels);
  });
});

describe('isCamChoices', () => {
  it('takes back what it saved and nothing else', () => {
    expect(isCamChoices(JSON.parse(JSON.stringify(DEFAULT_CAM_CHOICES)))).toBe(true);
    const { method, layer, compared, showsStages, ...older } = DEFAULT_CAM_CHOICES;
    expect([method, layer, compared, showsStages]).toEqual([null, null, [], false]);
    expect(isCamChoices(older)).toBe(true);
    expect(isCamChoices({ ...DEFAULT_CAM_CHOICES, range: 'other' })).toBe(false);
    expect(isCamChoices({ ...DEFAULT_CAM_CHOICES, contrastClass: 'cat' })).toBe(false);
    expect(isCamChoices({ ...DEFAULT_CAM_CHOICES, layer: 3 })).toBe(false);
    expect(isCamChoices({ ...DEFAULT_CAM_CHOICES, compared: ['cat'] })).toBe(false);
    expect(isCamChoices(null)).toBe(false);
  });
});
