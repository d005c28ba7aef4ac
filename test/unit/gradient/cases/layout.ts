import { int, ints, text } from '../testGraph';
import type { CaseTable } from './caseTable';

export const layoutCases: CaseTable = {
  'Identity and Dropout': (random) => ({
    opset: random.pick(9, 12, 17),
    inputs: { x: [2, 3] },
    build: (graph, [x]) => [graph.add('Dropout', [graph.add('Identity', [x])])],
  }),
  'Cast to doubles and back': () => ({
    opset: 13,
    inputs: { x: [2, 3] },
    build: (graph, [x]) => {
      const doubles = graph.add('Cast', [x], { to: int(11) });
      const square = graph.add('Mul', [doubles, doubles]);
      return [graph.add('Cast', [square], { to: int(graph.elementType === 'float64' ? 11 : 1) })];
    },
  }),
  Reshape: (random) => ({
    opset: random.pick(9, 17),
    inputs: { x: [2, 3, 4] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => [graph.add('Reshape', [x, graph.list(...random.pick([0, 12], [-1, 4], [0, 2, -1, 2]))])],
  }),
  Flatten: (random) => ({
    opset: random.pick(9, 17),
    inputs: { x: [2, 3, 4] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => [graph.add('Flatten', [x], { axis: int(random.pick(0, 1, 2)) })],
  }),
  'Squeeze and Unsqueeze with attributes': () => ({
    opset: 11,
    inputs: { x: [2, 1, 4] },
    build: (graph, [x]) => {
      const wide = graph.add('Unsqueeze', [x], { axes: ints(0, 3) });
      return [graph.add('Squeeze', [wide], { axes: ints(0, 2) })];
    },
  }),
  'Squeeze and Unsqueeze with inputs': () => ({
    opset: 13,
    inputs: { x: [2, 1, 4] },
    isBatchFree: true,
    build: (graph, [x]) => {
      const wide = graph.add('Unsqueeze', [x, graph.list(-1)]);
      return [graph.add('Squeeze', [wide, graph.list(1)])];
    },
  }),
  Transpose: (random) => ({
    opset: random.pick(9, 17),
    inputs: { x: [2, 3, 4] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => {
      const permutation = random.pick([1, 2, 0], [2, 0, 1], [0, 2, 1]);
      return [graph.add('Transpose', [x], { perm: ints(...permutation) }), graph.add('Transpose', [x])];
    },
  }),
  Concat: (random) => ({
    opset: random.pick(9, 17),
    inputs: { x: [2, 3, 2], y: [2, 1, 2] },
    build: (graph, [x, y]) => [graph.add('Concat', [x, y, x], { axis: int(random.pick(1, -2)) })],
  }),
  'Concat of more and more, as in DenseNet': () => ({
    opset: 13,
    inputs: { x: [2, 2, 3] },
    isBatchFree: true,
    build: (graph, [x]) => {
      const one = graph.add('Concat', [x, graph.add('Tanh', [x])], { axis: int(1) });
      return [graph.add('Concat', [one, graph.add('Tanh', [one])], { axis: int(1) })];
    },
  }),
  'Split with an attribute': () => ({
    opset: 11,
    inputs: { x: [2, 5] },
    build: (graph, [x]) => graph.addAll('Split', [x], 3, { axis: int(1), split: ints(1, 2, 2) }).slice(0, 2),
  }),
  'Split with an input': () => ({
    opset: 13,
    inputs: { x: [2, 6] },
    isBatchFree: true,
    build: (graph, [x]) => graph.addAll('Split', [x, graph.list(1, 2, 3)], 3, { axis: int(1) }).slice(1, 2),
  }),
  'Split into equal parts': () => ({
    opset: 18,
    inputs: { x: [2, 6] },
    build: (graph, [x]) => graph.addAll('Split', [x], 3, { axis: int(-1), num_outputs: int(3) }),
  }),
  Expand: () => ({
    opset: 13,
    inputs: { x: [3, 1] },
    build: (graph, [x]) => [graph.add('Expand', [x, graph.list(2, 1, 4)])],
  }),
  Tile: (random) => ({
    opset: 13,
    inputs: { x: [2, 3] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => [graph.add('Tile', [x, graph.list(...random.pick([1, 2], [2, 1], [3, 2]))])],
  }),
  DepthToSpace: (random) => ({
    opset: 13,
    inputs: { x: [2, 8, 2, 3] },
    isBatchFree: random.pick(true, false),
    build: (graph, [x]) => [
      graph.add('DepthToSpace', [x], { blocksize: int(2), mode: text(random.pick('DCR', 'CRD')) }),
    ],
  }),
  SpaceToDepth: () => ({
    opset: 13,
    inputs: { x: [2, 2, 4, 6] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('SpaceToDepth', [x], { blocksize: int(2) })],
  }),
  CumSum: (random) => ({
    opset: 14,
    inputs: { x: [2, 5] },
    build: (graph, [x]) => {
      const attributes = { exclusive: int(random.pick(0, 1)), reverse: int(random.pick(0, 1)) };
      return [graph.add('CumSum', [x, graph.int64([], [1])], attributes)];
    },
  }),
  Trilu: (random) => ({
    opset: 14,
    inputs: { x: [4, 4] },
    build: (graph, [x]) => [graph.add('Trilu', [x, graph.int64([], [1])], { upper: int(random.pick(0, 1)) })],
  }),
};
