import * as ort from 'onnxruntime-node';
import { float16BitsToNumber, numberToFloat16Bits } from '../../../src/tensor/float16';

export interface Values {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
  readonly type?: 'float16' | 'float32' | 'float64' | 'int64';
}

type Feeds = Readonly<Record<string, Values>>;

export interface RunModel {
  /** Every output as doubles. */
  (feeds: Feeds): Promise<Readonly<Record<string, Float64Array>>>;
  shapes(feeds: Feeds): Promise<Readonly<Record<string, readonly number[]>>>;
}

/** Loads a model once to run it many times. */
export async function loadModel(bytes: Uint8Array, graphOptimizationLevel: 'basic' | 'all' = 'all'): Promise<RunModel> {
  const options = { intraOpNumThreads: 1, logSeverityLevel: 3, graphOptimizationLevel } as const;
  const session = await ort.InferenceSession.create(bytes, options);
  const run = (feeds: Feeds) =>
    session.run(Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, toTensor(value)])));
  return Object.assign(async (feeds: Feeds) => mapResults(await run(feeds), toDoubles), {
    shapes: async (feeds: Feeds) => mapResults(await run(feeds), ({ dims }) => dims),
  });
}

function mapResults<Result>(
  results: ort.InferenceSession.OnnxValueMapType,
  map: (tensor: ort.Tensor) => Result,
): Readonly<Record<string, Result>> {
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, map(tensor)]));
}

/** Half-precision numbers come as their bits. */
function toDoubles({ type, data }: ort.Tensor): Float64Array {
  return type === 'float16'
    ? Float64Array.from(data as Uint16Array, float16BitsToNumber)
    : Float64Array.from(data as Float32Array, Number);
}

function toTensor({ type = 'float32', dims, data }: Values): ort.Tensor {
  switch (type) {
    case 'float16':
      return new ort.Tensor(type, Uint16Array.from(data, numberToFloat16Bits), dims);
    case 'float64':
      return new ort.Tensor(type, Float64Array.from(data), dims);
    case 'int64':
      return new ort.Tensor(type, BigInt64Array.from(Array.from(data), BigInt), dims);
    case 'float32':
      return new ort.Tensor(type, Float32Array.from(data), dims);
  }
}
