import type { Explainer } from '../explain/explainer';
import { createExplainer } from '../explain/explainer';
import type { ModelAnalysis } from '../inspectModel';
import type { EmittedTensor } from '../onnx/graphExtension';
import type { EvaluationCurve } from '../protocol/evaluation';
import { UserError } from '../userError';
import type { DrawOptions } from './drawMaps';
import { drawMaps } from './drawMaps';
import type { ListedImage } from '../protocol/imageSeries';
import { computeRankCorrelation } from './rankCorrelation';
import { listWeightedLayers, shuffleTensor } from './shuffledWeights';

const MOST_STAGES = 8;

/** A map of the model as it is. */
export interface OriginalMap {
  readonly image: ListedImage;
  readonly classIndex: number;
  readonly map: Float32Array;
}

export interface SanityResult {
  /** For each of the originals, over the stages. */
  readonly curves: readonly EvaluationCurve[];
  /** For each of the originals, with every layer shuffled; null where a map is constant. */
  readonly values: readonly (number | null)[];
}

/**
 * Maps of the same classes with the weights of more and more layers shuffled, from the output down (Adebayo et al. 2018,
 * cascading randomisation), and how like the original ones they still are. Costs a session per stage, with the shuffled
 * weights in memory, and a map per original and stage. Throws UserError `badArgument` for a model without weights.
 */
export async function checkSanity(
  { analysis, client }: Explainer,
  originals: readonly OriginalMap[],
  options: Omit<DrawOptions, 'classes' | 'topCount'> & { readonly seed: number; readonly onProgress: () => void },
): Promise<SanityResult> {
  const layers = listWeightedLayers(analysis);
  if (layers.length === 0) {
    throw new UserError('badArgument', 'The model has no stored weights, so there is nothing to randomise.');
  }
  const counts = chooseStages(layers.length);
  const found = originals.map(() => [1] as (number | null)[]);
  const replaced: EmittedTensor[] = [];
  let done = 0;
  for (const count of counts) {
    for (const tensor of layers.slice(done, count).flat()) {
      replaced.push(await shuffleTensor(analysis, tensor, options.seed, options.signal));
    }
    done = count;
    const explainer = createExplainer(analysis, client, [...replaced]);
    for (const [index, { image, classIndex, map }] of originals.entries()) {
      const drawn = await drawMaps(explainer, image, { ...options, classes: [classIndex], topCount: 0 });
      const other = drawn.maps.find((each) => each.classIndex === classIndex)?.map;
      found[index].push(other === undefined ? null : computeRankCorrelation(map.map(Math.abs), other.map(Math.abs)));
      options.onProgress();
    }
    await explainer.release();
  }
  const x = [0, ...counts.map((count) => count / layers.length)];
  return {
    curves: found.map((values) => ({
      x: x.filter((_, stage) => values[stage] !== null),
      y: values.filter((value) => value !== null),
    })),
    values: found.map((values) => values[values.length - 1]),
  };
}

/** Stages that the check of a model has. */
export function countStages(analysis: ModelAnalysis): number {
  return chooseStages(listWeightedLayers(analysis).length).length;
}

/** How many layers are shuffled at each stage: the last one alone, then evenly up to all. */
export function chooseStages(layers: number): readonly number[] {
  const stages = Math.min(MOST_STAGES, layers);
  const counts = Array.from({ length: stages }, (_, stage) =>
    stages === 1 ? layers : Math.round(1 + (stage * (layers - 1)) / (stages - 1)),
  );
  return [...new Set(counts)];
}
