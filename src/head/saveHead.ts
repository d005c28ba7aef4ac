import type { HeadDescription } from '../analysis/heads/headDescription';
import type { ReplacementHead } from './linearHead';
import { planReplacement } from './replacement';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { analyzeModel } from '../inspectModel';
import { createRandomFeeds } from '../measure/randomFeeds';
import { createExternalDataError, listExternalFiles } from '../onnx/externalData';
import { saveEditedModel } from '../onnx/saveEditedModel';
import type { Preprocessing } from '../protocol/preprocessing';
import { UserError } from '../userError';

/** What is written into the new file's metadata beside what the model had. */
export interface HeadMetadata {
  /** How the head came about, as JSON under `headlight.head`. */
  readonly record: Readonly<Record<string, unknown>>;
  /** One per class, under `headlight.labels`. */
  readonly labels?: readonly string[] | null;
  /** Under `headlight.preprocessing`. */
  readonly preprocessing?: Preprocessing | null;
}

export interface SaveHeadOptions {
  readonly client: InferenceClient;
  readonly metadata: HeadMetadata;
  readonly signal?: AbortSignal | undefined;
}

export interface SavedHead {
  readonly file: string;
  readonly sizeBytes: number;
}

/**
 * Saves the model with a linear head in the place of one of its heads, as a new `.onnx`: trunk kept, old head and its
 * weights gone. The file gets its name only after it was read back, its head recognised with the right kind and number
 * of classes, and run once. Costs reading and writing the file once (weights in pieces) and one run on random input.
 *
 * Throws UserError `noHead`, `notExact` (no feature map to start from), `badArgument` (weights of the wrong size, a file
 * that cannot be written or is the model itself, another folder than the model's external data), `tooLarge`,
 * `externalDataMissing`, `fileChanged`, `inferenceFailed`, `cancelled`.
 */
export async function saveHead(
  analysis: ModelAnalysis,
  head: HeadDescription,
  replacement: ReplacementHead,
  file: string,
  { client, metadata, signal }: SaveHeadOptions,
): Promise<SavedHead> {
  const { model, missingData } = analysis;
  if (missingData.length > 0) {
    throw createExternalDataError(model, missingData);
  }
  const edit = { ...planReplacement(analysis, head, replacement), metadata: toEntries(metadata, head, replacement) };
  const check = (unfinished: string) => checkSaved(analysis, head, replacement, unfinished, client, signal);
  const saved = await saveEditedModel(model, edit, file, { check, signal });
  return { file, sizeBytes: saved.sizeBytes };
}

/** Labels of the old classes go when there are no new ones for another number of classes. */
function toEntries(
  { record, labels, preprocessing }: HeadMetadata,
  head: HeadDescription,
  { bias }: ReplacementHead,
): Map<string, string | null> {
  const entries = new Map<string, string | null>([['headlight.head', JSON.stringify(record)]]);
  if (labels) {
    if (labels.length !== bias.length) {
      throw new UserError('badArgument', `There are ${labels.length} labels for ${bias.length} classes.`);
    }
    entries.set('headlight.labels', JSON.stringify(labels));
  } else if (bias.length !== head.classes) {
    entries.set('headlight.labels', null);
  }
  if (preprocessing) {
    entries.set('headlight.preprocessing', JSON.stringify(preprocessing));
  }
  return entries;
}

/** Reads the new file as any other, finds its head, and runs it. */
async function checkSaved(
  { inferred }: ModelAnalysis,
  { output }: HeadDescription,
  { kind, bias }: ReplacementHead,
  file: string,
  client: InferenceClient,
  signal: AbortSignal | undefined,
): Promise<{ readonly sizeBytes: number }> {
  const inputShapes = Object.fromEntries(inferred.boundInputs);
  const saved = await analyzeModel(file, signal === undefined ? { inputShapes } : { inputShapes, signal });
  const found = saved.heads.find((head) => head.output === output);
  const kinds: readonly string[] = kind === 'gap' ? ['gap-linear', 'token-gap-linear'] : ['flatten-fc'];
  const isSmall = found?.featureMap?.height === 1 && found.featureMap.width === 1;
  if (found?.exact !== true || found.classes !== bias.length || !(kinds.includes(found.kind) || isSmall)) {
    const seen = found === undefined ? 'none' : `${found.kind} with ${found.classes ?? '?'} classes`;
    throw new Error(`The new head at "${output}" reads back as ${seen}, not as ${kind} with ${bias.length} classes.`);
  }
  const { path, sizeBytes, modifiedMs } = saved.model;
  const externalFiles = listExternalFiles(saved.model);
  const handle = await client.loadModel({ path, stamp: { sizeBytes, modifiedMs }, externalFiles }, { signal });
  try {
    const fetches = saved.model.graph.outputs.map(({ name }) => name);
    const { outputs } = await client.run(handle, { feeds: createRandomFeeds(saved), fetches, signal });
    const { data, dims } = outputs[output];
    if (data.length % bias.length !== 0) {
      throw new Error(`A run of the new model gave ${dims.join('×')} values for ${bias.length} classes.`);
    }
  } finally {
    await client.releaseModel(handle);
  }
  return { sizeBytes };
}
