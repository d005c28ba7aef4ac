import * as ort from 'onnxruntime-node';

export interface Values {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
  readonly type?: 'float32' | 'float64' | 'int64' | 'float16';
}

export type RunModel = (feeds: Readonly<Record<string, Values>>) => Promise<Readonly<Record<string, Float64Array>>>;

/** Loads a model once to run it many times; every output as doubles. */
export async function loadModel(bytes: Uint8Array, level: 'all' | 'disabled' = 'all'): Promise<RunModel> {
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: level,
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  return async (feeds) => {
    const tensors = Object.entries(feeds).map(([name, value]) => [name, toTensor(value)] as const);
    const results = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(results).map(([name, { data }]) => [name, Float64Array.from(data as Float32Array, Number)]),
    );
  };
}

function toTensor({ type = 'float32', dims, data }: Values): ort.Tensor {
  switch (type) {
    case 'float64':
      return new ort.Tensor(type, Float64Array.from(data), dims);
    case 'int64':
      return new ort.Tensor(type, BigInt64Array.from(Array.from(data), BigInt), dims);
    case 'float16':
    case 'float32':
      return new ort.Tensor('float32', Float32Array.from(data), dims);
  }
}
