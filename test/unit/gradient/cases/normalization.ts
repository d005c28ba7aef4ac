import { float, int, ints } from '../testGraph';
import type { CaseTable } from './caseTable';

export const normalizationCases: CaseTable = {
  BatchNormalization: (random) => ({
    opset: random.pick(9, 14, 15),
    inputs: { x: random.pick([2, 3], [2, 3, 4], [2, 3, 2, 2]) },
    isBatchFree: true,
    build: (graph, [x]) => {
      const parameters = [graph.weight([3]), graph.weight([3]), graph.weight([3]), graph.weight([3], 1.5)];
      return [graph.add('BatchNormalization', [x, ...parameters], { epsilon: float(0.01) })];
    },
  }),
  InstanceNormalization: () => ({
    opset: 13,
    inputs: { x: [2, 3, 2, 3] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('InstanceNormalization', [x, graph.weight([3]), graph.weight([3])])],
  }),
  LayerNormalization: (random) => {
    const axis = random.pick(-1, 1, 2);
    const sizes = axis === 1 ? [3, 4] : [4];
    return {
      opset: 17,
      inputs: { x: [2, 3, 4] },
      isBatchFree: true,
      build: (graph, [x]) => [
        graph.add('LayerNormalization', [x, graph.weight(sizes), graph.weight(sizes)], { axis: int(axis) }),
      ],
    };
  },
  'LayerNormalization as written out by exporters': () => ({
    opset: 13,
    inputs: { x: [2, 5] },
    isBatchFree: true,
    build: (graph, [x]) => {
      const mean = graph.add('ReduceMean', [x], { axes: ints(-1) });
      const centred = graph.add('Sub', [x, mean]);
      const variance = graph.add('ReduceMean', [graph.add('Pow', [centred, graph.scalar(2)])], { axes: ints(-1) });
      const deviation = graph.add('Sqrt', [graph.add('Add', [variance, graph.scalar(0.01)])]);
      return [graph.add('Mul', [graph.add('Div', [centred, deviation]), graph.weight([5])])];
    },
  }),
  GroupNormalization: (random) => {
    const opset = random.pick(18, 21);
    return {
      opset,
      isSingleOnly: true,
      inputs: { x: [2, 4, 3] },
      isBatchFree: true,
      build: (graph, [x]) => {
        const count = opset >= 21 ? 4 : 2;
        const parameters = [graph.weight([count]), graph.weight([count])];
        return [graph.add('GroupNormalization', [x, ...parameters], { num_groups: int(2) })];
      },
    };
  },
  MeanVarianceNormalization: () => ({
    isSingleOnly: true,
    opset: 13,
    inputs: { x: [2, 2, 2, 2] },
    build: (graph, [x]) => [graph.add('MeanVarianceNormalization', [x])],
  }),
  LpNormalization: (random) => ({
    opset: 13,
    inputs: { x: [2, 4] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('LpNormalization', [x], { p: int(random.pick(1, 2)), axis: int(-1) })],
  }),
  RMSNormalization: () => ({
    opset: 23,
    inputs: { x: [2, 4] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('RMSNormalization', [x, graph.weight([4])])],
  }),
  LRN: (random) => ({
    opset: 13,
    inputs: { x: [2, 5, 2, 2] },
    isBatchFree: true,
    build: (graph, [x]) => [
      graph.add('LRN', [x], {
        size: int(random.pick(1, 3, 5)),
        alpha: float(0.9),
        beta: float(0.6),
        bias: float(1.2),
      }),
    ],
  }),
};
