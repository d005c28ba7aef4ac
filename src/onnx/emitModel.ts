import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Model } from '../graph/model';
import { openFileSource } from './byteSource';
import type { EmittedTensor, GraphExtension } from './graphExtension';
import { assertExtensionFits } from './graphExtension';
import { openUnchanged } from './openModelFile';
import type { NameNode } from './thinModel';
import { assembleModel } from './thinModel';
import { WireWriter } from './wireWriter';
import { writeExtension } from './writeExtension';

/** That of ONNX 1.10, which every runtime since 2021 reads. */
const IR_VERSION = 8;

/**
 * The extension as a ModelProto that holds nothing but graph additions. Appended to a model's bytes it gives a valid
 * model, because protobuf messages merge. Check the names with `assertExtensionFits` first. It never contains an
 * opset_import: the last one wins and would re-type the whole model.
 */
export function emitExtensionBytes(extension: GraphExtension): Uint8Array {
  return new WireWriter().message(7, (graph) => writeExtension(graph, extension)).finish();
}

export interface ThinModelOptions {
  /** Names for the nodes of the main graph, whose own may be empty or repeated. */
  readonly nameNode?: NameNode | null;
  /** Take the place of the initializers of their names. */
  readonly replaced?: readonly EmittedTensor[];
}

/** A model of its own that consists of nothing but these parts. */
export function emitWholeModel(extension: GraphExtension, opset: number): Uint8Array {
  const head = new WireWriter().int(1, IR_VERSION).message(8, (imported) => imported.string(1, '').int(2, opset));
  return Buffer.concat([head.finish(), emitExtensionBytes(extension)]);
}

/**
 * The model without its large payloads, which become external data that points into the model's own file: a session
 * made from these bytes reads the weights from there. Give the session the folder of the *real* file
 * (`model_external_initializers_file_folder_path` = dirname(realpath(model.path))); ONNX Runtime refuses symbolic links
 * that lead elsewhere. Everything else is copied byte for byte, operator sets included.
 *
 * Throws UserError `fileChanged` when the file is not the one that was read, `tooLarge` when what has to stay inline
 * exceeds 2 GiB, `badArgument` when the extension's names are taken.
 */
export async function emitThinModel(
  model: Model,
  extension?: GraphExtension,
  { nameNode = null, replaced = [] }: ThinModelOptions = {},
): Promise<Uint8Array> {
  if (extension !== undefined) {
    assertExtensionFits(model.graph, extension);
  }
  const location = path.basename(await realpath(model.path));
  const handle = await openUnchanged(model);
  try {
    const droppedInitializers = new Set(replaced.map(({ name }) => name));
    const source = openFileSource(handle.fd, model.sizeBytes);
    const thin = assembleModel(source, { location, nameNode, droppedInitializers });
    if (replaced.length > 0) {
      thin.add(emitExtensionBytes({ nodes: [], initializers: replaced, inputs: [], outputs: [] }));
    }
    if (extension !== undefined) {
      thin.add(emitExtensionBytes(extension));
    }
    return thin.toBytes();
  } finally {
    await handle.close();
  }
}
