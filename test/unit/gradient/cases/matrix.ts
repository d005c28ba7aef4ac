import { float, int, text } from '../testGraph';
import type { CaseTable } from './caseTable';

function product(a: readonly number[], b: readonly number[]): CaseTable[string] {
  return (random) => ({
    opset: random.pick(9, 11, 13, 17),
    inputs: { a, b },
    isBatchFree: a.length > 1 && a.length >= b.length && a[0] !== b[0] && random.pick(true, false),
    build: (graph, [x, y]) => [graph.add('MatMul', [x, y])],
  });
}

function einsum(equation: string, ...shapes: readonly (readonly number[])[]): CaseTable[string] {
  return () => ({
    opset: 12,
    inputs: Object.fromEntries(shapes.map((shape, index) => [`x${index}`, shape])),
    build: (graph, inputs) => [graph.add('Einsum', inputs, { equation: text(equation) })],
  });
}

export const matrixCases: CaseTable = {
  Gemm: (random) => {
    const [transA, transB] = [random.integer(0, 1), random.integer(0, 1)];
    return {
      opset: random.pick(9, 11, 13),
      inputs: {
        a: transA === 1 ? [3, 2] : [2, 3],
        b: transB === 1 ? [4, 3] : [3, 4],
        c: random.pick([4], [2, 1], [2, 4]),
      },
      build: (graph, [a, b, c]) => [
        graph.add('Gemm', [a, b, c], {
          transA: int(transA),
          transB: int(transB),
          alpha: float(0.5),
          beta: float(random.pick(1, 1.5)),
        }),
      ],
    };
  },
  'MatMul of matrices': product([2, 3], [3, 4]),
  'MatMul of stacks and a matrix': product([2, 3, 4], [4, 2]),
  'MatMul of a matrix and stacks': product([3, 4], [2, 4, 2]),
  'MatMul of repeated stacks': product([2, 1, 3, 2], [2, 2, 3]),
  'MatMul of equal sizes': product([3, 3, 3], [3, 3, 3]),
  'MatMul of vectors': product([3], [3]),
  'MatMul of a matrix and a vector': product([2, 3], [3]),
  'MatMul of stacks and a vector': product([2, 2, 3], [3]),
  'MatMul of a vector and a matrix': product([3], [3, 2]),
  'MatMul of a vector and stacks': product([3], [2, 3, 2]),
  'Einsum of attention scores': einsum('bhid,bhjd->bhij', [1, 2, 3, 2], [1, 2, 2, 2]),
  'Einsum of a batched product': einsum('bij,bjk->bik', [2, 2, 3], [2, 3, 2]),
  'Einsum with an ellipsis': einsum('...ij,...jk->...ik', [2, 2, 3], [2, 3, 2]),
  'Einsum of three operands': einsum('ij,jk,k->i', [2, 3], [3, 2], [2]),
  'Einsum that transposes': einsum('ijk->kij', [2, 3, 2]),
  'Einsum without an arrow': einsum('ij,jk', [2, 3], [3, 2]),
};
