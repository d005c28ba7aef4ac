import { resolve } from 'node:path';
import type { CamMethod } from '../cam/camMethod';
import { checkContrast } from '../cam/contrastMaps';
import { createLayerExtension } from '../cam/layerExtension';
import { listMapChoices } from '../cam/mapChoices';
import { findMethod } from '../cam/methods';
import type { Target } from '../cam/target';
import { CLASS_TARGET } from '../cam/target';
import type { Explainer, LayerChoice } from '../explain/explainer';
import { createExplainer } from '../explain/explainer';
import { findInput } from '../explain/imageFeed';
import { findClass } from '../image/findClass';
import { isInputTensor } from '../image/inputTensor';
import { readLabels, readPreprocessing } from '../image/modelSettings';
import type { ResolvedLabels } from '../image/resolveLabels';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import type { Preprocessing } from '../protocol/preprocessing';
import { toTargetText } from '../protocol/target';
import { readTarget } from '../explain/readTarget';
import { UserError } from '../userError';
import type { CamArguments } from './arguments';
import type { ClassChoice } from './classSelection';
import { listAsked, parseClassChoice } from './classSelection';
import type { MapFiles } from './mapFiles';
import { createMapFiles } from './mapFiles';
import { readSettings } from './settingsFile';

/** What holds for all images of a run. */
export interface CamRun {
  readonly explainer: Explainer;
  readonly method: CamMethod;
  /** Why this method, where nobody asked for it; null where somebody did. */
  readonly reason: string | null;
  readonly target: Target;
  readonly sampling: CamArguments['sampling'];
  /** Tensor name. */
  readonly layer: string;
  /** Of pictures; null when no picture is given. */
  readonly preprocessing: Preprocessing | null;
  readonly labels: ResolvedLabels | null;
  readonly choices: readonly ClassChoice[];
  /** Class whose logit is subtracted. */
  readonly contrast: number | null;
  readonly files: MapFiles | null;
}

/** Everything that is wrong with what was asked is said before the first image. */
export async function prepareRun(
  options: CamArguments,
  given: CamMethod | null,
  analysis: ModelAnalysis,
  client: InferenceClient,
): Promise<CamRun> {
  const { model, inferred, heads } = analysis;
  const [head] = heads;
  const subject = { model, boundInputs: inferred.boundInputs, classes: head.classes };
  const chosen = options.preprocess === null ? null : await readSettings(options.preprocess);
  const sources = { chosen, chosenLabels: options.labels === null ? null : resolve(options.labels) };
  const labels = await readLabels(subject, sources);
  const needsPreprocessing = !options.images.every(isInputTensor);
  const choices = options.classes.map((text) => parseClassChoice(text, head.classes ?? 0, labels));
  const contrast = options.contrast === null ? null : findClass(labels, options.contrast, head.classes ?? 0);
  if (contrast !== null) {
    checkContrast(contrast, listAsked(choices));
  }
  findInput(analysis);
  const explainer = createExplainer(analysis, client);
  const preprocessing = needsPreprocessing ? (await readPreprocessing(subject, sources)).preprocessing : null;
  const target = options.target === null ? CLASS_TARGET : await readTarget(explainer, options.target, preprocessing);
  const { method, reason } = await chooseMethod(given, analysis, options.target);
  const { layer, sampling } = options;
  return {
    explainer,
    method,
    reason,
    target,
    sampling,
    layer:
      method.kind === 'exact'
        ? checkLayer(analysis, layer)
        : chooseLayer(analysis, { method, layer, isContrast: contrast !== null, target }),
    preprocessing,
    labels,
    choices,
    contrast,
    files: options.out === null ? null : await createMapFiles(options.out),
  };
}

/** The exact one where there is one; what was not asked for by name comes with its reason. */
async function chooseMethod(
  given: CamMethod | null,
  { model, index, inferred, heads }: ModelAnalysis,
  target: CamArguments['target'],
): Promise<Pick<CamRun, 'method' | 'reason'>> {
  if (given?.kind === 'exact' && target !== null) {
    throw new UserError(
      'badArgument',
      `${given.name} maps the logits of classes. For another --target give a method such as hirescam, or none.`,
    );
  }
  if (given !== null && (target !== null || heads[0].kind !== 'none')) {
    return { method: given, reason: null };
  }
  const { method, methods, reason, targets } = await listMapChoices(model, index, inferred, heads[0], target);
  if (target !== null) {
    // Where nothing can be drawn, the usual method says what is in the way.
    const refusal = methods.find(({ id }) => id === 'hirescam')?.refusal ?? null;
    return { method: findMethod(method ?? 'hirescam'), reason: refusal };
  }
  const example = targets.usual === null ? '' : `, for example --target '${toTargetText(targets.usual.target)}'`;
  if (method === null) {
    const advice = `Other numbers that the model gives can be explained${example} (--help lists the forms).`;
    throw new UserError('noHead', `${reason} ${advice}`);
  }
  if (given !== null) {
    return { method: given, reason: null };
  }
  const found = findMethod(method);
  return { method: found, reason: found.kind === 'exact' ? null : reason };
}

/** What cannot be drawn at all is said once, before the first image. */
function chooseLayer({ model, index, inferred, heads }: ModelAnalysis, choice: LayerChoice): string {
  return createLayerExtension(model, index, inferred, heads[0], { ...choice, topCount: 1 }).layer.tensor;
}

/** The exact map exists at the head's feature map only. */
function checkLayer({ heads, index }: ModelAnalysis, layer: string | null): string {
  const [{ featureMap, exact, reason, kind }] = heads;
  if (featureMap === null || !exact) {
    const found = reason ?? 'This model has no classification head.';
    const advice = 'Other methods need no exact head: --method hirescam, for example.';
    throw new UserError(kind === 'none' ? 'noHead' : 'notExact', `${found} ${advice}`);
  }
  if (layer !== null && layer !== featureMap.tensor) {
    const found = index.producerOf.has(layer)
      ? `"${layer}" is not the head's feature map`
      : `The model has no "${layer}"`;
    throw new UserError(
      'badArgument',
      `${found}: the exact map (method cam) is defined at "${featureMap.tensor}" only. Leave --layer out, give that, ` +
        'or choose a method that draws at any layer, such as --method hirescam.',
    );
  }
  return featureMap.tensor;
}
