import type { ClassMap, Explanation } from '../../src/protocol/explanation';
import type { AppState } from '../app';
import type { ValueRange } from './colorScale';
import { computeClassMap, readClassifierRow, subtractClassMap } from './evidence';

/** What is shown: a class, or a class against another. */
export interface Target {
  readonly classIndex: number;
  readonly contrastClass: number | null;
}

/** Class maps by explanation, so that drawing again costs nothing; entries go with their explanation. */
export class EvidenceCache {
  readonly #maps = new WeakMap<Explanation, Map<string, ClassMap>>();

  /** null: the classifier is not in the page, ask the model. */
  find(explanation: Explanation, target: Target, classifier: AppState['classifier']): ClassMap | null {
    const first = this.#findClass(explanation, target.classIndex, classifier);
    if (first === null || target.contrastClass === null) {
      return first;
    }
    const second = this.#findClass(explanation, target.contrastClass, classifier);
    return (
      second &&
      this.#keep(explanation, `${target.classIndex}-${target.contrastClass}`, () => subtractClassMap(first, second))
    );
  }

  #findClass(explanation: Explanation, classIndex: number, classifier: AppState['classifier']): ClassMap | null {
    const sent = explanation.maps.find((map) => map.classIndex === classIndex);
    if (sent) {
      return sent;
    }
    if (classifier === null || typeof classifier === 'string' || classIndex >= classifier.bias.length) {
      return null;
    }
    return this.#keep(explanation, String(classIndex), () => {
      const { weights, bias, slack } = readClassifierRow(classifier, classIndex);
      return computeClassMap(explanation, classIndex, weights, bias, explanation.logits[classIndex], slack);
    });
  }

  #keep(explanation: Explanation, key: string, compute: () => ClassMap): ClassMap {
    const maps = this.#maps.get(explanation) ?? new Map<string, ClassMap>();
    this.#maps.set(explanation, maps);
    const map = maps.get(key) ?? compute();
    maps.set(key, map);
    return map;
  }
}

/** The limits that all `ranges` fit into; null when there is none. */
export function uniteRanges(ranges: readonly (ValueRange | null)[]): ValueRange | null {
  return ranges.reduce<ValueRange | null>(
    (all, range) =>
      all && range
        ? { minimum: Math.min(all.minimum, range.minimum), maximum: Math.max(all.maximum, range.maximum) }
        : (all ?? range),
    null,
  );
}
