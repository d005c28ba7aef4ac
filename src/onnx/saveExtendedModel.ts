import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { MOST_BYTES } from './byteAssembly';
import { openFileSource } from './byteSource';
import { fitToVersion } from './constantNodes';
import { writeMetadata } from './editModel';
import { emitExtensionBytes } from './emitModel';
import type { GraphExtension } from './graphExtension';
import { assertExtensionFits } from './graphExtension';
import { openUnchanged } from './openModelFile';
import { checkPlace } from './savePlace';
import { saveUnfinished } from './saveUnfinished';
import { assembleModel } from './thinModel';

export interface SaveOptions {
  /** Entries for the model's metadata; they replace those of the same key. */
  readonly metadata?: ReadonlyMap<string, string>;
  /**
   * embed (default): the saved model holds its weights. external: tensors of 1 KB and more stay where they are, in the
   * model's own file, which the saved one refers to as external data and has to remain beside.
   */
  readonly weights?: 'embed' | 'external';
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves the model together with an extension: its bytes as they are (or without large weights), followed by the
 * additions, which every reader of protobuf merges. Appears under its name only when it is complete. Costs reading and
 * writing the file once, piece by piece; with external weights only what is not weights.
 *
 * Throws UserError `badArgument` when the file cannot be written, is the model itself, or lies in another folder than
 * the weights that it refers to; `tooLarge` above 2 GiB; `fileChanged`, `cancelled`.
 */
export async function saveExtendedModel(
  model: Model,
  extension: GraphExtension,
  file: string,
  options: SaveOptions = {},
): Promise<void> {
  await saveCheckedModel(model, extension, file, options, () => Promise.resolve());
}

/** The same; `check` looks at the finished file before it gets its name. When it throws, nothing is left behind. */
export async function saveCheckedModel<Checked>(
  model: Model,
  extension: GraphExtension,
  file: string,
  options: SaveOptions,
  check: (unfinished: string) => Promise<Checked>,
): Promise<Checked> {
  assertExtensionFits(model.graph, extension);
  await checkPlace(model, file, options.weights === 'external');
  return saveUnfinished(file, (unfinished) => writeExtended(model, extension, unfinished, options), check);
}

async function writeExtended(
  model: Model,
  extension: GraphExtension,
  unfinished: string,
  { metadata = new Map(), weights = 'embed', signal }: SaveOptions,
): Promise<void> {
  const original = await openUnchanged(model);
  try {
    const location = weights === 'external' ? path.basename(await realpath(model.path)) : null;
    const options = { location, droppedMetadata: new Set(metadata.keys()) };
    const assembly = assembleModel(openFileSource(original.fd, model.sizeBytes), options);
    assembly.add(emitExtensionBytes(fitToVersion(extension, model.irVersion, model.opsets.get('') ?? 1)));
    assembly.add(writeMetadata(metadata));
    if (assembly.length > MOST_BYTES) {
      throw new UserError(
        'tooLarge',
        `${path.basename(model.path)} would grow beyond the 2 GiB that one ONNX file can hold. Save its weights as ` +
          'external data first.',
      );
    }
    await assembly.writeTo(unfinished, signal);
  } finally {
    await original.close();
  }
}
