import { readFloat, readInt, readString } from '../../graph/attributes';
import { parseEinsum } from '../../graph/einsum';
import type { GradientRule, GradientRules } from '../gradientRule';
import type { NodeCall } from '../nodeCall';
import { range, sumToShape } from '../shaping';

/** α·A·B, either transposed. C became optional in operator set 11. */
function gemm(call: NodeCall, a: string, b: string, transA: boolean, transB: boolean, alpha: number): string {
  return call.emit('Gemm', call.opset >= 11 ? [a, b] : [a, b, 0], {
    alpha: { type: 'float', value: alpha },
    transA: { type: 'int', value: transA ? 1 : 0 },
    transB: { type: 'int', value: transB ? 1 : 0 },
  });
}

/** Gemm: Y = α·A′·B′ + β·C. dA′ = α·dY·B′ᵀ, dB′ = α·A′ᵀ·dY; Gemm's flags spare every transposed copy. */
const gemmRule: GradientRule = (call) => {
  const [a, b, c] = call.node.inputs;
  const transA = readInt(call.node, 'transA') === 1;
  const transB = readInt(call.node, 'transB') === 1;
  const alpha = readFloat(call.node, 'alpha') ?? 1;
  return [
    () => {
      if (transA) {
        return gemm(call, b, call.dY, transB, true, alpha);
      }
      return toRows(call, b, transB, alpha);
    },
    () => (transB ? gemm(call, call.dY, a, true, transA, alpha) : gemm(call, a, call.dY, !transA, false, alpha)),
    () => sumToShape(call, call.mul(call.dY, readFloat(call.node, 'beta') ?? 1), call.y, c),
  ];
};

/** α·dY·B′ᵀ. Where dY picks columns, those of B′ are read instead of a product with all of them. */
function toRows(call: NodeCall, b: string, transB: boolean, alpha: number): string {
  const { columns } = call;
  if (columns === null) {
    return gemm(call, call.dY, b, false, !transB, alpha);
  }
  const read = (column: string) =>
    transB ? call.build.gather(b, column, 0) : call.build.transpose(call.build.gather(b, column, 1), [1, 0]);
  const { plus, minus } = columns;
  const picked = minus === null ? read(plus) : call.sub(read(plus), read(minus));
  return call.emit('Expand', [call.mul(picked, alpha), call.emit('Shape', [call.x])]);
}

/** MatMul: Y = A·B for the last two axes. dA = dY·Bᵀ, dB = Aᵀ·dY, added up over repeated leading axes. */
const matMul: GradientRule = (call) => {
  const [a, b] = call.node.inputs;
  const [rankA, rankB] = [call.rank(a), call.rank(b)];
  if (rankA === 1 || rankB === 1) {
    return vectorProduct(call, a, b);
  }
  return [
    () => {
      if (rankA === 2 && rankB === 2) {
        return toRows(call, b, false, 1);
      }
      return sumMatrices(call, call.emit('MatMul', [call.dY, swapLast(call, b, rankB)]), a);
    },
    () => sumMatrices(call, call.emit('MatMul', [swapLast(call, a, rankA), call.dY]), b),
  ];
};

function swapLast(call: NodeCall, value: string, rank: number): string {
  return call.build.transpose(value, [...range(0, rank - 2), rank - 1, rank - 2]);
}

/** Undoes broadcasting of the leading axes only: the last two of a product are not those of the output. */
function sumMatrices(call: NodeCall, value: string, operand: string): string {
  const leading = call.rank(call.y) - call.rank(operand);
  const repeated = range(0, call.rank(operand) - 2).filter(
    (axis) =>
      call.shapes.isRepeated(operand, axis, call.y, axis + leading) ??
      call.fail(`whether "${operand}" is repeated is not known without a run`),
  );
  const summed = leading > 0 ? call.build.reduce('ReduceSum', value, range(0, leading), false) : value;
  return repeated.length > 0 ? call.build.reduce('ReduceSum', summed, repeated, true) : summed;
}

/** A vector is a row on the left and a column on the right. */
function vectorProduct(call: NodeCall, a: string, b: string): ReturnType<GradientRule> {
  const [rankA, rankB] = [call.rank(a), call.rank(b)];
  if (rankA === 1 && rankB === 1) {
    return [() => call.mul(call.dY, b), () => call.mul(call.dY, a)];
  }
  if (rankB === 1) {
    const column = call.build.unsqueeze(call.dY, [rankA - 1]);
    const all = range(0, rankA - 1);
    return [() => call.mul(column, b), () => call.build.reduce('ReduceSum', call.mul(column, a), all, false)];
  }
  const row = call.build.unsqueeze(call.dY, [rankB - 2]);
  const others = [...range(0, rankB - 2), rankB - 1];
  return [
    () => call.build.reduce('ReduceSum', call.mul(row, b), others, false),
    () => call.mul(row, call.build.unsqueeze(a, [1])),
  ];
}

/** Einsum: an operand's derivative is the Einsum of dY and the other operands onto its own labels. */
const einsum: GradientRule = (call) => {
  const { inputs } = call.node;
  const equation = readString(call.node, 'equation') ?? '';
  const shapes = inputs.map((name) => call.sizes(name));
  const parsed = parseEinsum(equation, shapes) ?? call.fail('shapes of its operands are not known');
  const letters = nameLabels([...parsed.operands.flat()]);
  const term = (labels: readonly string[]) => labels.map((label) => letters.get(label)).join('');
  return inputs.map((name, position) => () => {
    const own = parsed.operands[position];
    const others = inputs.flatMap((other, index) => (index === position ? [] : [{ other, index }]));
    const available = new Set([...parsed.output, ...others.flatMap(({ index }) => parsed.operands[index])]);
    if (new Set(own).size !== own.length || own.some((label) => !available.has(label))) {
      call.fail(`equation "${equation}" takes a diagonal or adds up an axis of one operand alone`);
    }
    const isRepeated = own.some((label, axis) => shapes[position][axis] === 1 && parsed.sizes.get(label) !== 1);
    if (isRepeated) {
      call.fail(`"${name}" is repeated along an axis of size 1`);
    }
    const terms = [term(parsed.output), ...others.map(({ index }) => term(parsed.operands[index]))];
    return call.emit('Einsum', [call.dY, ...others.map(({ other }) => other)], {
      equation: { type: 'string', value: `${terms.join(',')}->${term(own)}` },
    });
  });
};

/** Dimensions under an ellipsis get letters that the equation does not use. */
function nameLabels(labels: readonly string[]): ReadonlyMap<string, string> {
  const free = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ').filter(
    (letter) => !labels.includes(letter),
  );
  const names = new Map<string, string>();
  for (const label of labels) {
    if (!names.has(label)) {
      names.set(label, label.startsWith('.') ? (free.pop() ?? '') : label);
    }
  }
  return names;
}

/** Products of matrices and tensors. */
export const matrixRules: GradientRules = { Gemm: gemmRule, MatMul: matMul, Einsum: einsum };
