import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-node';
import { detectHeads } from '../../../src/analysis/heads/detectHeads';
import type { HeadDescription } from '../../../src/analysis/heads/headDescription';
import type { HeadExtension, HeadExtensionOptions } from '../../../src/cam/headExtension';
import { createHeadExtension } from '../../../src/cam/headExtension';
import type { ImageEvidence, RunOutputs } from '../../../src/cam/readEvidence';
import { listFetches, readEvidence, toClassInput } from '../../../src/cam/readEvidence';
import { indexGraph } from '../../../src/graph/graphIndex';
import { inferShapes } from '../../../src/graph/inferShapes';
import type { Model } from '../../../src/graph/model';
import { emitExtensionBytes } from '../../../src/onnx/emitModel';
import { readModel } from '../../../src/onnx/readModel';
import type { Tensor } from '../../../src/tensor/tensor';

export interface Detected {
  readonly model: Model;
  readonly heads: readonly HeadDescription[];
}

export async function detect(modelPath: string, inputShape?: readonly number[]): Promise<Detected> {
  const model = await readModel(modelPath);
  const [input] = model.graph.inputs;
  const bound = inputShape === undefined ? {} : { [input.name]: inputShape };
  return { model, heads: detectHeads(model, indexGraph(model.graph), inferShapes(model, bound)) };
}

export interface Explained {
  readonly extension: HeadExtension;
  readonly outputs: RunOutputs;
  readonly evidence: readonly ImageEvidence[];
}

/** Detects the head, extends the model in memory, runs it and reads the evidence of every image of the batch. */
export async function explain(
  modelPath: string,
  input: Tensor,
  classes: readonly number[],
  options: HeadExtensionOptions = { topCount: 5 },
): Promise<Explained> {
  const { model, heads } = await detect(modelPath, input.shape);
  const extension = createHeadExtension(model, heads[0], options);
  const bytes = Buffer.concat([await readFile(modelPath), emitExtensionBytes(extension.extension)]);
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds: Record<string, ort.Tensor> = { [model.graph.inputs[0].name]: toInput(model, input) };
  if (extension.inputs.classes !== null) {
    feeds[extension.inputs.classes] = new ort.Tensor('int64', toClassInput(extension, classes), [classes.length]);
  }
  const outputs = (await session.run(feeds, [...listFetches(extension)])) as unknown as RunOutputs;
  await session.release();
  const isComplete = extension.outputs.weights !== null;
  return { extension, outputs, evidence: isComplete ? readEvidence(extension, outputs) : [] };
}

function toInput(model: Model, { data, shape }: Tensor): ort.Tensor {
  const isHalf = model.graph.inputs[0].elementType === 'float16';
  return isHalf
    ? new ort.Tensor('float16', Uint16Array.from(data, toHalf), [...shape])
    : new ort.Tensor('float32', data, [...shape]);
}

/** Bits of the nearest half-precision number below; enough for seeded inputs of moderate size. */
function toHalf(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0];
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

/** Every class of a head, to ask for all of its maps. */
export function countUp(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Largest |a − b| over the largest |b|. */
export function computeRelativeDifference(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let largest = 0;
  b.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(a[index] - value));
    largest = Math.max(largest, Math.abs(value));
  });
  return difference / largest;
}
