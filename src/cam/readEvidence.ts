import type { ClassMap, Explanation } from '../protocol/explanation';
import type { ClassifierWeights } from '../protocol/messages';
import { UserError } from '../userError';
import { computeCertificate, RELATIVE_TOLERANCE } from './certificate';
import type { HeadExtension } from './headExtension';
import { computeProbabilities, findLargest } from './probabilities';

/** A tensor as a run of the extended model gives it. */
export interface RunOutput {
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
}
export type RunOutputs = Readonly<Record<string, RunOutput>>;

/** The numeric part of an explanation. */
export type ImageEvidence = Pick<
  Explanation,
  | 'kind'
  | 'channels'
  | 'height'
  | 'width'
  | 'aggregate'
  | 'logits'
  | 'probabilities'
  | 'probabilitySource'
  | 'top'
  | 'featureMap'
  | 'maps'
>;

/** What is needed to draw maps, without the feature map and the channels' part in them. */
export type ImageMaps = Pick<
  ImageEvidence,
  'logits' | 'probabilities' | 'probabilitySource' | 'top' | 'height' | 'width'
> & {
  readonly maps: readonly ExactMap[];
};
export type ExactMap = Pick<ClassMap, 'classIndex' | 'map' | 'certificate'>;

/** Most classes listed as likely. */
const TOP_COUNT = 5;

/**
 * The extra input of a run: the classes to map beside the most likely ones.
 * @throws UserError `badArgument` for a class that the model does not have.
 */
export function toClassInput(extension: Pick<HeadExtension, 'classes'>, classes: readonly number[]): BigInt64Array {
  const unknown = classes.find((index) => !Number.isInteger(index) || index < 0 || index >= extension.classes);
  if (unknown !== undefined) {
    throw new UserError(
      'badArgument',
      `There is no class ${unknown}: this model has ${extension.classes} classes, numbered 0 to ${extension.classes - 1}.`,
    );
  }
  return BigInt64Array.from(classes, BigInt);
}

/** Outputs that a run must be asked for. */
export function listFetches(extension: HeadExtension): readonly string[] {
  return Object.values(extension.outputs).filter((name) => name !== null);
}

/** One explanation per image of the batch, each with its own buffers. */
export function readEvidence(extension: HeadExtension, outputs: RunOutputs): readonly ImageEvidence[] {
  const batch = take(outputs, extension.outputs.logits).dims[0] ?? 1;
  return Array.from({ length: batch }, (_, item) => readItem(extension, outputs, item));
}

/** The maps alone, of an extension made with `mapsOnly`: one entry per image of the batch, each with its own buffers. */
export function readMaps(extension: HeadExtension, outputs: RunOutputs): readonly ImageMaps[] {
  const { logits: name, classes } = extension.outputs;
  const batch = take(outputs, name).dims[0] ?? 1;
  const { height, width } = extension.featureMap;
  return Array.from({ length: batch }, (_, item) => {
    const logits = sliceItem(take(outputs, name), item);
    return {
      logits,
      ...computeProbabilities(logits, extension.activation, extension.kind === 'density-sum'),
      top: findLargest(logits, TOP_COUNT),
      height,
      width,
      maps: listMapped([...sliceItem(take(outputs, classes), item)]).map((entry) =>
        readExactMap(extension, outputs, item, logits, entry),
      ),
    };
  });
}

/** Outputs that `readMaps` reads. */
export function listMapFetches({ outputs }: HeadExtension): readonly string[] {
  const { logits, classes, maps, bias, rounding } = outputs;
  return [logits, classes, maps, bias, rounding].filter((name) => name !== null);
}

function readItem(extension: HeadExtension, outputs: RunOutputs, item: number): ImageEvidence {
  const names = extension.outputs;
  const featureMap = take(outputs, names.featureMap);
  const [, channels = 1, height = 1, width = 1] = featureMap.dims;
  const logits = sliceItem(take(outputs, names.logits), item);
  const mapped = [...sliceItem(take(outputs, names.classes), item)];
  const top =
    extension.topCount === 0
      ? findLargest(logits, TOP_COUNT)
      : mapped.slice(0, Math.min(extension.topCount, TOP_COUNT));
  return {
    kind: extension.kind,
    channels,
    height,
    width,
    aggregate: extension.aggregate,
    logits,
    ...computeProbabilities(logits, extension.activation, extension.kind === 'density-sum'),
    top,
    featureMap: sliceItem(featureMap, item),
    maps: listMapped(mapped).map((entry) => readClassMap(extension, outputs, item, logits, entry)),
  };
}

/** Place of a class among those of an image. */
interface MappedClass {
  readonly classIndex: number;
  readonly position: number;
}

/** Each class once: one that was asked for may be among the most likely ones. */
function listMapped(mapped: readonly number[]): MappedClass[] {
  return mapped
    .map((classIndex, position) => ({ classIndex, position }))
    .filter(({ classIndex, position }) => mapped.indexOf(classIndex) === position);
}

function readExactMap(
  extension: HeadExtension,
  outputs: RunOutputs,
  item: number,
  logits: Float32Array,
  { classIndex, position }: MappedClass,
): ExactMap {
  const names = extension.outputs;
  const scalar = (name: string) => sliceRow(take(outputs, name), item, position)[0] ?? 0;
  const map = sliceRow(take(outputs, names.maps), item, position);
  const rounding = names.rounding === null ? 0 : scalar(names.rounding);
  const slack = { precision: extension.precision, rounding };
  const logit = logits[classIndex] ?? 0;
  return {
    classIndex,
    map,
    certificate: computeCertificate(map, extension.aggregate, scalar(names.bias), logit, slack),
  };
}

function readClassMap(
  extension: HeadExtension,
  outputs: RunOutputs,
  item: number,
  logits: Float32Array,
  entry: MappedClass,
): ClassMap {
  const names = extension.outputs;
  const { position } = entry;
  const scalar = (name: string) => sliceRow(take(outputs, name), item, position)[0] ?? 0;
  const evidence = {
    ...readExactMap(extension, outputs, item, logits, entry),
    weights: sliceRow(take(outputs, names.weights), item, position),
    contributions: sliceRow(take(outputs, names.contributions), item, position),
  };
  return names.ledgerBias === null ? evidence : { ...evidence, contributionBias: scalar(names.ledgerBias) };
}

/**
 * The classifier's rows from a run with all classes, folded with every affine step of the head;
 * null when they depend on the image (rectifiers, maxima) or the maps carry the bias (linear layer before the pool).
 */
export function readClassifierWeights(extension: HeadExtension, outputs: RunOutputs): ClassifierWeights | null {
  if (!extension.isLinear) {
    return null;
  }
  const perClass = (output: RunOutput) =>
    Float32Array.from({ length: extension.classes }, (_, index) => sliceRow(output, 0, index)[0] ?? 0);
  const { rounding } = extension.outputs;
  const slack = {
    precision: extension.precision,
    rounding: rounding === null ? new Float32Array(extension.classes) : perClass(take(outputs, rounding)),
  };
  return {
    weights: sliceItem(take(outputs, extension.outputs.weights), 0),
    perPosition: extension.isPerPosition,
    bias: perClass(take(outputs, extension.outputs.bias)),
    ...(rounding === null && extension.precision === RELATIVE_TOLERANCE ? {} : { slack }),
  };
}

function take(outputs: RunOutputs, name: string | null): RunOutput {
  const output = outputs[name ?? ''];
  if (output === undefined) {
    throw new Error(
      name === null ? 'The maps were made without their ledger.' : `The run returned no output "${name}".`,
    );
  }
  return output;
}

/** Elements of one batch item; a leading 1 (or no axis at all) stands for every item. */
function sliceItem({ dims, data }: RunOutput, item: number): Float32Array {
  const batch = dims[0] ?? 1;
  const size = data.length / batch;
  const start = batch === 1 ? 0 : item * size;
  return toFloats(data).slice(start, start + size);
}

/** Elements of one row of [B, n, …]; axes of size 1 stand for every item or row. */
function sliceRow({ dims, data }: RunOutput, item: number, row: number): Float32Array {
  const [batch = 1, rows = 1] = dims;
  const size = data.length / (batch * rows);
  const start = ((batch === 1 ? 0 : item) * rows + (rows === 1 ? 0 : row)) * size;
  return toFloats(data).slice(start, start + size);
}

function toFloats(data: ArrayLike<unknown>): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data, Number);
}
