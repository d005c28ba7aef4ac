import { ModelBuilder } from './modelBuilder';
import type { Spelling } from './spellings';
import { CELLS, CHANNELS, flatten, model, pool } from './spellings';

/** Several readings of one map, tokens, and everything at which exactness ends. */
export const RARE_SPELLINGS: readonly Spelling[] = [
  {
    name: 'average and maximum added in equal parts',
    kind: 'gap-gmp-linear',
    build: model((b, map) => {
      const both = b.node('Add', [b.node('GlobalAveragePool', [map]), b.node('GlobalMaxPool', [map])]);
      return b.gemm(b.node('Mul', [b.node('Flatten', [both]), b.values([], [0.5])]), CHANNELS, 5);
    }),
  },
  {
    name: 'maximum before average, through different reshapes',
    kind: 'gap-gmp-linear',
    build: model((b, map) => {
      const rows = b.node('Reshape', [map, b.int64([0, CHANNELS, -1])]);
      const maximum = b.node('ReduceMax', [rows], { axes: [2], keepdims: 0 });
      return b.gemm(b.node('Concat', [maximum, pool(b, map)], { axis: 1 }), 2 * CHANNELS, 5);
    }),
  },
  {
    name: 'maximum pooling alone',
    kind: 'other',
    exact: true,
    reason: /maximum/,
    build: model((b, map) => b.gemm(b.node('Flatten', [b.node('GlobalMaxPool', [map])]), CHANNELS, 5)),
  },
  {
    name: 'average and flattened features side by side',
    kind: 'other',
    exact: true,
    reason: /several ways/,
    build: model((b, map) => {
      const joined = b.node('Concat', [pool(b, map), flatten(b, map)], { axis: 1 });
      return b.gemm(joined, CHANNELS + CHANNELS * CELLS, 5);
    }),
  },
  {
    name: 'tokens averaged',
    kind: 'token-gap-linear',
    build: model((b, map) => {
      const flat = b.node('Reshape', [map, b.int64([0, CHANNELS, -1])]);
      const tokens = b.node('Transpose', [flat], { perm: [0, 2, 1] });
      const mixed = b.node('Tanh', [b.node('MatMul', [tokens, b.weight([CHANNELS, CHANNELS])])]);
      return b.gemm(b.node('ReduceMean', [mixed], { axes: [1], keepdims: 0 }), CHANNELS, 5);
    }),
  },
  {
    name: 'tokens transposed before a pool over the last axis',
    kind: 'token-gap-linear',
    build: model((b, map) => {
      const flat = b.node('Reshape', [map, b.int64([0, CHANNELS, -1])]);
      const tokens = b.node('Transpose', [flat], { perm: [0, 2, 1] });
      const normal = b.node('LayerNormalization', [tokens, b.weight([CHANNELS]), b.weight([CHANNELS])]);
      return b.gemm(pool(b, b.node('Transpose', [normal], { perm: [0, 2, 1] })), CHANNELS, 5);
    }),
  },
  {
    name: 'tokens flattened',
    kind: 'flatten-fc',
    build: model((b, map) => {
      const flat = b.node('Reshape', [map, b.int64([0, CHANNELS, -1])]);
      const tokens = b.node('Transpose', [flat], { perm: [0, 2, 1] });
      const mixed = b.node('Tanh', [b.node('MatMul', [tokens, b.weight([CHANNELS, CHANNELS])])]);
      return b.gemm(flatten(b, mixed), CHANNELS * CELLS, 5);
    }),
  },
  {
    name: 'a power mean with exponent 1, which is the mean',
    kind: 'gap-linear',
    build: model((b, map) => {
      const powers = b.node('GlobalAveragePool', [b.node('Pow', [map, b.values([1], [1])])]);
      return b.gemm(b.node('Flatten', [b.node('Pow', [powers, b.values([1], [1])])]), CHANNELS, 5);
    }),
  },
  {
    name: 'a power mean with exponent 3',
    kind: 'other',
    reason: /GeM/,
    build: model((b, map) => {
      const clipped = b.node('Clip', [map, b.values([], [1e-6])]);
      const powers = b.node('GlobalAveragePool', [b.node('Pow', [clipped, b.values([1], [3])])]);
      return b.gemm(b.node('Flatten', [b.node('Pow', [powers, b.values([1], [1 / 3])])]), CHANNELS, 5);
    }),
  },
  {
    name: 'a layer normalisation between pool and classifier',
    kind: 'gap-linear',
    reason: /LayerNormalization/,
    build: model((b, map) => {
      const normal = b.node('LayerNormalization', [pool(b, map), b.weight([CHANNELS]), b.weight([CHANNELS])]);
      return b.gemm(normal, CHANNELS, 5);
    }),
  },
  {
    name: 'a two-layer head with tanh',
    kind: 'gap-mlp',
    reason: /Tanh/,
    build: model((b, map) => b.gemm(b.node('Tanh', [b.gemm(pool(b, map), CHANNELS, 9)]), 9, 5)),
  },
  {
    name: 'a two-layer head with GELU written out',
    kind: 'flatten-mlp',
    reason: /not piecewise affine/,
    build: model((b, map) => {
      const hidden = b.gemm(flatten(b, map), CHANNELS * CELLS, 9);
      const half = b.node('Mul', [hidden, b.values([], [0.5])]);
      const gate = b.node('Erf', [b.node('Div', [hidden, b.values([], [Math.SQRT2])])]);
      return b.gemm(b.node('Mul', [half, b.node('Add', [gate, b.values([], [1])])]), 9, 5);
    }),
  },
  {
    name: 'numbers of another input added to the scores',
    kind: 'other',
    reason: /depend on the model's inputs past the feature map/,
    map: null,
    build: model((b, map) => b.node('Add', [b.gemm(pool(b, map), CHANNELS, 5), b.input([1, 5], 'float32', 'offsets')])),
  },
  {
    name: 'two feature maps pooled apart',
    kind: 'other',
    reason: /several feature maps/,
    map: null,
    build: model((b, map) => {
      const deeper = b.node('Relu', [b.conv(map, CHANNELS, 6, 3, [1, 1, 1, 1])]);
      const joined = b.node('Concat', [pool(b, map), pool(b, b.conv(deeper, 6, 6, 2))], { axis: 1 });
      return b.gemm(joined, CHANNELS + 6, 5);
    }),
  },
  {
    name: 'a class token',
    kind: 'none',
    reason: /class token/,
    build: model((b, map) => {
      const flat = b.node('Reshape', [map, b.int64([0, CHANNELS, -1])]);
      const tokens = b.node('Transpose', [flat], { perm: [0, 2, 1] });
      const mixed = b.node('Tanh', [b.node('MatMul', [tokens, b.weight([CHANNELS, CHANNELS])])]);
      return b.gemm(b.node('Gather', [mixed, b.int64([0], [])], { axis: 1 }), CHANNELS, 5);
    }),
  },
  {
    name: 'pooled features without a classifier',
    kind: 'none',
    reason: /no linear layer/,
    classes: CHANNELS,
    build: model((b, map) => pool(b, b.node('Add', [map, b.node('Sigmoid', [map])]))),
  },
  {
    name: 'vectors only',
    kind: 'none',
    reason: /nothing to locate/,
    inputShape: [1, 20],
    map: null,
    build: () => {
      const b = new ModelBuilder();
      b.input([1, 20]);
      b.output(b.gemm(b.node('Relu', [b.gemm('input', 20, 9)]), 9, 5));
      return b;
    },
  },
  {
    name: 'an operator of unknown shape in the trunk',
    kind: 'none',
    reason: /^Strange \("strange_\d+"\) is an operator whose shapes .*other input sizes cannot change that/,
    map: null,
    build: model((b, map) => {
      const strange = b.node('Strange', [map], {}, { domain: 'example' });
      return b.node('Reshape', [b.gemm(pool(b, strange), CHANNELS, 5), b.int64([1, 5])]);
    }),
  },
  {
    name: 'positions whose number only a run can tell',
    kind: 'none',
    reason: /^The shape of what NonZero \("nonzero_\d+"\) makes .* a run that measures the shapes can tell it/,
    classes: null,
    map: null,
    build: model((b, map) => {
      const found = b.node('Cast', [b.node('NonZero', [map])], { to: 1 });
      return b.node('MatMul', [found, found]);
    }),
  },
  {
    name: 'channels and positions summed at once',
    kind: 'other',
    reason: /does not tell which of its axes holds the channels/,
    classes: 1,
    build: model((b, map) => b.node('ReduceSum', [map], { keepdims: 0 })),
  },
  {
    name: 'an output that nothing fed reaches',
    kind: 'none',
    reason: /does not depend on what is fed/,
    classes: null,
    map: null,
    build: model((b) => b.node('Relu', [b.weight([1, 5])])),
  },
  {
    name: 'boxes of a detector',
    kind: 'none',
    reason: /one score per position/,
    classes: null,
    map: null,
    build: model((b, map) => {
      const flat = b.node('Reshape', [b.node('Sigmoid', [map]), b.int64([0, CHANNELS, -1])]);
      return b.node('Transpose', [flat], { perm: [0, 2, 1] });
    }),
  },
];
