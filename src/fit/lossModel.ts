import path from 'node:path';
import { emitWholeModel } from '../onnx/emitModel';
import { NodeBuilder } from '../onnx/nodeBuilder';
import type { FeatureMatrix } from './featureMatrix';

/** Rows `start` to `end` (not included) of a matrix. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** What a model made here takes and gives; see `emitLossModel` and `emitScoreModel`. */
export interface LossModel {
  readonly bytes: Uint8Array;
  readonly weights: string;
  readonly bias: string;
  readonly losses: string;
  readonly weightGradient: string;
  readonly biasGradient: string;
}

/** scatter with a sum is an operator set 16 feature, the double LogSoftmax along one axis one of 13. */
const OPSET = 18;
/**
 * Rows that are evaluated together. A block of 512 × 1280 features stays in the cache between the two products that read
 * it: with 20 000 rows and 10 classes that is 2.6 times as fast as one product over all rows (measured).
 */
const BLOCK_ROWS = 512;

/**
 * Loss and gradient over stored rows X as ONNX: logits Z = X·Wᵀ + b, then
 *
 * - one class a row: losses −log softmax(Z)[y], residual R = softmax(Z) − onehot(y);
 * - indicators Y: losses Σ_k softplus(Z) − Y·Z, R = sigmoid(Z) − Y;
 *
 * and the derivatives of the sum of losses, Rᵀ·X and Σ_rows R.
 */
export function emitLossModel(matrix: FeatureMatrix, ranges: readonly RowRange[]): LossModel {
  const builder = new NodeBuilder(OPSET);
  const { weights, bias } = declareParameters(builder, matrix);
  const blocks = ranges.flatMap(splitRange).map((range) => emitBlock(builder, matrix, range, weights, bias));
  const result = (value: string, name: string) =>
    builder.output(builder.add('Identity', [value], {}, name), matrix.elementType);
  const total = (values: readonly string[]) => builder.sum(values) ?? '';
  const losses =
    blocks.length === 1
      ? blocks[0].losses
      : builder.concat(
          blocks.map((block) => block.losses),
          0,
        );
  const outputs = {
    losses: result(losses, 'losses'),
    weightGradient: result(total(blocks.map((block) => block.weightGradient)), 'weight_gradient'),
    biasGradient: result(total(blocks.map((block) => block.biasGradient)), 'bias_gradient'),
  };
  return { bytes: emitWholeModel(builder.finish(), OPSET), weights, bias, ...outputs };
}

export interface ScoreModel {
  readonly bytes: Uint8Array;
  readonly weights: string;
  readonly bias: string;
  /** [rows, K], or [rows, 1] for two classes with one row of weights. */
  readonly logits: string;
}

/** Logits of stored rows. */
export function emitScoreModel(matrix: FeatureMatrix, range: RowRange): ScoreModel {
  const builder = new NodeBuilder(OPSET);
  const { weights, bias } = declareParameters(builder, matrix);
  const rows = storeRows(builder, matrix, range);
  const product = multiply(builder, rows, weights, bias);
  const logits = builder.output(builder.add('Identity', [product], {}, 'logits'), matrix.elementType);
  return { bytes: emitWholeModel(builder.finish(), OPSET), weights, bias, logits };
}

function declareParameters(builder: NodeBuilder, { elementType, columns }: FeatureMatrix) {
  const weights = builder.input('weights', elementType, ['outputs', columns]);
  return { weights, bias: builder.input('bias', elementType, ['outputs']) };
}

function splitRange({ start, end }: RowRange): RowRange[] {
  const count = Math.ceil((end - start) / BLOCK_ROWS);
  return Array.from({ length: count }, (_, block) => {
    const from = start + block * BLOCK_ROWS;
    return { start: from, end: Math.min(from + BLOCK_ROWS, end) };
  });
}

function bytesPer({ elementType }: FeatureMatrix): number {
  return elementType === 'float64' ? 8 : 4;
}

/** Rows of features that lie in the matrix's file. */
export function storeRows(builder: NodeBuilder, matrix: FeatureMatrix, { start, end }: RowRange): string {
  const rowBytes = matrix.columns * bytesPer(matrix);
  return builder.stored(matrix.elementType, [end - start, matrix.columns], {
    location: path.basename(matrix.file),
    offset: start * rowBytes,
    length: (end - start) * rowBytes,
  });
}

function storeLabels(builder: NodeBuilder, matrix: FeatureMatrix, { start, end }: RowRange): string {
  const { rows, columns, classes, labels, elementType, file } = matrix;
  const isIndex = labels === 'index';
  const rowBytes = isIndex ? 8 : classes * bytesPer(matrix);
  return builder.stored(isIndex ? 'int64' : elementType, [end - start, isIndex ? 1 : classes], {
    location: path.basename(file),
    offset: rows * columns * bytesPer(matrix) + start * rowBytes,
    length: (end - start) * rowBytes,
  });
}

function multiply(builder: NodeBuilder, rows: string, weights: string, bias: string): string {
  return builder.add('Gemm', [rows, weights, bias], { transB: { type: 'int', value: 1 } });
}

interface EmittedBlock {
  /** [rows, 1]. */
  readonly losses: string;
  /** [outputs, columns]. */
  readonly weightGradient: string;
  /** [outputs]. */
  readonly biasGradient: string;
}

function emitBlock(
  builder: NodeBuilder,
  matrix: FeatureMatrix,
  range: RowRange,
  weights: string,
  bias: string,
): EmittedBlock {
  const rows = storeRows(builder, matrix, range);
  const labels = storeLabels(builder, matrix, range);
  const logits = multiply(builder, rows, weights, bias);
  const { losses, residual } =
    matrix.labels === 'index'
      ? emitSoftmax(builder, matrix, range, logits, labels)
      : emitSigmoid(builder, logits, labels);
  return {
    losses,
    weightGradient: builder.add('Gemm', [residual, rows], { transA: { type: 'int', value: 1 } }),
    biasGradient: builder.reduce('ReduceSum', residual, [0], false),
  };
}

/** The residual differs from the probabilities in one place a row: scattering −1 spares a matrix of ones and zeros. */
function emitSoftmax(builder: NodeBuilder, matrix: FeatureMatrix, range: RowRange, logits: string, labels: string) {
  const axis = { type: 'int', value: 1 } as const;
  const logarithms = builder.add('LogSoftmax', [logits], { axis });
  const picked = builder.add('GatherElements', [logarithms, labels], { axis });
  const count = range.end - range.start;
  const minusOne = builder.floats(new Float32Array(count).fill(-1), [count, 1], matrix.elementType);
  const residual = builder.add('ScatterElements', [builder.add('Exp', [logarithms]), labels, minusOne], {
    axis,
    reduction: { type: 'string', value: 'add' },
  });
  return { losses: builder.add('Neg', [picked]), residual };
}

function emitSigmoid(builder: NodeBuilder, logits: string, labels: string) {
  const losses = builder.add('Sub', [builder.add('Softplus', [logits]), builder.add('Mul', [labels, logits])]);
  const residual = builder.add('Sub', [builder.add('Sigmoid', [logits]), labels]);
  return { losses: builder.reduce('ReduceSum', losses, [1], true), residual };
}
