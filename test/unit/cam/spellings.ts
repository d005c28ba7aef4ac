import type { HeadKind } from '../../../src/protocol/modelReport';
import { ModelBuilder } from './modelBuilder';

/** A way to write a head, and what must be found in it. The trunk gives 8 channels on a 4×6 map. */
export interface Spelling {
  readonly name: string;
  readonly kind: HeadKind;
  /** Words of the reason when the map is not exact (or the kind has no name of its own). */
  readonly reason?: RegExp;
  /** 5 when left out; null when the output has none. */
  readonly classes?: number | null;
  /** Channels, height, width; null when there is no map. */
  readonly map?: readonly [number, number, number] | null;
  readonly exact?: boolean;
  readonly inputShape?: readonly number[];
  build(): ModelBuilder;
}

export const IMAGE = [1, 3, 8, 12];
export const CHANNELS = 8;
export const CELLS = 24;

/** A model with the trunk, whose head is written by `write` from the feature map to the output. */
export function model(write: (builder: ModelBuilder, map: string) => string, opset = 17, batch: number | string = 1) {
  return (): ModelBuilder => {
    const builder = new ModelBuilder(opset);
    builder.input([batch, ...IMAGE.slice(1)]);
    builder.output(write(builder, builder.trunk(CHANNELS)));
    return builder;
  };
}

/** Global average pooling and flatten, [N, 8]. */
export function pool(b: ModelBuilder, map: string): string {
  return b.node('Flatten', [b.node('GlobalAveragePool', [map])]);
}

export function flatten(b: ModelBuilder, map: string): string {
  return b.node('Flatten', [map]);
}

const toNhwc = (b: ModelBuilder, map: string) => b.node('Transpose', [map], { perm: [0, 2, 3, 1] });

export const EXACT_SPELLINGS: readonly Spelling[] = [
  {
    name: 'ReduceMean with an axes attribute and kept axes, Squeeze, Gemm with an untransposed matrix',
    kind: 'gap-linear',
    build: model((b, map) => {
      const mean = b.node('ReduceMean', [map], { axes: [2, 3], keepdims: 1 });
      const vector = b.node('Squeeze', [mean, b.int64([2, 3])]);
      return b.node('Gemm', [vector, b.weight([CHANNELS, 5]), b.weight([5])], { alpha: 0.5, beta: 2 });
    }, 13),
  },
  {
    name: 'ReduceMean with negative axes as an input, without kept axes',
    kind: 'gap-linear',
    build: model((b, map) => b.gemm(b.node('ReduceMean', [map, b.int64([-2, -1])], { keepdims: 0 }), CHANNELS, 5), 18),
  },
  {
    name: 'a mean over columns and then over rows',
    kind: 'gap-linear',
    build: model((b, map) => {
      const rows = b.node('ReduceMean', [map], { axes: [3], keepdims: 0 });
      return b.gemm(b.node('ReduceMean', [rows], { axes: [2], keepdims: 0 }), CHANNELS, 5);
    }),
  },
  {
    name: 'a sum over positions divided by their number, MatMul and Add',
    kind: 'gap-linear',
    build: model((b, map) => {
      const sum = b.node('ReduceSum', [map, b.int64([2, 3])], { keepdims: 0 });
      const mean = b.node('Div', [sum, b.values([], [CELLS])]);
      return b.node('Add', [b.node('MatMul', [mean, b.weight([CHANNELS, 5])]), b.weight([5])]);
    }),
  },
  {
    name: 'a matrix on the left of a transposed vector',
    kind: 'gap-linear',
    build: model((b, map) => {
      const column = b.node('Transpose', [pool(b, map)], { perm: [1, 0] });
      const product = b.node('MatMul', [b.weight([5, CHANNELS]), column]);
      return b.node('Add', [b.node('Transpose', [product], { perm: [1, 0] }), b.weight([1, 5])]);
    }),
  },
  {
    name: 'Gemm with a transposed left operand',
    kind: 'gap-linear',
    build: model((b, map) => {
      const column = b.node('Transpose', [pool(b, map)], { perm: [1, 0] });
      return b.node('Gemm', [column, b.weight([CHANNELS, 5]), b.weight([5])], { transA: 1 });
    }),
  },
  {
    name: 'an Einsum classifier',
    kind: 'gap-linear',
    build: model((b, map) => b.node('Einsum', [pool(b, map), b.weight([5, CHANNELS])], { equation: 'bc, kc -> bk' })),
  },
  {
    name: 'Dropout, Identity, Cast and reshapes everywhere, and a softmax with a temperature',
    kind: 'gap-linear',
    build: model((b, map) => {
      const kept = b.node('Dropout', [map], {}, { outputs: 2 });
      const mean = b.node('Identity', [b.node('GlobalAveragePool', [kept])]);
      const vector = b.node('Reshape', [b.node('Cast', [mean], { to: 1 }), b.int64([-1, CHANNELS])]);
      const logits = b.gemm(b.node('Dropout', [vector]), CHANNELS, 5);
      return b.node('Softmax', [b.node('Mul', [logits, b.values([], [0.25])])]);
    }),
  },
  {
    name: 'batch normalisation after the classifier, and a rectifier on the logits',
    kind: 'gap-linear',
    build: model((b, map) => {
      const logits = b.gemm(pool(b, map), CHANNELS, 5);
      const statistics = [b.weight([5], 1), b.weight([5]), b.weight([5]), b.weight([5], 0.3, 1)];
      return b.node('Relu', [b.node('BatchNormalization', [logits, ...statistics])]);
    }),
  },
  {
    name: 'scale, shift and reversed subtraction around the classifier',
    kind: 'gap-linear',
    build: model((b, map) => {
      const scaled = b.node('Mul', [b.weight([CHANNELS]), pool(b, map)]);
      const shifted = b.node('Sub', [scaled, b.weight([1])]);
      const logits = b.gemm(b.node('Div', [shifted, b.weight([CHANNELS], 0.5, 2)]), CHANNELS, 5);
      return b.node('Sub', [b.weight([5]), b.node('Neg', [logits])]);
    }),
  },
  {
    name: 'channels last: mean over the first two of three axes',
    kind: 'gap-linear',
    build: model((b, map) => {
      const mean = b.node('ReduceMean', [toNhwc(b, map)], { axes: [1, 2], keepdims: 0 });
      return b.node('MatMul', [mean, b.weight([CHANNELS, 5])]);
    }),
  },
  {
    name: 'a channels-last map made by a matrix product',
    kind: 'gap-linear',
    map: [6, 4, 6],
    build: model((b, map) => {
      const mixed = b.node('Tanh', [b.node('MatMul', [toNhwc(b, map), b.weight([CHANNELS, 6])])]);
      return b.gemm(b.node('ReduceMean', [mixed], { axes: [1, 2], keepdims: 0 }), 6, 5);
    }),
  },
  {
    name: 'several dropped-out classifiers, averaged',
    kind: 'gap-linear',
    build: model((b, map) => {
      const vector = pool(b, map);
      const weights = [b.weight([5, CHANNELS]), b.weight([5])];
      const each = () => b.node('Gemm', [b.node('Dropout', [vector]), ...weights], { transB: 1 });
      return b.node('Mean', [each(), each(), each()]);
    }),
  },
  {
    name: 'a probability and its logits as two outputs, with the class on top',
    kind: 'gap-linear',
    build: () => {
      const b = new ModelBuilder();
      b.input(IMAGE);
      const logits = b.gemm(pool(b, b.trunk(CHANNELS)), CHANNELS, 5, 'logits');
      b.output(b.node('ArgMax', [logits], { axis: 1 }), 'int64');
      b.output(logits);
      b.output(b.node('Sigmoid', [logits]));
      return b;
    },
  },
  {
    name: 'one-dimensional signals',
    kind: 'gap-linear',
    inputShape: [1, 3, 10],
    map: [CHANNELS, 1, 10],
    build: () => {
      const b = new ModelBuilder();
      b.input([1, 3, 10]);
      const map = b.node('Relu', [b.node('Conv', ['input', b.weight([CHANNELS, 3, 3])], { pads: [1, 1] })]);
      b.output(b.gemm(pool(b, map), CHANNELS, 5));
      return b;
    },
  },
  {
    name: 'a regression of one value with a rectifier',
    kind: 'gap-linear',
    classes: 1,
    build: model((b, map) => {
      const value = b.node('Gemm', [pool(b, map), b.weight([1, CHANNELS]), b.values([1], [3])], { transB: 1 });
      return b.node('Squeeze', [b.node('Relu', [value]), b.int64([1])]);
    }),
  },
  {
    name: 'channels last before flattening',
    kind: 'flatten-fc',
    build: model((b, map) => b.gemm(b.node('Flatten', [toNhwc(b, map)]), CHANNELS * CELLS, 5)),
  },
  {
    name: 'batch normalisation between flattening and a matrix stored inputs first',
    kind: 'flatten-fc',
    build: model((b, map) => {
      const size = [CHANNELS * CELLS];
      const statistics = [b.weight(size, 1), b.weight(size), b.weight(size), b.weight(size, 0.3, 1)];
      const vector = b.node('BatchNormalization', [flatten(b, map), ...statistics]);
      return b.node('Gemm', [vector, b.weight([CHANNELS * CELLS, 5]), b.weight([5])]);
    }),
  },
  {
    name: 'a convolution as large as the map',
    kind: 'flatten-fc',
    build: model((b, map) => {
      const logits = b.node('Conv', [map, b.weight([5, CHANNELS, 4, 6]), b.weight([5])]);
      return b.node('Reshape', [logits, b.int64([0, -1])]);
    }),
  },
  {
    name: 'fully convolutional layers with a rectifier and a Clip between',
    kind: 'flatten-mlp',
    build: model((b, map) => {
      const first = b.node('Relu', [b.node('Conv', [map, b.weight([9, CHANNELS, 4, 6]), b.weight([9])])]);
      const second = b.node('Clip', [b.conv(first, 9, 7, 1), b.values([], [-4]), b.values([], [2])]);
      return b.node('Flatten', [b.conv(second, 7, 5, 1)]);
    }),
  },
  {
    name: 'matrices stored inputs first, LeakyRelu and PRelu between',
    kind: 'flatten-mlp',
    build: model((b, map) => {
      const first = b.node('Gemm', [flatten(b, map), b.weight([CHANNELS * CELLS, 9]), b.weight([9])]);
      const leaky = b.node('LeakyRelu', [first], { alpha: 0.3 });
      const second = b.node('Add', [b.node('MatMul', [leaky, b.weight([9, 7])]), b.weight([7])]);
      const bent = b.node('PRelu', [second, b.weight([7], 0.5)]);
      return b.node('MatMul', [bent, b.weight([7, 5])]);
    }),
  },
  {
    name: 'a two-layer head with HardSigmoid, which is piecewise affine',
    kind: 'gap-mlp',
    build: model((b, map) => {
      const hidden = b.node('HardSigmoid', [b.gemm(pool(b, map), CHANNELS, 9)], { alpha: 0.7, beta: 0.4 });
      return b.gemm(hidden, 9, 5);
    }),
  },
  {
    name: 'a two-layer head with a maximum against a constant, and a skip connection',
    kind: 'gap-mlp',
    build: model((b, map) => {
      const vector = pool(b, map);
      const hidden = b.node('Max', [b.gemm(vector, CHANNELS, CHANNELS), b.values([], [-0.1])]);
      return b.gemm(b.node('Add', [vector, hidden]), CHANNELS, 5);
    }),
  },
  {
    name: 'a 1×1 convolution of class maps, averaged by a full window',
    kind: 'linear-gap',
    build: model((b, map) => {
      const maps = b.conv(map, CHANNELS, 5, 1);
      return b.node('Flatten', [b.node('AveragePool', [maps], { kernel_shape: [4, 6] })]);
    }),
  },
  {
    name: 'class maps with batch normalisation, LeakyRelu and a scale after the pool',
    kind: 'linear-gap',
    build: model((b, map) => {
      const statistics = [b.weight([5], 1), b.weight([5]), b.weight([5]), b.weight([5], 0.3, 1)];
      const normal = b.node('BatchNormalization', [b.conv(map, CHANNELS, 5, 1), ...statistics]);
      const maps = b.node('LeakyRelu', [normal], { alpha: 0.2 });
      return b.node('Add', [b.node('Mul', [pool(b, maps), b.values([], [3])]), b.weight([5])]);
    }),
  },
  {
    name: 'class maps of a 3×3 convolution',
    kind: 'linear-gap',
    build: model((b, map) => pool(b, b.node('Relu', [b.conv(map, CHANNELS, 5, 3, [1, 1, 1, 1])]))),
  },
  {
    name: 'class maps summed and divided by the number of positions',
    kind: 'linear-gap',
    build: model((b, map) => {
      const sum = b.node('ReduceSum', [b.conv(map, CHANNELS, 5, 1), b.int64([2, 3])], { keepdims: 0 });
      return b.node('Mul', [sum, b.values([], [1 / CELLS])]);
    }),
  },
  {
    name: 'channels-last class maps made by a matrix product',
    kind: 'linear-gap',
    build: model((b, map) => {
      const mixed = b.node('Tanh', [b.node('MatMul', [toNhwc(b, map), b.weight([CHANNELS, CHANNELS])])]);
      const maps = b.node('Add', [b.node('MatMul', [mixed, b.weight([CHANNELS, 5])]), b.weight([5])]);
      return b.node('ReduceMean', [b.node('Relu', [maps])], { axes: [1, 2], keepdims: 0 });
    }),
  },
  {
    name: 'a density map summed over everything but the batch',
    kind: 'density-sum',
    classes: 1,
    build: model((b, map) => {
      const density = b.node('Relu', [b.conv(map, CHANNELS, 1, 1)]);
      return b.node('ReduceSum', [density, b.int64([1, 2, 3])], { keepdims: 0 });
    }),
  },
];
