import { findReceptiveField } from './analysis/receptiveFields';
import { describeMethod, nameScoreOfHead } from './cam/methodNote';
import { CLASS_TARGET, describeTarget } from './cam/target';
import type { LayerDrawing } from './explain/drawLayerMaps';
import { drawLayerMaps } from './explain/drawLayerMaps';
import type { Explainer, LayerChoice } from './explain/explainer';
import { prepareInput } from './explain/prepareInput';
import type { ExplainOptions } from './explainImage';
import type { LayerExplanation, LayerMap } from './protocol/explanation';
import type { ScoreName } from './protocol/scoreName';
import { speakOf } from './protocol/scoreName';
import { UserError } from './userError';

export type LayerOptions = ExplainOptions & LayerDrawing & Pick<LayerChoice, 'method' | 'layer' | 'target' | 'beside'>;

/**
 * From an image file to a method's maps. Methods of one run take one run per class; the others say what they take
 * (their files), in batches, and can be stopped between and during them. Layers `beside` are those at which the same
 * will be asked for next: they cost the first of these requests a run as long as that of the earliest layer alone, and
 * the others nothing; a change of class or image costs that run again, and never a second loading. Throws UserError as
 * `explainImage` does, but for `notExact`, and `badArgument`, `notDifferentiable` for a layer, a target or a method that
 * cannot be.
 */
export async function explainLayer(
  explainer: Explainer,
  image: { readonly id: string; readonly path: string },
  { beside = [], ...options }: LayerOptions,
): Promise<LayerExplanation> {
  if (beside.length > 0 && !refusers.has(explainer)) {
    try {
      return await explainWith(explainer, image, { ...options, beside });
    } catch (error) {
      if (!(error instanceof UserError) || !['inferenceFailed', 'inferenceStopped'].includes(error.code)) {
        throw error;
      }
      refusers.add(explainer);
      // Otherwise it would serve the next attempt, too.
      await explainer.releaseLayers();
    }
  }
  return explainWith(explainer, image, options);
}

/** Models that did not run with maps at several layers: too much memory, perhaps, or what one of the layers needs. */
const refusers = new WeakSet<Explainer>();

async function explainWith(
  explainer: Explainer,
  image: { readonly id: string; readonly path: string },
  options: LayerOptions,
): Promise<LayerExplanation> {
  const { method, layer, contrast, signal, target = CLASS_TARGET, beside = [] } = options;
  const input = await prepareInput(explainer.client, image.path, options.preprocessing, signal);
  const choice = { method, layer, isContrast: contrast !== null, target, beside };
  const loaded = await explainer.extendAtLayer(input.tensor.shape, choice, signal);
  const { answer, maps, runs, elapsedMs } = await drawLayerMaps(explainer.client, loaded, input.tensor, options);
  const { layer: place, head, method: used } = loaded.extension;
  const score = nameScoreOfHead(head);
  return {
    imageId: image.id,
    image: image.path,
    method: used.id,
    layer: place.tensor,
    channels: place.channels,
    height: place.height,
    width: place.width,
    unit: used.unit,
    note: describeMethod(used, place, head, target),
    contrast,
    target: { kind: target.kind, text: describeTarget(target, score) },
    runs,
    source: used.kind === 'sampled' && used.isEstimated ? 'estimated' : 'measured',
    logits: answer.logits,
    probabilities: answer.probabilities,
    probabilitySource: answer.probabilitySource,
    top: answer.top,
    maps: maps.map((map) => nameFigures(map, score)),
    receptiveField: findReceptiveField(loaded.analysis, place.tensor),
    placement: input.placement,
    inputPicture: input.picture,
    elapsedMs: { decode: input.elapsedMs, run: elapsedMs },
  };
}

function nameFigures({ figures, ...map }: LayerMap, score: ScoreName): LayerMap {
  return figures === undefined
    ? map
    : {
        ...map,
        figures: figures.map((each) => ({
          ...each,
          label: speakOf(score, each.label),
          unit: speakOf(score, each.unit),
        })),
      };
}
