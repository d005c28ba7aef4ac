import path from 'node:path';
import type { Model } from '../graph/model';
import { UserError } from '../userError';
import type { ByteSource } from './byteSource';
import { openFileSource } from './byteSource';
import { FormatError } from './formatError';
import { IDENTIFICATION_BYTES, identifyFile } from './identifyFile';
import { DEFAULT_LIMITS } from './limits';
import type { Limits } from './limits';
import { openRegularFile } from './openModelFile';
import { finishGraph, parseGraph } from './parseGraph';
import { createModelProgress, parseModel } from './parseModel';
import type { ModelProgress } from './parseModel';
import { ReadBudget } from './readBudget';
import { createStructureReader } from './structureReader';
import { WireReader } from './wireReader';

export interface ReadModelOptions {
  readonly signal?: AbortSignal | undefined;
  readonly limits?: Partial<Limits>;
}

/** The file system's part of a Model. */
export type FileFacts = Pick<Model, 'path' | 'sizeBytes' | 'modifiedMs'>;

/**
 * Reads the structure of an ONNX file: everything but the weights, whose bytes are seeked over. Costs time and memory in
 * proportion to the number of nodes, not to the size of the file.
 *
 * Throws UserError: fileNotFound, notOnnx, truncated, tooDeep, tooLarge, gitLfsPointer, ortFormat, cancelled.
 */
export async function readModel(file: string, options: ReadModelOptions = {}): Promise<Model> {
  const absolute = path.resolve(file);
  const handle = await openRegularFile(absolute);
  try {
    const { size, mtimeMs } = await handle.stat();
    const facts: FileFacts = { path: absolute, sizeBytes: size, modifiedMs: mtimeMs };
    return await readModelFrom(openFileSource(handle.fd, size), facts, options);
  } finally {
    await handle.close();
  }
}

/** The same from any bytes. */
export async function readModelFrom(
  source: ByteSource,
  facts: FileFacts,
  { signal, limits }: ReadModelOptions = {},
): Promise<Model> {
  const budget = new ReadBudget({ ...DEFAULT_LIMITS, ...limits }, signal);
  const structure = createStructureReader(new WireReader(source, budget), parseGraph);
  const progress = createModelProgress();
  try {
    budget.throwIfStopped();
    await parseModel(structure, progress);
    const { header, graph } = progress;
    if (graph === null || (graph.nodes.length === 0 && graph.outputs.length === 0)) {
      throw new FormatError('damaged', 'it holds no graph', null);
    }
    if (header.opsets.size === 0) {
      structure.warn('The file names no operator set: it may be cut off.');
    }
    return { ...facts, ...header, graph: finishGraph(graph), warnings: structure.takeWarnings() };
  } catch (error) {
    throw error instanceof FormatError ? toUserError(error, source, facts, progress) : error;
  }
}

/** A failed parse says little about a file that never was ONNX: look at what it is before blaming a byte. */
function toUserError(
  error: FormatError,
  source: ByteSource,
  facts: FileFacts,
  { completeFields }: ModelProgress,
): UserError {
  const name = path.basename(facts.path);
  const options = { cause: error };
  const at = error.offset === null ? '' : ` (at byte ${error.offset})`;
  if (error.kind === 'tooDeep' || error.kind === 'tooLarge') {
    const sentence = `${name} is too ${error.kind === 'tooDeep' ? 'deep' : 'large'} to be shown: ${error.detail}${at}.`;
    return new UserError(error.kind, `${sentence} Check that the file comes from a source you trust.`, options);
  }
  if (source.size === 0) {
    return new UserError('notOnnx', `${name} is empty (0 bytes). Download or export the model again.`, options);
  }
  const start = Buffer.alloc(IDENTIFICATION_BYTES);
  const identification = identifyFile(start.subarray(0, source.read(start, 0)));
  if (identification !== null) {
    return new UserError(identification.code, `${name} ${identification.sentence}`, options);
  }
  if (completeFields === 0 || error.offset === null) {
    const sentence = `${name} is not an ONNX model: ${error.detail}${at}.`;
    return new UserError('notOnnx', `${sentence} Choose a file that was exported to ONNX.`, options);
  }
  const sentence = `${name} is ${error.kind === 'truncated' ? 'truncated or damaged' : 'damaged'}: ${error.detail}${at}.`;
  return new UserError(
    error.kind === 'truncated' ? 'truncated' : 'notOnnx',
    `${sentence} Download or export the model again.`,
    options,
  );
}
