import { toSidecarPath } from '../image/sidecar';
import type { InferenceClient } from '../inference/inferenceClient';
import type { ModelAnalysis } from '../inspectModel';
import { saveFile } from '../onnx/saveUnfinished';
import type { Preprocessing } from '../protocol/preprocessing';
import type { ReplacementHead } from './linearHead';
import type { SavedHead } from './saveHead';
import { saveHead } from './saveHead';

export interface FittedHeadFile {
  readonly client: InferenceClient;
  /** Names of the classes, in the order of the head. */
  readonly labels: readonly string[];
  readonly preprocessing: Preprocessing | null;
  /** How it was fitted, for `headlight.head` in the metadata. */
  readonly record: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves the model with a fitted head, and beside it the settings file that says what its classes are called and how its
 * images are read (also in the model's metadata): opened, it draws maps of the new classes at once. Throws as `saveHead`.
 */
export async function saveFittedHead(
  analysis: ModelAnalysis,
  head: ReplacementHead,
  file: string,
  { client, labels, preprocessing, record, signal }: FittedHeadFile,
): Promise<SavedHead & { readonly sidecar: string }> {
  const metadata = { record, labels, preprocessing };
  const saved = await saveHead(analysis, analysis.heads[0], head, file, { client, metadata, signal });
  const sidecar = toSidecarPath(file);
  const settings = preprocessing === null ? { labels } : { preprocessing, labels };
  await saveFile(sidecar, `${JSON.stringify(settings, null, 2)}\n`);
  return { ...saved, sidecar };
}
