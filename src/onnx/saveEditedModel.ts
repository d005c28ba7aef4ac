import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import { MOST_BYTES } from './byteAssembly';
import { openFileSource } from './byteSource';
import type { ModelEdit } from './editModel';
import { assembleEditedModel } from './editModel';
import { openUnchanged } from './openModelFile';
import { checkPlace } from './savePlace';
import { saveUnfinished } from './saveUnfinished';

export interface SaveEditedOptions<Checked> {
  /** Looks at the finished file before it gets its name; when it throws, nothing is left behind. */
  readonly check: (unfinished: string) => Promise<Checked>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Saves a model with an edit under a new name, where it appears only when it is complete and checked. Costs reading and
 * writing the file once; weights go through memory piece by piece.
 *
 * Throws UserError `badArgument` when the file cannot be written, is the model itself, or lies in another folder than
 * the weights that the model keeps in files of their own; `tooLarge` above 2 GiB; `fileChanged`, `cancelled`.
 */
export async function saveEditedModel<Checked>(
  model: Model,
  edit: ModelEdit,
  file: string,
  { check, signal }: SaveEditedOptions<Checked>,
): Promise<Checked> {
  await checkPlace(model, file);
  return saveUnfinished(file, (unfinished) => writeEdited(model, edit, unfinished, signal), check);
}

async function writeEdited(
  model: Model,
  edit: ModelEdit,
  unfinished: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const original = await openUnchanged(model);
  try {
    const assembly = assembleEditedModel(openFileSource(original.fd, model.sizeBytes), edit);
    if (assembly.length > MOST_BYTES) {
      throw new UserError(
        'tooLarge',
        `${path.basename(model.path)} with the new head takes ${assembly.length} bytes, more than the 2 GiB that one ` +
          'ONNX file can hold. Save its weights as external data first.',
      );
    }
    await assembly.writeTo(unfinished, signal);
  } finally {
    await original.close();
  }
}
