import type { InputKind } from '../checkDerivative';
import type { CaseTable } from './caseTable';

/** f(a, b), one repeated to the shape of the other, either way round. */
function binary(opType: string, kind: InputKind = 'lattice'): CaseTable[string] {
  return (random) => {
    const [a, b] = random.pick<[number[], number[]]>(
      [
        [2, 3, 4],
        [2, 3, 4],
      ],
      [
        [2, 3, 4],
        [3, 1],
      ],
      [[2, 3, 4], []],
      [[4], [2, 3, 4]],
      [
        [2, 1, 4],
        [1, 3, 1],
      ],
    );
    return {
      opset: random.pick(9, 11, 13, 17),
      inputs: { a, b },
      kind,
      isBatchFree: a.length === 3 && random.pick(true, false),
      build: (graph, [x, y]) => [graph.add(opType, [x, y])],
    };
  };
}

function variadic(opType: string, kind: InputKind = 'lattice'): CaseTable[string] {
  return (random) => ({
    opset: random.pick(9, 13, 17),
    inputs: random.pick<Record<string, number[]>>({ a: [2, 3], b: [3], c: [2, 1] }, { a: [], b: [3] }, { a: [2] }),
    kind,
    build: (graph, inputs) => [graph.add(opType, inputs)],
  });
}

/** Values of all inputs differ, so that the extremum is attained once. */
function extremum(opType: string): CaseTable[string] {
  return (random) => ({
    opset: random.pick(9, 10, 11, 13, 17),
    inputs: { x: [2, 3, 4] },
    kind: 'distinct',
    build: (graph, [x]) => {
      const shifted = graph.add('Add', [graph.add('Transpose', [x]), graph.scalar(0.1)]);
      const back = graph.add('Transpose', [shifted]);
      return [graph.add(opType, [x, graph.scalar(0.4), back])];
    },
  });
}

export const arithmeticCases: CaseTable = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div', 'positive'),
  Pow: binary('Pow', 'positive'),
  'Pow with a constant exponent': (random) => ({
    opset: random.pick(9, 13, 17),
    inputs: { x: [2, 5] },
    kind: 'positive',
    build: (graph, [x]) => [graph.add('Pow', [x, graph.scalar(random.pick(-0.75, 0.5, 1, 2, 3))])],
  }),
  'Pow of negative numbers': () => ({
    opset: 13,
    inputs: { x: [2, 5] },
    build: (graph, [x]) => [graph.add('Pow', [x, graph.scalar(3)]), graph.add('Pow', [x, graph.scalar(2)])],
  }),
  'Pow with an integer exponent': () => ({
    opset: 13,
    inputs: { x: [2, 5] },
    build: (graph, [x]) => [graph.add('Pow', [x, graph.int64([5], [1, 2, 3, 4, 2])])],
  }),
  Sum: variadic('Sum'),
  Mean: variadic('Mean'),
  Min: extremum('Min'),
  Max: extremum('Max'),
  'Min and Max of a value with itself': (random) => ({
    opset: 13,
    inputs: { x: [2, 3] },
    build: (graph, [x]) => [graph.add(random.pick('Min', 'Max'), [x, x])],
  }),
  Where: (random) => ({
    opset: random.pick(9, 16),
    inputs: { x: [2, 3, 4], y: [3, 1] },
    build: (graph, [x, y]) => [graph.add('Where', [graph.add('Greater', [x, graph.scalar(0)]), x, y])],
  }),
  'a value read by several nodes': (random) => ({
    opset: random.pick(9, 17),
    inputs: { x: [2, 3] },
    build: (graph, [x]) => {
      const square = graph.add('Mul', [x, x]);
      const cube = graph.add('Mul', [square, x]);
      return [graph.add('Add', [graph.add('Sub', [cube, square]), x]), square];
    },
  }),
};
