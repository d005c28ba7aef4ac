import { NO_CLASS } from '../../src/protocol/explanation';
import type { ClassMap, Explanation, LayerExplanation } from '../../src/protocol/explanation';
import type { ImageItem } from '../../src/protocol/messages';
import { nameScoreOf } from '../../src/protocol/scoreName';
import type { TargetChoice } from '../../src/protocol/target';
import type { AppState, ImageState } from '../app';
import { readCamChoices } from './camChoices';
import type { CamChoices } from './camChoices';
import { rankChannels } from './channelRanking';
import type { ChannelRow } from './channelRanking';
import { findChosenMap } from './chosenMap';
import type { ChosenMap } from './chosenMap';
import { toClassLabel } from './classLabels';
import { computeRange } from './colorScale';
import type { ColorScale, ValueRange } from './colorScale';
import { computeChannelMap, readActivation } from './evidence';
import { uniteRanges } from './evidenceCache';
import type { Target } from './evidenceCache';
import { describeTargetChoice, describeUnit, findTargetChoice } from './explainedTarget';
import { MapReader, readNumbers } from './mapReader';
import type { FoundMap } from './mapReader';
import type { Overlay } from './overlayPainter';
import { toOverlay, toScale } from './toOverlay';

/** Everything that is drawn of the selected image, computed from the state. */
export interface Scene {
  readonly item: ImageItem;
  readonly imageState: ImageState;
  readonly choices: AppState['choices'];
  readonly cam: CamChoices;
  readonly chosen: ChosenMap;
  readonly labels: readonly string[] | null;
  readonly explained: ExplainedScene | null;
}

export interface ExplainedScene {
  /** What the model says of the image. */
  readonly answer: Explanation | LayerExplanation;
  readonly target: Target;
  /** `tabby`, `tabby − lynx`, or the target in place of a class. */
  readonly title: string;
  /** null: the model has to be asked for this map. */
  readonly shown: ShownMap | null;
}

/** What is drawn of the class (or contrast). */
export type ShownMap = ShownExactMap | ShownLayerMap;

interface ShownBase {
  /** For people. */
  readonly unit: string;
  readonly overlay: Overlay;
  /** What the colour scale holds for, in words. */
  readonly scaleNote: string;
}

export interface ShownExactMap extends ShownBase {
  readonly kind: 'exact';
  readonly explanation: Explanation;
  /** The numbers of the class (or contrast). */
  readonly evidence: ClassMap;
  readonly channels: readonly ChannelRow[];
  /** The channel whose map is drawn instead of the class's; null: the class's. */
  readonly channel: number | null;
  /** The one scale of the gallery. */
  readonly channelScale: ColorScale;
}

export interface ShownLayerMap extends ShownBase {
  readonly kind: 'layer';
  readonly explanation: LayerExplanation;
  /** What is explained in place of a class; null: a class. */
  readonly target: TargetChoice | null;
}

/** A model of one number per image has no classes to be numbered. */
const ONE_OUTPUT = ['Output'];

/** Computes the scene from the state and remembers what was costly. */
export class SceneReader {
  readonly maps = new MapReader();
  readonly #findRanks = rememberByMap(rankChannels);
  readonly #findChannelRange = rememberByMap(computeChannelRange);

  /** null: there is no image. */
  read(state: AppState): Scene | null {
    const item = state.images.find(({ id }) => id === state.choices.selectedImage) ?? state.images[0];
    if (item === undefined) {
      return null;
    }
    const imageState = state.imageStates.get(item.id) ?? { status: 'waiting' };
    const labels = state.settings?.labels ?? (state.report?.heads[0]?.classes === 1 ? ONE_OUTPUT : null);
    const chosen = findChosenMap(state);
    const scene = { item, imageState, choices: state.choices, cam: readCamChoices(state), chosen, labels };
    if (imageState.status !== 'explained') {
      return { ...scene, explained: null };
    }
    const { explanation: answer } = imageState;
    const target = findTarget(state, answer, chosen);
    const found = this.maps.find(state, answer, target, chosen);
    const shown = found && this.#readShown(state, target, found);
    const stated = findTargetChoice(state);
    const title = stated === null ? describeTarget(labels, target) : describeTargetChoice(stated);
    return { ...scene, explained: { answer, target, title, shown } };
  }

  #readShown(state: AppState, target: Target, found: FoundMap): ShownMap {
    return found.kind === 'exact' ? this.#readExact(state, target, found) : this.#readLayer(state, target, found);
  }

  #readLayer(state: AppState, target: Target, found: Extract<FoundMap, { kind: 'layer' }>): ShownMap {
    const { explanation } = found;
    const map = readNumbers(found);
    const isAlone = readCamChoices(state).range === 'map';
    const { range, count } = this.maps.findSharedRange(state, target, found);
    return {
      kind: 'layer',
      explanation,
      target: found.request.target,
      unit: describeUnit(explanation.unit, found.request.target, nameScoreOf(explanation)),
      overlay: toOverlay(state, explanation, map, toScale(state, isAlone ? computeRange(map) : range)),
      scaleNote: isAlone || count < 2 ? 'Scale of this map alone' : `One scale for the ${count} maps drawn like this`,
    };
  }

  #readExact(state: AppState, target: Target, found: Extract<FoundMap, { kind: 'exact' }>): ShownMap {
    const { explanation, evidence } = found;
    const cam = readCamChoices(state);
    const { selectedChannel } = state.choices;
    const channel = selectedChannel !== null && selectedChannel < explanation.channels ? selectedChannel : null;
    const isActivation = cam.channelMap === 'activation';
    const map = channel === null ? evidence.map : readChannelMap(explanation, evidence, cam.channelMap, channel);
    const channelRange = this.#findChannelRange(explanation, evidence, cam.channelMap);
    const shared = this.maps.findSharedRange(state, target, found);
    const range = cam.range === 'map' ? computeRange(map) : channel === null ? shared.range : channelRange;
    const scale = toScale(state, range, channel !== null && isActivation);
    return {
      kind: 'exact',
      explanation,
      evidence,
      channels: this.#findRanks(explanation, evidence, cam.channelOrder),
      channel,
      unit: channel !== null && isActivation ? 'activation' : nameScoreOf(explanation),
      overlay: toOverlay(state, explanation, map, scale),
      channelScale: toScale(state, channelRange, isActivation),
      scaleNote: describeScale(cam, channel, shared.count),
    };
  }
}

/** F_c or w·F_c of one channel, [height, width]. */
export function readChannelMap(
  explanation: Explanation,
  evidence: ClassMap,
  kind: CamChoices['channelMap'],
  channel: number,
): Float32Array {
  return kind === 'activation'
    ? readActivation(explanation, channel)
    : computeChannelMap(explanation, evidence.weights, channel);
}

/** NO_CLASS where something else is explained. */
function findTarget(state: AppState, { logits, top }: Explanation | LayerExplanation, chosen: ChosenMap): Target {
  if (logits.length === 0 || (chosen.kind === 'layer' && chosen.target !== null)) {
    return { classIndex: NO_CLASS, contrastClass: null };
  }
  const { selectedClass } = state.choices;
  const classIndex = selectedClass !== null && selectedClass < logits.length ? selectedClass : top[0];
  const { contrastClass } = readCamChoices(state);
  const knowsClasses = chosen.kind !== 'layer' || chosen.method.isClassSpecific;
  const isContrast = contrastClass !== null && contrastClass < logits.length && contrastClass !== classIndex;
  return { classIndex, contrastClass: isContrast && knowsClasses ? contrastClass : null };
}

function describeTarget(labels: readonly string[] | null, target: Target): string {
  const label = toClassLabel(labels, target.classIndex);
  return target.contrastClass === null ? label : `${label} − ${toClassLabel(labels, target.contrastClass)}`;
}

function computeChannelRange(
  explanation: Explanation,
  evidence: ClassMap,
  kind: CamChoices['channelMap'],
): ValueRange | null {
  if (kind === 'activation') {
    return computeRange(explanation.featureMap);
  }
  const channels = Array.from({ length: explanation.channels }, (_, channel) => channel);
  return uniteRanges(
    channels.map((channel) => computeRange(computeChannelMap(explanation, evidence.weights, channel))),
  );
}

/** `count`: images that the shared scale holds for. */
function describeScale({ range }: CamChoices, channel: number | null, count: number): string {
  if (range === 'map') {
    return 'Scale of this map alone';
  }
  if (channel !== null) {
    return 'One scale for all channels of this class';
  }
  return count > 1 ? `One scale for all classes and ${count} images` : 'One scale for all classes';
}

/** Remembers the last result for each map, by a second key. */
function rememberByMap<Key extends string, Result>(
  compute: (explanation: Explanation, evidence: ClassMap, key: Key) => Result,
): (explanation: Explanation, evidence: ClassMap, key: Key) => Result {
  const results = new WeakMap<ClassMap, { readonly key: Key; readonly result: Result }>();
  return (explanation, evidence, key) => {
    const known = results.get(evidence);
    if (known?.key === key) {
      return known.result;
    }
    const result = compute(explanation, evidence, key);
    results.set(evidence, { key, result });
    return result;
  };
}
