import { isFloatType, toElementType } from '../elementTypes';
import { readFloat, readInt } from '../attributes';
import type { ElementType } from '../model';
import { valueOf } from '../valueFacts';
import type { FoldRule } from './foldRule';
import { foldEach, toBroadcastPosition, toIndices } from './foldRule';

type Unary = (x: number, elementType: ElementType) => number;
type Binary = (a: number, b: number, elementType: ElementType) => number;

const unary =
  (compute: Unary): FoldRule =>
  (call, outputs) => {
    const value = valueOf(call, 0);
    return value === null
      ? [null]
      : foldEach(outputs[0], (flat) => {
          const element = value.data[flat];
          return element === null ? null : compute(element, value.elementType);
        });
  };

/** Any number of operands, broadcast; unknown when one of the elements is. */
const variadic =
  (compute: (elements: readonly number[], elementType: ElementType) => number): FoldRule =>
  (call, outputs) => {
    const values = call.inputs.map((facts) => facts?.value ?? null);
    if (values.length === 0 || values.some((value) => value === null)) {
      return [null];
    }
    return foldEach(outputs[0], (flat, dims) => {
      const indices = toIndices(flat, dims);
      const elements = values.map((value) => value?.data[toBroadcastPosition(indices, value.dims)] ?? null);
      return elements.every((element) => element !== null)
        ? compute(elements, values[0]?.elementType ?? 'float32')
        : null;
    });
  };

const binary = (compute: Binary): FoldRule => variadic(([a, b], elementType) => compute(a, b, elementType));

/** Integer division truncates towards zero. */
const divide: Binary = (a, b, elementType) => (isFloatType(elementType) ? a / b : b === 0 ? 0 : Math.trunc(a / b));

/** The result has the divisor's sign, or with fmod the dividend's. */
const modulo: FoldRule = (call, outputs) => {
  const fmod = readInt(call.node, 'fmod') === 1;
  return binary((a, b) => (fmod ? a % b : a - b * Math.floor(a / b)))(call, outputs);
};

const sum = (elements: readonly number[]) => elements.reduce((total, element) => total + element, 0);
const test = (holds: boolean) => (holds ? 1 : 0);

/** Ties go to the even neighbour. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(x);
}

const cast: FoldRule = (call, outputs) => {
  const to =
    call.node.opType === 'CastLike' ? (outputs[0]?.elementType ?? null) : toElementType(readInt(call.node, 'to') ?? 0);
  return unary((x) => (to === 'bool' ? test(x !== 0) : x))(call, outputs);
};

/** An unknown condition still gives a result when both branches agree. */
const where: FoldRule = (call, outputs) => {
  const [condition, yes, no] = [valueOf(call, 0), valueOf(call, 1), valueOf(call, 2)];
  if (yes === null || no === null) {
    return [null];
  }
  return foldEach(outputs[0], (flat, dims) => {
    const indices = toIndices(flat, dims);
    const a = yes.data[toBroadcastPosition(indices, yes.dims)];
    const b = no.data[toBroadcastPosition(indices, no.dims)];
    const chosen = condition === null ? null : condition.data[toBroadcastPosition(indices, condition.dims)];
    return chosen === null ? (a === b ? a : null) : chosen === 0 ? b : a;
  });
};

/** Bounds are inputs, before opset 11 attributes. */
const clip: FoldRule = (call, outputs) => {
  const bound = (input: number) => valueOf(call, input)?.data[0] ?? readFloat(call.node, input === 1 ? 'min' : 'max');
  const [low, high] = [bound(1), bound(2)];
  const unknown = [1, 2].some((input) => call.inputs[input] && bound(input) === undefined);
  return unknown ? [null] : unary((x) => Math.min(Math.max(x, low ?? -Infinity), high ?? Infinity))(call, outputs);
};

export const arithmeticFolds: Readonly<Record<string, FoldRule>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary(divide),
  Pow: binary((a, b) => a ** b),
  Mod: modulo,
  Min: variadic((elements) => Math.min(...elements)),
  Max: variadic((elements) => Math.max(...elements)),
  Sum: variadic(sum),
  Mean: variadic((elements) => sum(elements) / elements.length),
  Equal: binary((a, b) => test(a === b)),
  Greater: binary((a, b) => test(a > b)),
  GreaterOrEqual: binary((a, b) => test(a >= b)),
  Less: binary((a, b) => test(a < b)),
  LessOrEqual: binary((a, b) => test(a <= b)),
  And: binary((a, b) => test(a !== 0 && b !== 0)),
  Or: binary((a, b) => test(a !== 0 || b !== 0)),
  Xor: binary((a, b) => test((a !== 0) !== (b !== 0))),
  Not: unary((x) => test(x === 0)),
  Abs: unary(Math.abs),
  Neg: unary((x) => -x),
  Sign: unary(Math.sign),
  Floor: unary(Math.floor),
  Ceil: unary(Math.ceil),
  Round: unary(roundHalfToEven),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Relu: unary((x) => Math.max(0, x)),
  Clip: clip,
  Identity: unary((x) => x),
  Cast: cast,
  CastLike: cast,
  Where: where,
};
