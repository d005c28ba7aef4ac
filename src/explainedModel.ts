import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CamMethod } from './cam/camMethod';
import type { ExplainedExtension, ExplainedOptions } from './cam/explainedExtension';
import { createExplainedExtension } from './cam/explainedExtension';
import { bindToInput, findInput } from './explain/imageFeed';
import type { InferenceClient } from './inference/inferenceClient';
import type { ModelAnalysis } from './inspectModel';
import { createRandomFeeds } from './measure/randomFeeds';
import { createExternalDataError } from './onnx/externalData';
import type { EmittedValue } from './onnx/graphExtension';
import type { SaveOptions } from './onnx/saveExtendedModel';
import { saveCheckedModel } from './onnx/saveExtendedModel';
import type { ModelSettings } from './protocol/messages';
import type { Tensor } from './tensor/tensor';
import type { Verification } from './explain/verifyExplainedModel';
import { verifyExplainedModel } from './explain/verifyExplainedModel';

/** How images are read and what the classes are called, as far as it is known. */
export type ExportedSettings = Pick<
  ModelSettings,
  'preprocessing' | 'preprocessingSource' | 'preprocessingNote' | 'labels'
>;

export interface ExportOptions extends ExplainedOptions, Pick<SaveOptions, 'weights' | 'signal'> {
  /** The file to be written. */
  readonly file: string;
  /** Written into the model's metadata; null when no input takes an image. */
  readonly settings: ExportedSettings | null;
  /** What both models are run on afterwards; null: random numbers, the same every time. */
  readonly input: { readonly name: string; readonly tensor: Tensor } | null;
}

/** An explained model that was saved, and how it compares with the original when both are run. */
export interface ExportReport {
  readonly file: string;
  readonly method: string;
  readonly layer: string;
  readonly unit: CamMethod['unit'];
  readonly classes: ExplainedExtension['selection'];
  readonly weights: NonNullable<SaveOptions['weights']>;
  /** What the model takes and gives beyond the original's own. */
  readonly inputs: readonly EmittedValue[];
  readonly outputs: readonly EmittedValue[];
  readonly sizeBytes: { readonly original: number; readonly exported: number };
  readonly verification: Verification;
}

/** Entries of the exported model's metadata. The first two are those that Headlight reads in any model. */
const KEYS = {
  preprocessing: 'headlight.preprocessing',
  labels: 'headlight.labels',
  explanation: 'headlight.explanation',
} as const;

/**
 * From a model to one that gives its maps wherever it runs: the user's file with the nodes that draw them, declared as
 * outputs, and with how images are read in its metadata. Both are run and compared before the new one gets its name.
 * Costs a copy of the file and about twenty runs of each model.
 *
 * Throws UserError as `createExplainedExtension`, `saveCheckedModel` and running a model do; nothing is left behind then.
 */
export async function exportExplainedModel(
  analysis: ModelAnalysis,
  client: InferenceClient,
  options: ExportOptions,
): Promise<ExportReport> {
  const { file, settings, weights = 'embed', signal } = options;
  if (analysis.missingData.length > 0) {
    throw createExternalDataError(analysis.model, analysis.missingData);
  }
  const bound = await bindToSettings(analysis, options);
  const { model, index, inferred, heads } = bound;
  const explained = createExplainedExtension({ model, index, inferred, head: heads[0] }, options);
  const metadata = describe(model.path, explained, settings);
  const input = options.input ?? { name: 'random', tensor: createRandomInput(bound) };
  const saved = { metadata, weights, signal };
  const verification = await saveCheckedModel(model, explained.extension, file, saved, (unfinished) =>
    verifyExplainedModel(bound, client, { file: unfinished, explained, input, signal }),
  );
  const { size } = await stat(file);
  return {
    file,
    method: explained.method.id,
    layer: explained.layer,
    unit: explained.method.unit,
    classes: explained.selection,
    weights,
    inputs: explained.extension.inputs,
    outputs: explained.extension.outputs,
    sizeBytes: { original: model.sizeBytes, exported: size },
    verification,
  };
}

/** Free rows and columns as the input of the comparison has them, else as images are said to be resized. */
function bindToSettings(analysis: ModelAnalysis, { settings, input }: ExportOptions): Promise<ModelAnalysis> {
  const declared = analysis.inferred.boundInputs.get(findInput(analysis)) ?? [];
  const { height, width, layout } = settings?.preprocessing ?? { height: 0, width: 0, layout: null };
  const axes = layout === 'NHWC' ? [1, 2] : [2, 3];
  const isImage = layout !== null && declared.length === 4;
  const resized = declared.map((size, axis) => (axis === axes[0] ? height : axis === axes[1] ? width : size));
  return bindToInput(analysis, input?.tensor.shape ?? (isImage ? resized : declared));
}

function createRandomInput(analysis: ModelAnalysis): Tensor {
  const { dims, data } = createRandomFeeds(analysis)[findInput(analysis)];
  return { shape: dims, data: Float32Array.from<unknown>(data, Number) };
}

function describe(
  path: string,
  { method, layer, selection, aggregate, inputs, outputs }: ExplainedExtension,
  settings: ExportedSettings | null,
): ReadonlyMap<string, string> {
  const explanation = {
    schema: 1,
    model: basename(path),
    method: method.id,
    name: method.name,
    meaning: method.meaning,
    unit: method.unit,
    layer,
    classes: selection,
    /** aggregate over cells of a map + map_bias = logit. */
    aggregate,
    inputs,
    outputs,
    preprocessingSource: settings?.preprocessingSource ?? null,
  };
  return new Map([
    ...(settings === null ? [] : ([[KEYS.preprocessing, JSON.stringify(settings.preprocessing)]] as const)),
    ...(settings?.labels ? ([[KEYS.labels, JSON.stringify(settings.labels)]] as const) : []),
    [KEYS.explanation, JSON.stringify(explanation)] as const,
  ]);
}
