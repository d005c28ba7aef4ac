import { NO_CLASS } from '../../src/protocol/explanation';
import type { Explanation, ImageAnswer, LayerExplanation } from '../../src/protocol/explanation';
import type { MapChoices, MethodChoice } from '../../src/protocol/mapChoices';
import type { TargetChoice } from '../../src/protocol/target';
import type { AppState } from '../app';
import { readCamChoices } from './camChoices';
import type { CamChoices } from './camChoices';
import type { Target } from './evidenceCache';
import { findTargetChoice, readClassChoices, readTargetChoices } from './explainedTarget';
import type { MapRequest } from './mapRequest';

/** How maps are drawn: exactly at the head's feature map, or by another method, for the most part at some layer. */
export type ChosenMap =
  | { readonly kind: 'exact' }
  | LayerMapChoice
  /** What there is to choose from is not known yet. */
  | { readonly kind: 'pending' };

export interface LayerMapChoice {
  readonly kind: 'layer';
  readonly method: MethodChoice;
  readonly layer: string | null;
  /** What is explained in place of a class; null: a class. */
  readonly target: TargetChoice | null;
}

/** What of the user's choice this model allows; where the exact map's layer is none for others, the host chooses. */
export function findChosenMap(state: AppState): ChosenMap {
  const choices = readMapChoices(state);
  const cam = readCamChoices(state);
  const target = findTargetChoice(state);
  if (choices === null) {
    const isUsual = target === null && cam.method === null && cam.layer === null;
    return { kind: isUsual && state.report?.heads[0]?.exact === true ? 'exact' : 'pending' };
  }
  const isListed = (name: string | null): boolean => choices.layers.some(({ tensor }) => tensor === name);
  const layer = isListed(cam.layer) ? cam.layer : choices.layer;
  const chosen = findMethod(choices, cam.method);
  const method = chosen?.refusal === null ? chosen : findMethod(choices, choices.method);
  if (method?.kind === 'exact' && layer === choices.layer) {
    return { kind: 'exact' };
  }
  const used = method?.kind === 'exact' ? findMethod(choices, choices.layerMethod) : method;
  return used
    ? { kind: 'layer', method: used, layer: used.place === 'layer' && isListed(layer) ? layer : null, target }
    : { kind: 'pending' };
}

/** What maps can be drawn with of what is explained now; null: not known yet. */
export function readMapChoices(state: AppState): MapChoices | null {
  const target = findTargetChoice(state);
  return target === null ? readClassChoices(state) : readTargetChoices(state, target);
}

export function findMethod({ methods }: MapChoices, id: string | null): MethodChoice | null {
  return methods.find((method) => method.id === id) ?? null;
}

/** Choosing a method keeps the layer, but for the exact one, which has its own. */
export function chooseMethod(choices: MapChoices, { layer }: CamChoices, id: string): Partial<CamChoices> {
  const isExact = findMethod(choices, id)?.kind === 'exact';
  return { method: id === choices.method ? null : id, layer: isExact ? null : layer };
}

/** Choosing a layer keeps the method, but for those that do not exist there: the exact one, and those on the image. */
export function chooseLayer(choices: MapChoices, { method }: CamChoices, tensor: string): Partial<CamChoices> {
  const isUsual = tensor === choices.layer;
  const current = findMethod(choices, method ?? choices.method);
  const isThere = current?.kind === 'exact' ? isUsual : current?.place === 'layer';
  return { method: isThere ? method : choices.layerMethod, layer: isUsual ? null : tensor };
}

/** The request for a map by another method than the exact one; what knows no class is asked for once. */
export function toMapRequest(
  { method, layer, target: stated }: Omit<LayerMapChoice, 'kind'>,
  { imageId, top }: Pick<ImageAnswer, 'imageId' | 'top'>,
  target: Target,
): MapRequest {
  if (stated !== null) {
    return { imageId, method: method.id, layer, target: stated, classIndex: NO_CLASS, contrast: null };
  }
  const { isClassSpecific } = method;
  const classIndex = isClassSpecific ? target.classIndex : top[0];
  const contrast = isClassSpecific ? target.contrastClass : null;
  return { imageId, method: method.id, layer, target: null, classIndex, contrast };
}

export function isExact(explanation: Explanation | LayerExplanation): explanation is Explanation {
  return 'featureMap' in explanation;
}
