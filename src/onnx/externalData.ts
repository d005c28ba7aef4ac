import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { computeSizeBytes } from '../graph/elementTypes';
import type { Attribute, Graph, GraphNode, Model, TensorInfo } from '../graph/model';
import { UserError } from '../userError';

type ExternalPayload = Extract<TensorInfo['payload'], { kind: 'external' }>;

/** An external data file that cannot be used as the model refers to it. */
export interface MissingExternalData {
  /** As the model writes it, relative to the model's folder. */
  readonly location: string;
  /** Tensors whose elements would be there. */
  readonly tensors: readonly string[];
  /**
   * 'missing': there is no such file. 'tooShort': it ends before the last of the tensors.
   * 'outside': absolute, contains `..`, or a symbolic link out of the model's folder; never followed.
   */
  readonly reason: 'missing' | 'tooShort' | 'outside';
}

/**
 * Looks whether the weights kept in other files are there. The structure of a model can be shown without them;
 * running it cannot: see `createExternalDataError`.
 */
export async function findMissingExternalData(model: Model): Promise<MissingExternalData[]> {
  const tensorsOf = new Map<string, TensorInfo[]>();
  for (const tensor of collectTensors(model)) {
    if (tensor.payload.kind === 'external') {
      const tensors = tensorsOf.get(tensor.payload.location) ?? [];
      tensors.push(tensor);
      tensorsOf.set(tensor.payload.location, tensors);
    }
  }
  const missing: MissingExternalData[] = [];
  for (const [location, tensors] of tensorsOf) {
    const reason = await findProblem(model, location, tensors);
    if (reason !== null) {
      missing.push({ location, tensors: tensors.map((tensor) => tensor.name), reason });
    }
  }
  return missing;
}

/** The error for running a model whose external data is not usable; `missing` must not be empty. */
export function createExternalDataError(model: Model, missing: readonly MissingExternalData[]): UserError {
  const sentences = missing.map((item) => describeMissingExternalData(item));
  return new UserError('externalDataMissing', `${path.basename(model.path)} cannot be run. ${sentences.join(' ')}`);
}

/** One sentence or two: what is wrong with the file and what to do. Also a warning beside the structure. */
export function describeMissingExternalData({ location, tensors, reason }: MissingExternalData): string {
  const count = tensors.length === 1 ? '1 tensor' : `${tensors.length} tensors`;
  switch (reason) {
    case 'missing':
      return `The external data file "${location}" with the weights of ${count} is missing: put it beside the model.`;
    case 'tooShort':
      return `The external data file "${location}" ends before the weights of ${count}: copy or download it again.`;
    case 'outside':
      return (
        `The external data of ${count} is said to be at "${location}", which is not inside the model's folder ` +
        'and is not read: move the file beside the model and correct its location.'
      );
  }
}

/** Absolute path of external data. Throws UserError `externalDataMissing` when it would lead out of the folder. */
function resolveExternalData(model: Model, { name }: TensorInfo, { location }: ExternalPayload): string {
  if (isOutside(location)) {
    throw createExternalDataError(model, [{ location, tensors: [name], reason: 'outside' }]);
  }
  return path.join(path.dirname(model.path), location);
}

/**
 * Path of external data that may be read, and its size. Throws UserError `externalDataMissing` when there is none or when
 * it lies outside the model's folder.
 */
export async function locateExternalData(
  model: Model,
  { name }: TensorInfo,
  { location }: ExternalPayload,
): Promise<{ readonly file: string; readonly sizeBytes: number }> {
  const found = await locate(model, location);
  if (typeof found === 'string') {
    throw createExternalDataError(model, [{ location, tensors: [name], reason: found }]);
  }
  return found;
}

/** Both kinds of separator count on every system: models travel. */
function isOutside(location: string): boolean {
  return (
    location === '' ||
    path.posix.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    /^[a-z]:/i.test(location) ||
    location.split(/[\\/]/).includes('..')
  );
}

async function findProblem(
  model: Model,
  location: string,
  tensors: readonly TensorInfo[],
): Promise<MissingExternalData['reason'] | null> {
  const found = await locate(model, location);
  if (typeof found === 'string') {
    return found;
  }
  return tensors.some((tensor) => computeEnd(tensor) > found.sizeBytes) ? 'tooShort' : null;
}

async function locate(
  model: Model,
  location: string,
): Promise<{ readonly file: string; readonly sizeBytes: number } | 'missing' | 'outside'> {
  if (isOutside(location)) {
    return 'outside';
  }
  try {
    const folder = await realpath(path.dirname(model.path));
    const file = await realpath(path.join(folder, location));
    // ONNX Runtime refuses links out of the folder too; so does what a careful reader expects of a file it was sent.
    if (!file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep)) {
      return 'outside';
    }
    const facts = await stat(file);
    return facts.isFile() ? { file, sizeBytes: facts.size } : 'missing';
  } catch {
    return 'missing'; // whatever keeps it from being looked at keeps it from being read
  }
}

function computeEnd({ elementType, dims, payload }: TensorInfo): number {
  if (payload.kind !== 'external') {
    return 0;
  }
  const count = dims.reduce((product, size) => product * size, 1);
  return payload.offset + (payload.length ?? computeSizeBytes(elementType, count) ?? 0);
}

/** Every stored tensor of the model: of all graphs, attributes and functions. */
function* collectTensors(model: Model): Generator<TensorInfo> {
  yield* collectGraphTensors(model.graph);
  for (const definition of model.functions) {
    yield* collectNodeTensors(definition.nodes);
  }
}

function* collectGraphTensors(graph: Graph): Generator<TensorInfo> {
  yield* graph.initializers.values();
  for (const sparse of graph.sparseInitializers.values()) {
    yield sparse.values;
    yield sparse.indices;
  }
  yield* collectNodeTensors(graph.nodes);
}

function* collectNodeTensors(nodes: readonly GraphNode[]): Generator<TensorInfo> {
  for (const node of nodes) {
    for (const attribute of node.attributes.values()) {
      yield* collectAttributeTensors(attribute);
    }
  }
}

function* collectAttributeTensors(attribute: Attribute): Generator<TensorInfo> {
  switch (attribute.type) {
    case 'tensor':
      yield attribute.value;
      break;
    case 'tensors':
      yield* attribute.value;
      break;
    case 'sparse_tensor':
      yield attribute.value.values;
      yield attribute.value.indices;
      break;
    case 'graph':
      yield* collectGraphTensors(attribute.value);
      break;
    case 'graphs':
      for (const graph of attribute.value) {
        yield* collectGraphTensors(graph);
      }
      break;
    default:
      break;
  }
}

/** Files beside the model's own that hold weights, absolute, each once. */
export function listExternalFiles(model: Model): string[] {
  const files = new Set<string>();
  for (const tensor of model.graph.initializers.values()) {
    if (tensor.payload.kind === 'external') {
      files.add(resolveExternalData(model, tensor, tensor.payload));
    }
  }
  return [...files];
}
