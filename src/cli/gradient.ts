import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GradientExtension } from '../gradient/createGradientExtension';
import { createGradientExtension } from '../gradient/createGradientExtension';
import { findClassAxis } from '../gradient/emitClassSeed';
import { KnownShapes } from '../gradient/knownShapes';
import { indexGraph } from '../graph/graphIndex';
import type { InferredGraph } from '../graph/inferShapes';
import { inferShapes } from '../graph/inferShapes';
import type { Model } from '../graph/model';
import { InferenceClient } from '../inference/inferenceClient';
import type { TensorValue } from '../inference/messages';
import { emitThinModel } from '../onnx/emitModel';
import { createExternalDataError, findMissingExternalData, listExternalFiles } from '../onnx/externalData';
import { readModel } from '../onnx/readModel';
import { saveExtendedModel } from '../onnx/saveExtendedModel';
import { saveFile } from '../onnx/saveUnfinished';
import type { NpyArray } from '../tensor/npy';
import { readNpyArray, writeNpy } from '../tensor/npy';
import { UserError } from '../userError';
import type { GradientArguments } from './arguments';
import { createFolder } from '../onnx/createFolder';
import type { Output } from './output';
import { formatShape } from './quantity';

/** What `headlight gradient --json` prints, schema 1. Other tools rely on it: add fields, never change them. */
export interface GradientDocument {
  readonly schema: 1;
  readonly output: string;
  readonly classes: readonly number[];
  readonly wrt: readonly {
    readonly tensor: string;
    /** Null for a size that depends on the input. */
    readonly shape: readonly (number | null)[] | null;
    /** Where the derivative was written. */
    readonly file: string | null;
    /** Output of the extended model that computes it. */
    readonly gradient: string;
  }[];
  /** The extended model. */
  readonly file: string | null;
  /** Input of the extended model that takes other classes, int64 [N] or [1]; it may be left out. */
  readonly classInput: string;
}

/** Differentiates one output of a model at a class; saves the model that does it, or runs it, or both. */
export async function runGradient(options: GradientArguments, output: Output, inferencePath: string): Promise<0> {
  const model = await readModel(options.model);
  const feeds = await readInputs(model, options.inputs);
  const inferred = inferShapes(model, Object.fromEntries([...feeds].map(([name, { shape }]) => [name, shape])));
  const target = { kind: 'class', output: options.output, classes: options.classes } as const;
  const gradient = createGradientExtension(model, indexGraph(model.graph), inferred, { target, wrt: options.wrt });
  checkClasses(model, inferred, options, feeds.size > 0);
  if (options.out !== null) {
    await saveExtendedModel(model, gradient.extension, options.out);
  }
  const values = options.values === null ? null : await compute(model, gradient, feeds, inferencePath);
  const document = await toDocument(options, new KnownShapes(model, inferred), gradient, values);
  output.write(options.json ? `${JSON.stringify(document)}\n` : formatDocument(document));
  return 0;
}

/** `NAME=FILE.npy`; both may hold "=", so the names are looked up in the model. */
async function readInputs(model: Model, given: readonly string[]): Promise<ReadonlyMap<string, NpyArray>> {
  const arrays = new Map<string, NpyArray>();
  for (const text of given) {
    const input = model.graph.inputs.find(({ name }) => text.startsWith(`${name}=`));
    if (input === undefined) {
      const names = model.graph.inputs.map(({ name }) => `"${name}"`).join(', ');
      throw new UserError(
        'badArgument',
        `--input is "${text}", but the model's inputs are ${names}: give NAME=FILE.npy.`,
      );
    }
    const file = text.slice(input.name.length + 1);
    const bytes = await readFile(file).catch((error: unknown) => {
      throw new UserError('fileNotFound', `${file} cannot be read: does it exist?`, { cause: error });
    });
    arrays.set(input.name, readNpyArray(bytes, path.basename(file)));
  }
  const missing = given.length > 0 ? model.graph.inputs.find(({ name }) => !arrays.has(name)) : undefined;
  if (missing !== undefined) {
    throw new UserError('badArgument', `A run needs every input: give --input ${missing.name}=FILE.npy too.`);
  }
  return arrays;
}

/** A class outside the output would silently have the derivative zero. */
function checkClasses(
  model: Model,
  inferred: InferredGraph,
  { output, classes }: GradientArguments,
  isBatchKnown: boolean,
): void {
  const { count } = findClassAxis(new KnownShapes(model, inferred), output);
  const outside = classes.find((index) => index >= count);
  if (outside !== undefined) {
    throw new UserError(
      'badArgument',
      `--class is ${outside}, but "${output}" has ${count} classes: 0 to ${count - 1}.`,
    );
  }
  const sizes = inferred.facts.get(output)?.shape;
  const batch = sizes && sizes.length > 1 ? sizes[0] : 1;
  const isFree = new KnownShapes(model, inferred).sizes(output)?.[0] === null;
  if (classes.length > 1 && batch !== classes.length && (isBatchKnown || !isFree)) {
    throw new UserError(
      'badArgument',
      `--class names ${classes.length} classes for a batch of ${batch}: give one for all items, or one for each.`,
    );
  }
}

async function compute(
  model: Model,
  { extension, gradients }: GradientExtension,
  feeds: ReadonlyMap<string, NpyArray>,
  inferencePath: string,
): Promise<readonly TensorValue[]> {
  const missing = await findMissingExternalData(model);
  if (missing.length > 0) {
    throw createExternalDataError(model, missing);
  }
  const client = new InferenceClient(inferencePath);
  try {
    const { path: file, sizeBytes, modifiedMs } = model;
    const handle = await client.loadModel({
      path: file,
      bytes: await emitThinModel(model, extension),
      stamp: { sizeBytes, modifiedMs },
      externalFiles: listExternalFiles(model),
    });
    const values = Object.fromEntries([...feeds].map(([name, array]) => [name, toFeed(model, name, array)]));
    const { outputs } = await client.run(handle, { feeds: values, fetches: gradients });
    return gradients.map((name) => outputs[name]);
  } finally {
    client.dispose();
  }
}

/** Real numbers are converted to what the input takes, whole numbers are not. */
function toFeed(model: Model, name: string, { data, shape }: NpyArray): TensorValue {
  const wanted = model.graph.inputs.find((input) => input.name === name)?.elementType;
  if (data instanceof Float64Array) {
    return wanted === 'float64'
      ? { elementType: 'float64', dims: shape, data }
      : { elementType: 'float32', dims: shape, data: Float32Array.from(data) };
  }
  if (data instanceof Float32Array) {
    return { elementType: 'float32', dims: shape, data };
  }
  if (data instanceof Uint8Array) {
    return { elementType: wanted === 'bool' ? 'bool' : 'uint8', dims: shape, data };
  }
  return { elementType: data instanceof BigInt64Array ? 'int64' : 'int32', dims: shape, data };
}

async function toDocument(
  options: GradientArguments,
  shapes: KnownShapes,
  gradient: GradientExtension,
  values: readonly TensorValue[] | null,
): Promise<GradientDocument> {
  const wrt: GradientDocument['wrt'][number][] = [];
  for (const [position, tensor] of options.wrt.entries()) {
    const value = values?.[position];
    const file = value && options.values !== null ? path.join(options.values, `gradient_${position}.npy`) : null;
    if (value !== undefined && file !== null) {
      await createFolder(path.dirname(file));
      await saveFile(file, writeNpy({ data: value.data as NpyArray['data'], shape: value.dims }));
    }
    wrt.push({ tensor, shape: value?.dims ?? shapes.sizes(tensor), file, gradient: gradient.gradients[position] });
  }
  const { output, classes, out } = options;
  return { schema: 1, output, classes, wrt, file: out, classInput: gradient.inputs.classes ?? '' };
}

function formatDocument({ output, classes, wrt, file }: GradientDocument): string {
  const lines = wrt.map(
    ({ tensor, shape, gradient, file: written }) =>
      `d ${output}[${classes.join(', ')}] / d ${tensor}  ${formatShape(shape)}  ${written ?? gradient}`,
  );
  return `${[...lines, ...(file === null ? [] : [`Saved ${file}`])].join('\n')}\n`;
}
