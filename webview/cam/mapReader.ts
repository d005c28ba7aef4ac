import type { ClassMap, Explanation, LayerExplanation } from '../../src/protocol/explanation';
import type { AppState } from '../app';
import { isExact, toMapRequest } from './chosenMap';
import type { ChosenMap } from './chosenMap';
import { computeRange } from './colorScale';
import type { ValueRange } from './colorScale';
import { EvidenceCache, uniteRanges } from './evidenceCache';
import type { Target } from './evidenceCache';
import type { MapRequest } from './mapRequest';
import { toMapKey } from './mapRequest';

/** The numbers of a map, with the explanation that says where its cells lie. */
export type FoundMap =
  | { readonly kind: 'exact'; readonly explanation: Explanation; readonly evidence: ClassMap }
  | { readonly kind: 'layer'; readonly explanation: LayerExplanation; readonly request: MapRequest };

export function readNumbers(found: FoundMap): Float32Array {
  return found.kind === 'exact' ? found.evidence.map : found.explanation.maps[0].map;
}

/** Finds maps among what the host has sent, and computes those that follow from it. */
export class MapReader {
  readonly #cache = new EvidenceCache();
  readonly #ranges = new WeakMap<Float32Array, { readonly range: ValueRange | null }>();

  /** null: the host has to be asked. */
  find(state: AppState, answer: Explanation | LayerExplanation, target: Target, chosen: ChosenMap): FoundMap | null {
    if (chosen.kind === 'exact' && isExact(answer)) {
      const evidence = this.#cache.find(answer, target, state.classifier);
      return evidence && { kind: 'exact', explanation: answer, evidence };
    }
    return chosen.kind === 'layer' ? findDrawn(state, toMapRequest(chosen, answer, target)) : null;
  }

  findRange(map: Float32Array): ValueRange | null {
    const known = this.#ranges.get(map) ?? { range: computeRange(map) };
    this.#ranges.set(map, known);
    return known.range;
  }

  /** Limits that make maps comparable, with how many maps they hold for. */
  findSharedRange(
    state: AppState,
    target: Target,
    found: FoundMap,
  ): { readonly range: ValueRange | null; readonly count: number } {
    return found.kind === 'exact'
      ? this.#findExactRange(state, target, found.evidence)
      : this.#findLayerRange(state, found);
  }

  /** Of the class shown on all images, and of all images' most likely classes; `count` is of images. */
  #findExactRange(state: AppState, target: Target, evidence: ClassMap): ReturnType<MapReader['findSharedRange']> {
    const ranges = [this.findRange(evidence.map)];
    let count = 0;
    for (const imageState of state.imageStates.values()) {
      if (imageState.status === 'explained' && isExact(imageState.explanation)) {
        const { explanation } = imageState;
        const same = this.#cache.find(explanation, target, state.classifier);
        ranges.push(same && this.findRange(same.map));
        if (target.contrastClass === null) {
          ranges.push(...explanation.maps.map(({ map }) => this.findRange(map)));
        }
        count += 1;
      }
    }
    return { range: uniteRanges(ranges), count };
  }

  /** Of all maps of the same target drawn in the same way at the same layer. */
  #findLayerRange(
    state: AppState,
    { explanation, request: { target } }: Extract<FoundMap, { kind: 'layer' }>,
  ): ReturnType<MapReader['findSharedRange']> {
    const text = JSON.stringify(target);
    const same = [...state.layerMaps.values()].flatMap((each) => {
      const isAlike = each.status === 'drawn' && JSON.stringify(each.request.target) === text;
      return isAlike && isDrawnAlike(each.explanation, explanation) ? [each.explanation.maps[0].map] : [];
    });
    return { range: uniteRanges(same.map((map) => this.findRange(map))), count: same.length };
  }
}

export function findDrawn({ layerMaps }: AppState, request: MapRequest): FoundMap | null {
  const known = layerMaps.get(toMapKey(request));
  return known?.status === 'drawn' ? { kind: 'layer', explanation: known.explanation, request } : null;
}

function isDrawnAlike(one: LayerExplanation, other: LayerExplanation): boolean {
  return one.method === other.method && one.layer === other.layer && one.contrast === other.contrast;
}
