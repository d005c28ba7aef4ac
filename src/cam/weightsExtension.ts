import type { HeadDescription } from '../analysis/heads/headDescription';
import type { Model } from '../graph/model';
import type { GraphExtension } from '../onnx/graphExtension';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { WeightMatrix } from '../protocol/headWeights';
import { emitWeightMatrix, type EmittedMatrix } from './weightMatrix';

/** Steps of the power iteration that one run makes. */
export const STEPS_PER_RUN = 25;
/** Keeps divisions by the norm of an all-zero row finite. */
const TINY = 1e-30;

/** Nodes that measure a weight matrix where it is, in the inference process: however large it is, little leaves it. */
export interface WeightsExtension<Name extends string> {
  readonly extension: GraphExtension;
  readonly shape: WeightMatrix;
  /** Inputs to be fed, and outputs, all float32 (the input `row` int64), by what they are. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<Name, string>>;
}

export type StatisticName =
  'matrix' | 'rowNorms' | 'rowSums' | 'summedNorms' | 'columnNorms' | 'columnPeaks' | 'columnUses';

/**
 * Norms of rows and columns. The matrix itself, [rows, columns] with positions added up, is an output too when it takes
 * no more than `limitBytes`; its name is '' otherwise.
 */
export function createStatisticsExtension(
  model: Model,
  head: HeadDescription,
  layer: number | null,
  limitBytes: number,
): WeightsExtension<StatisticName> {
  const builder = createBuilder(model);
  const emitted = emitWeightMatrix(builder, head, layer);
  const { value, rows, columns } = emitted;
  const output = (name: string) => builder.output(builder.add('Identity', [name]), 'float32');
  const summed = emitSum(builder, emitted);
  const peaks = emitPeaks(builder, emitted);
  const rowPeaks = builder.add('Max', [builder.reduce('ReduceMax', peaks, [1], true), builder.float32(TINY)]);
  const uses = builder.reduce('ReduceMax', builder.add('Div', [peaks, rowPeaks]), [0], false);
  const outputs = {
    matrix: 4 * rows * columns <= limitBytes ? output(summed) : '',
    rowNorms: output(builder.reduce('ReduceL2', value, [1, 2], false)),
    rowSums: output(builder.reduce('ReduceL1', value, [1, 2], false)),
    summedNorms: output(builder.reduce('ReduceL2', summed, [1], false)),
    columnNorms: output(builder.reduce('ReduceL2', value, [0, 2], false)),
    columnPeaks: output(builder.reduce('ReduceMax', peaks, [0], false)),
    columnUses: output(uses),
  };
  return { extension: builder.finish(), shape: emitted, inputs: {}, outputs };
}

/**
 * Power iteration for the largest singular value: u ← W(Wᵀu)/‖W(Wᵀu)‖, σ = ‖Wᵀu‖ (Golub and Van Loan, Matrix
 * Computations, ch. 7.3). The same for the matrix with positions added up, where there are positions.
 */
export function createIterationExtension(
  model: Model,
  head: HeadDescription,
  layer: number | null,
): WeightsExtension<'vector' | 'value' | 'summedVector' | 'summedValue'> {
  const builder = createBuilder(model);
  const emitted = emitWeightMatrix(builder, head, layer);
  const { rows, columns, height, width, value } = emitted;
  const start = builder.input('start', 'float32', [1, rows]);
  const whole = emitIteration(builder, builder.reshape(value, [rows, columns * height * width]), start);
  const summedStart = builder.input('summed_start', 'float32', [1, rows]);
  const summed = emitIteration(builder, emitSum(builder, emitted), summedStart);
  const output = (name: string) => builder.output(name, 'float32');
  const outputs = {
    vector: output(whole.vector),
    value: output(whole.value),
    summedVector: output(summed.vector),
    summedValue: output(summed.value),
  };
  return { extension: builder.finish(), shape: emitted, inputs: { start, summedStart }, outputs };
}

/** One row and its inner products with all rows; divided by both norms they are cosines. */
export function createRowExtension(
  model: Model,
  head: HeadDescription,
  layer: number | null,
): WeightsExtension<'row' | 'products' | 'norms'> {
  const builder = createBuilder(model);
  const emitted = emitWeightMatrix(builder, head, layer);
  const { rows, value } = emitted;
  const input = builder.input('row', 'int64', [1]);
  const matrix = builder.reshape(value, [rows, -1]);
  const row = builder.gather(matrix, input);
  const products = builder.add('MatMul', [matrix, builder.reshape(row, [-1, 1])]);
  const output = (name: string) => builder.output(builder.add('Identity', [name]), 'float32');
  const outputs = {
    row: output(row),
    products: output(builder.reshape(products, [rows])),
    norms: output(builder.reduce('ReduceL2', matrix, [1], false)),
  };
  return { extension: builder.finish(), shape: emitted, inputs: { row: input }, outputs };
}

function createBuilder(model: Model): NodeBuilder {
  return new NodeBuilder(model.opsets.get('') ?? 1);
}

/** [rows, columns]: what one weight for each channel would be. */
function emitSum(builder: NodeBuilder, { value, rows, columns, height, width }: EmittedMatrix): string {
  return height * width === 1
    ? builder.reshape(value, [rows, columns])
    : builder.reduce('ReduceSum', value, [2], false);
}

/** [rows, columns]: largest |w| over the positions. */
function emitPeaks(builder: NodeBuilder, { value }: EmittedMatrix): string {
  const most = builder.reduce('ReduceMax', value, [2], false);
  const least = builder.reduce('ReduceMin', value, [2], false);
  return builder.add('Max', [most, builder.add('Neg', [least])]);
}

function emitIteration(
  builder: NodeBuilder,
  matrix: string,
  start: string,
): { readonly vector: string; readonly value: string } {
  let vector = start;
  let value = '';
  for (let step = 0; step < STEPS_PER_RUN; step++) {
    const along = builder.add('MatMul', [vector, matrix]);
    value = builder.reduce('ReduceL2', along, [0, 1], false);
    const back = builder.reshape(builder.add('MatMul', [matrix, builder.reshape(along, [-1, 1])]), [1, -1]);
    const norm = builder.add('Max', [builder.reduce('ReduceL2', back, [0, 1], true), builder.float32(TINY)]);
    vector = builder.add('Div', [back, norm]);
  }
  return { vector, value };
}
