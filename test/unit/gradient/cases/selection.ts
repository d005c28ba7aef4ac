import { int, ints, text } from '../testGraph';
import type { CaseTable } from './caseTable';

function slice(
  starts: readonly number[],
  ends: readonly number[],
  axes: readonly number[],
  steps: readonly number[],
): CaseTable[string] {
  return (random) => ({
    opset: random.pick(10, 11, 13, 17),
    inputs: { x: [2, 5, 6] },
    isBatchFree: !axes.includes(0),
    build: (graph, [x]) => [
      graph.add('Slice', [x, graph.list(...starts), graph.list(...ends), graph.list(...axes), graph.list(...steps)]),
    ],
  });
}

function gather(dims: readonly number[], indices: readonly number[]): CaseTable[string] {
  return (random) => ({
    opset: random.pick(11, 13, 17),
    inputs: { x: [2, 4, 3] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('Gather', [x, graph.int64(dims, indices)], { axis: int(random.pick(1, 2, -2)) })],
  });
}

function pad(mode: string, pads: readonly number[], opsets = [9, 11, 13, 18]): CaseTable[string] {
  return (random) => {
    const opset = random.pick(...opsets);
    return {
      opset,
      inputs: { x: [1, 2, 4, 3] },
      isBatchFree: random.pick(true, false),
      build: (graph, [x]) => [
        opset >= 11
          ? graph.add('Pad', [x, graph.list(...pads)], { mode: text(mode) })
          : graph.add('Pad', [x], { mode: text(mode), pads: ints(...pads) }),
      ],
    };
  };
}

export const selectionCases: CaseTable = {
  'Slice of operator set 9': () => ({
    opset: 9,
    inputs: { x: [2, 5, 6] },
    build: (graph, [x]) => [graph.add('Slice', [x], { starts: ints(1, -3), ends: ints(4, 9999), axes: ints(1, 2) })],
  }),
  'Slice, step 1': slice([1, -4], [4, 2 ** 31], [1, 2], [1, 1]),
  'Slice, step 2, as in a focus layer': slice([1, 0], [5, 6], [1, 2], [2, 2]),
  'Slice, step 3': slice([1], [6], [2], [3]),
  'Slice backwards': slice([-1, 4], [-100, 0], [1, 2], [-1, -2]),
  'Slice of everything': slice([0], [1000], [0], [1]),
  'Gather of one row': gather([], [2]),
  'Gather of one row from the end': gather([], [-1]),
  'Gather of one row, kept': gather([1], [1]),
  'Gather of rows, some twice': gather([4], [2, 0, 2, -1]),
  'Gather of a table of rows': gather([2, 2], [1, 0, 2, 1]),
  'Gather of rows that a run decides': () => ({
    opset: 13,
    inputs: { x: [4, 3] },
    kind: 'distinct',
    build: (graph, [x]) => [graph.add('Gather', [x, graph.add('ArgMax', [x], { axis: int(0), keepdims: int(0) })])],
  }),
  GatherElements: () => ({
    opset: 16,
    inputs: { x: [2, 3] },
    build: (graph, [x]) => [graph.add('GatherElements', [x, graph.int64([2, 2], [0, 0, 2, 1])], { axis: int(1) })],
  }),
  'Pad with zeros': pad('constant', [0, 1, 2, 0, 0, 0, 1, 3]),
  'Pad that crops': pad('constant', [0, 0, -1, 1, 0, 0, -1, -1]),
  'Pad by reflection': pad('reflect', [0, 0, 2, 1, 0, 0, 3, 2]),
  'Pad by the edge': pad('edge', [0, 1, 2, 0, 0, 0, 1, 2]),
  'Pad by wrapping': pad('wrap', [0, 0, 2, 1, 0, 0, 1, 2], [19]),
  'Pad of named axes': () => ({
    opset: 18,
    inputs: { x: [2, 3, 4] },
    isBatchFree: true,
    build: (graph, [x]) => [graph.add('Pad', [x, graph.list(1, 2), '', graph.list(-1)])],
  }),
};
