import { appendFile, copyFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { MOST_BYTES } from './byteAssembly';
import { emitExtensionBytes } from './emitModel';
import type { GraphExtension } from './graphExtension';
import { assertExtensionFits } from './graphExtension';
import { openUnchanged } from './openModelFile';
import { checkPlace, toWriteError } from './savePlace';

/**
 * Saves the model together with an extension: its bytes as they are, followed by the additions, which every reader of
 * protobuf merges. Appears under its name only when it is complete.
 *
 * Throws UserError `badArgument` when the file cannot be written, is the model itself, or lies in another folder than
 * the weights that the model keeps in files of their own; `tooLarge` above 2 GiB; `fileChanged`.
 */
export async function saveExtendedModel(model: Model, extension: GraphExtension, file: string): Promise<void> {
  assertExtensionFits(model.graph, extension);
  const bytes = emitExtensionBytes(extension);
  if (model.sizeBytes + bytes.byteLength > MOST_BYTES) {
    throw new UserError(
      'tooLarge',
      `${path.basename(model.path)} would grow beyond the 2 GiB that one ONNX file can hold. Save its weights as ` +
        'external data first.',
    );
  }
  await checkPlace(model, file);
  const unfinished = `${file}.part`;
  try {
    const handle = await openUnchanged(model);
    await handle.close();
    await copyFile(model.path, unfinished);
    await appendFile(unfinished, bytes);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error instanceof UserError ? error : toWriteError(file, error);
  }
}
