import type { ClassMap, Explanation } from '../../src/protocol/explanation';
import type { ImageItem } from '../../src/protocol/messages';
import type { AppState, ImageState } from '../app';
import { DEFAULT_CAM_CHOICES } from './camChoices';
import type { CamChoices } from './camChoices';
import { placeByReceptiveField, placeByStretch } from '../../src/protocol/cellPlacement';
import { rankChannels } from './channelRanking';
import type { ChannelRow } from './channelRanking';
import { toClassLabel } from './classLabels';
import { findColorMap } from './colorMaps';
import { computeRange, createColorScale } from './colorScale';
import type { ColorScale, ValueRange } from './colorScale';
import { computeChannelMap, readActivation } from './evidence';
import { EvidenceCache, uniteRanges } from './evidenceCache';
import type { Target } from './evidenceCache';
import type { Overlay } from './overlayPainter';

/** Everything that is drawn of the selected image, computed from the state. */
export interface Scene {
  readonly item: ImageItem;
  readonly imageState: ImageState;
  readonly choices: AppState['choices'];
  readonly cam: CamChoices;
  readonly labels: readonly string[] | null;
  readonly explained: ExplainedScene | null;
}

export interface ExplainedScene {
  readonly explanation: Explanation;
  readonly target: Target;
  /** `tabby`, or `tabby − lynx`. */
  readonly title: string;
  /** null: this class is not in the page and the model has to be asked. */
  readonly shown: ShownMap | null;
}

/** The numbers of the class (or contrast) and what is drawn of them. */
export interface ShownMap {
  readonly evidence: ClassMap;
  readonly channels: readonly ChannelRow[];
  /** The channel whose map is drawn instead of the class's; null: the class's. */
  readonly channel: number | null;
  /** `logit` or `activation`. */
  readonly unit: 'logit' | 'activation';
  readonly overlay: Overlay;
  /** The one scale of the gallery. */
  readonly channelScale: ColorScale;
  /** What the colour scale holds for, in words. */
  readonly scaleNote: string;
}

/** Computes the scene from the state and remembers what was costly. */
export class SceneReader {
  readonly #cache = new EvidenceCache();
  readonly #findRanks = rememberByMap(rankChannels);
  readonly #findChannelRange = rememberByMap(computeChannelRange);

  /** null: there is no image. */
  read(state: AppState): Scene | null {
    const item = state.images.find(({ id }) => id === state.choices.selectedImage) ?? state.images[0];
    if (item === undefined) {
      return null;
    }
    const imageState = state.imageStates.get(item.id) ?? { status: 'waiting' };
    const labels = state.settings?.labels ?? null;
    const scene = { item, imageState, choices: state.choices, cam: readCamChoices(state), labels };
    if (imageState.status !== 'explained') {
      return { ...scene, explained: null };
    }
    const { explanation } = imageState;
    const target = findTarget(state, explanation);
    const evidence = this.#cache.find(explanation, target, state.classifier);
    const shown = evidence && this.#readShown(state, explanation, target, evidence);
    return { ...scene, explained: { explanation, target, title: describeTarget(labels, target), shown } };
  }

  #readShown(state: AppState, explanation: Explanation, target: Target, evidence: ClassMap): ShownMap {
    const cam = readCamChoices(state);
    const { selectedChannel } = state.choices;
    const channel = selectedChannel !== null && selectedChannel < explanation.channels ? selectedChannel : null;
    const isActivation = cam.channelMap === 'activation';
    const map = channel === null ? evidence.map : readChannelMap(explanation, evidence, cam.channelMap, channel);
    const channelRange = this.#findChannelRange(explanation, evidence, cam.channelMap);
    const shared = channel === null ? this.#findSharedRange(state, target, evidence) : channelRange;
    const range = cam.range === 'map' ? computeRange(map) : shared;
    return {
      evidence,
      channels: this.#findRanks(explanation, evidence, cam.channelOrder),
      channel,
      unit: channel !== null && isActivation ? 'activation' : 'logit',
      overlay: {
        picture: explanation.inputPicture,
        map,
        mapHeight: explanation.height,
        mapWidth: explanation.width,
        placement: findPlacement(explanation, state.choices.placement),
        interpolation: cam.interpolation,
        backdrop: cam.backdrop,
        scale: toScale(state, range, channel !== null && isActivation),
      },
      channelScale: toScale(state, channelRange, isActivation),
      scaleNote: describeScale(state, cam, channel),
    };
  }

  /** Of the class shown on all images, and of all images' most likely classes. */
  #findSharedRange(state: AppState, target: Target, evidence: ClassMap): ValueRange | null {
    const ranges = [this.#cache.findRange(evidence)];
    for (const imageState of state.imageStates.values()) {
      if (imageState.status === 'explained') {
        const { explanation } = imageState;
        const same = this.#cache.find(explanation, target, state.classifier);
        ranges.push(same && this.#cache.findRange(same));
        if (target.contrastClass === null) {
          ranges.push(...explanation.maps.map((map) => this.#cache.findRange(map)));
        }
      }
    }
    return uniteRanges(ranges);
  }
}

/** Activations are not evidence for or against a class: they are drawn whole, whatever sign is asked for. */
function toScale({ choices }: AppState, range: ValueRange | null, isActivation: boolean): ColorScale {
  return createColorScale(findColorMap(choices.colorMap), isActivation ? 'signed' : choices.sign, range);
}

export function readCamChoices(state: AppState): CamChoices {
  return { ...DEFAULT_CAM_CHOICES, ...state.choices.cam };
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

function findTarget(state: AppState, explanation: Explanation): Target {
  const { selectedClass } = state.choices;
  const classes = explanation.logits.length;
  const classIndex = selectedClass !== null && selectedClass < classes ? selectedClass : explanation.top[0];
  const { contrastClass } = readCamChoices(state);
  const isContrast = contrastClass !== null && contrastClass < classes && contrastClass !== classIndex;
  return { classIndex, contrastClass: isContrast ? contrastClass : null };
}

function describeTarget(labels: readonly string[] | null, target: Target): string {
  const label = toClassLabel(labels, target.classIndex);
  return target.contrastClass === null ? label : `${label} − ${toClassLabel(labels, target.contrastClass)}`;
}

function findPlacement(explanation: Explanation, choice: AppState['choices']['placement']): Overlay['placement'] {
  const { receptiveField, height, width, inputPicture } = explanation;
  return choice === 'receptiveField' && receptiveField !== null
    ? placeByReceptiveField(receptiveField)
    : placeByStretch(height, width, inputPicture.height, inputPicture.width);
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

function describeScale(state: AppState, cam: CamChoices, channel: number | null): string {
  if (cam.range === 'map') {
    return 'Scale of this map alone';
  }
  if (channel !== null) {
    return 'One scale for all channels of this class';
  }
  const count = [...state.imageStates.values()].filter(({ status }) => status === 'explained').length;
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
