import type { InferenceClient, ModelHandle } from '../inference/inferenceClient';
import type { TensorValue } from '../inference/messages';
import { emitWholeModel } from '../onnx/emitModel';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { FeatureMatrix } from './featureMatrix';
import { storeRows } from './lossModel';

/** Products of stored rows X [N, D] by ONNX Runtime, in double precision whatever X is stored in. */
export interface RowProducts {
  /** X·Xᵀ [N, N]: N²·D multiply-adds, half of them for symmetry. `onProgress`: share that is done. */
  computeGram(onProgress?: (fraction: number) => void): Promise<Float64Array>;
  /** A·X [rows, D] for A [rows, N]. */
  combine(factors: Float64Array): Promise<Float64Array>;
  release(): Promise<void>;
}

const OPSET = 18;
/** Of one block in double precision: few blocks, and little memory beside the rows, which are mapped. */
const BLOCK_BYTES = 64e6;
/** Larger blocks of products would hold up others here. */
const MOST_BLOCK_ROWS = 512;

export async function openRowProducts(
  client: InferenceClient,
  matrix: FeatureMatrix,
  signal: AbortSignal | undefined,
): Promise<RowProducts> {
  const load = async <Product extends EmittedProduct>(product: Product): Promise<ProductSession<Product>> => {
    const source = { path: matrix.file, bytes: product.bytes, keepsOneCopy: true };
    return { client, matrix, signal, product, handle: await client.loadModel(source, { signal }) };
  };
  const gram = await load(emitGram(matrix));
  const combination = await load(emitCombination(matrix));
  return {
    computeGram: (onProgress) => computeGram(gram, onProgress),
    combine: (factors) => combine(combination, factors),
    release: async () => {
      await client.releaseModel(gram.handle);
      await client.releaseModel(combination.handle);
    },
  };
}

interface EmittedProduct {
  readonly bytes: Uint8Array;
  readonly product: string;
}

interface ProductSession<Product extends EmittedProduct> {
  readonly client: InferenceClient;
  readonly matrix: FeatureMatrix;
  readonly signal: AbortSignal | undefined;
  readonly product: Product;
  readonly handle: ModelHandle;
}

/** X[one]·X[other]ᵀ for two ranges of rows. */
function emitGram(matrix: FeatureMatrix) {
  const builder = new NodeBuilder(OPSET);
  const rows = storeRows(builder, matrix, { start: 0, end: matrix.rows });
  const [one, other] = ['one', 'other'].map((name) => emitBlock(builder, rows, name, 0));
  return { ...finish(builder, builder.multiplyTransposed(one.block, other.block)), one, other };
}

/** A·X[:, range]. */
function emitCombination(matrix: FeatureMatrix) {
  const builder = new NodeBuilder(OPSET);
  const rows = storeRows(builder, matrix, { start: 0, end: matrix.rows });
  const factors = builder.input('factors', 'float64', ['outputs', matrix.rows]);
  const columns = emitBlock(builder, rows, 'columns', 1);
  return { ...finish(builder, builder.add('MatMul', [factors, columns.block])), factors, columns };
}

/** Cut out first: only the block becomes doubles. */
function emitBlock(builder: NodeBuilder, rows: string, name: string, axis: number) {
  const start = builder.input(`${name}_start`, 'int64', [1]);
  const end = builder.input(`${name}_end`, 'int64', [1]);
  const block = builder.add('Slice', [rows, start, end, builder.int64([axis])]);
  return { start, end, block: builder.cast(block, 'float64') };
}

function finish(builder: NodeBuilder, value: string): EmittedProduct {
  const product = builder.output(builder.add('Identity', [value], {}, 'product'), 'float64');
  return { bytes: emitWholeModel(builder.finish(), OPSET), product };
}

async function computeGram(
  session: ProductSession<ReturnType<typeof emitGram>>,
  onProgress?: (fraction: number) => void,
): Promise<Float64Array> {
  const { product, matrix } = session;
  const size = matrix.rows;
  const perBlock = Math.max(1, Math.min(MOST_BLOCK_ROWS, Math.floor(BLOCK_BYTES / (8 * matrix.columns))));
  const gram = new Float64Array(size * size);
  for (let one = 0; one < size; one += perBlock) {
    const end = Math.min(one + perBlock, size);
    for (let other = 0; other < end; other += perBlock) {
      const width = Math.min(perBlock, size - other);
      const block = await run(session, {
        ...toRange(product.one, one, end),
        ...toRange(product.other, other, other + width),
      });
      block.forEach((value, index) => {
        const [row, column] = [one + Math.floor(index / width), other + (index % width)];
        gram[row * size + column] = gram[column * size + row] = value;
      });
    }
    onProgress?.((end / size) ** 2);
  }
  return gram;
}

async function combine(
  session: ProductSession<ReturnType<typeof emitCombination>>,
  factors: Float64Array,
): Promise<Float64Array> {
  const { product, matrix } = session;
  const outputs = factors.length / matrix.rows;
  const perBlock = Math.max(1, Math.floor(BLOCK_BYTES / (8 * matrix.rows)));
  const combined = new Float64Array(outputs * matrix.columns);
  const given = { elementType: 'float64', dims: [outputs, matrix.rows], data: factors } as const;
  for (let start = 0; start < matrix.columns; start += perBlock) {
    const end = Math.min(start + perBlock, matrix.columns);
    const block = await run(session, { ...toRange(product.columns, start, end), [product.factors]: given });
    for (let output = 0; output < outputs; output++) {
      const row = block.subarray(output * (end - start), (output + 1) * (end - start));
      combined.set(row, output * matrix.columns + start);
    }
  }
  return combined;
}

type Feeds = Readonly<Record<string, TensorValue>>;

function toRange(names: { readonly start: string; readonly end: string }, start: number, end: number): Feeds {
  const toInput = (value: number) =>
    ({ elementType: 'int64', dims: [1], data: BigInt64Array.of(BigInt(value)) }) as const;
  return { [names.start]: toInput(start), [names.end]: toInput(end) };
}

async function run(
  { client, handle, signal, product }: ProductSession<EmittedProduct>,
  feeds: Feeds,
): Promise<Float64Array> {
  const { outputs } = await client.run(handle, { feeds, fetches: [product.product], signal });
  return outputs[product.product].data as Float64Array;
}
