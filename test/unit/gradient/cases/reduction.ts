import type { InputKind } from '../checkDerivative';
import { int, ints } from '../testGraph';
import type { CaseTable } from './caseTable';

/** Axes as attribute or input, kept or not. */
function reduce(opType: string, inputSince: number, kind: InputKind = 'lattice'): CaseTable[string] {
  return (random) => {
    const opset = random.pick(9, 11, 13, 17, 18, 22);
    const axes = random.pick([1], [-1], [1, 2], [2, 1], [0, 2]);
    const keepdims = int(random.pick(0, 1));
    return {
      opset,
      inputs: { x: [2, 3, 4] },
      kind,
      isBatchFree: !axes.includes(0) && random.pick(true, false),
      build: (graph, [x]) => [
        opset >= inputSince
          ? graph.add(opType, [x, graph.list(...axes)], { keepdims })
          : graph.add(opType, [x], { axes: ints(...axes), keepdims }),
        graph.add(opType, [x], { keepdims }),
      ],
    };
  };
}

export const reductionCases: CaseTable = {
  ReduceSum: reduce('ReduceSum', 13),
  ReduceMean: reduce('ReduceMean', 18),
  ReduceMax: reduce('ReduceMax', 18, 'distinct'),
  ReduceMin: reduce('ReduceMin', 18, 'distinct'),
  ReduceL1: reduce('ReduceL1', 18),
  ReduceL2: reduce('ReduceL2', 18),
  ReduceSumSquare: reduce('ReduceSumSquare', 18),
  ReduceLogSum: reduce('ReduceLogSum', 18, 'positive'),
  ReduceLogSumExp: reduce('ReduceLogSumExp', 18),
  'ReduceSum over no axes': () => ({
    opset: 13,
    inputs: { x: [2, 3] },
    build: (graph, [x]) => [graph.add('ReduceSum', [x, graph.list()], { noop_with_empty_axes: int(1) })],
  }),
  'ReduceMean over the batch': () => ({
    opset: 18,
    inputs: { x: [2, 3] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('ReduceMean', [x, graph.list(0)], { keepdims: int(0) })],
  }),
  'Softmax of the last axis': (random) => ({
    opset: random.pick(13, 17),
    inputs: { x: [2, 3, 4] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('Softmax', [x])],
  }),
  'Softmax of another axis': (random) => ({
    opset: random.pick(13, 17),
    inputs: { x: [2, 3, 4] },
    build: (graph, [x]) => [graph.add('Softmax', [x], { axis: int(1) })],
  }),
  'Softmax of all axes from one on, as before operator set 13': (random) => ({
    opset: random.pick(9, 11),
    inputs: { x: [2, 3, 4] },
    build: (graph, [x]) => [random.pick(graph.add('Softmax', [x]), graph.add('Softmax', [x], { axis: int(2) }))],
  }),
  LogSoftmax: (random) => ({
    opset: random.pick(9, 11, 13, 17),
    inputs: { x: [2, 3, 4] },
    isBatchFree: true,
    build: (graph, [x]) => [random.pick(graph.add('LogSoftmax', [x]), graph.add('LogSoftmax', [x], { axis: int(2) }))],
  }),
};
