import { readInt, readInts } from '../attributes';
import type { ElementType } from '../model';
import type { OperatorCall, OutputFacts, PartialShape, ShapeRule } from '../valueFacts';
import { broadcastShapes, hasInput, normalizeAxis, shapeOf, typeOf } from '../valueFacts';
import { forEach, sameAsFirst } from './elementwise';

/** The first input with another size of its last axis. */
const widened =
  (width: (call: OperatorCall, last: number | null) => number | null): ShapeRule =>
  (call) => {
    const shape = shapeOf(call, 0);
    const last = shape?.[shape.length - 1] ?? null;
    return [{ shape: shape && [...shape.slice(0, -1), width(call, last)], elementType: typeOf(call, 0) }];
  };

const half = (size: number | null) => (size === null ? null : Math.floor(size / 2));
const widthByAttribute = (name: string) => widened((call) => readInt(call.node, name) ?? null);

/** Gate and value one behind the other, or as two inputs. */
const gated = widened((call, last) => (hasInput(call, 1) ? last : half(last)));

/** Projections of one input by packed weights to query, key and value, and the sum that was normalised. */
const projections: ShapeRule = (call) => [
  ...['Nq', 'Nkv', 'Nkv'].flatMap((name) => widthByAttribute(name)(call)),
  ...sameAsFirst(call),
];

/** Complex numbers, real and imaginary part along a last axis; n/2 + 1 of them where the rest is their mirror image. */
const realFourier: ShapeRule = (call) => {
  const onesided = readInt(call.node, 'onesided') !== 0;
  const [{ shape, elementType }] = widened((_, last) => (last === null || !onesided ? last : (half(last) ?? 0) + 1))(
    call,
  );
  return [{ shape: shape && [...shape, 2], elementType }];
};

const inverseRealFourier: ShapeRule = (call) => {
  const shape = shapeOf(call, 0)?.slice(0, -1);
  const last = shape?.[shape.length - 1] ?? null;
  const size = last === null || readInt(call.node, 'onesided') === 0 ? last : 2 * (last - 1);
  return [{ shape: shape === undefined ? null : [...shape.slice(0, -1), size], elementType: typeOf(call, 0) }];
};

const quantizedMean: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const keep = readInt(call.node, 'keepdims') !== 0;
  const axes = shape && new Set(readInts(call.node, 'axes')?.map((axis) => normalizeAxis(axis, shape.length)));
  const reduced =
    shape && axes && shape.flatMap((size, axis) => (!axes.has(axis) && axes.size > 0 ? [size] : keep ? [1] : []));
  return [{ shape: reduced, elementType: typeOf(call, 0) }];
};

/** Rows of a table [N, M] by index. */
const lookUp =
  (indices: number, width: (call: OperatorCall) => number | null, elementType?: ElementType): ShapeRule =>
  (call) => {
    const shape = shapeOf(call, indices);
    return [{ shape: shape && [...shape, width(call)], elementType: elementType ?? typeOf(call, 0) }];
  };

/** Shapes of some inputs, each output its own. */
const like =
  (...inputs: readonly number[]): ShapeRule =>
  (call) =>
    inputs.map((input) => ({ shape: shapeOf(call, input), elementType: typeOf(call, input) }));

/** [N, T, C] without its padding: all tokens one behind the other. */
const removePadding: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const batch = shape?.[0] ?? null;
  const integers = (sizes: PartialShape): OutputFacts => ({ shape: sizes, elementType: 'int32' });
  return [
    { shape: [null, shape?.[2] ?? null], elementType: typeOf(call, 0) },
    integers([batch, shape?.[1] ?? null]),
    integers([batch === null ? null : batch + 1]),
    integers([1]),
  ];
};

const restorePadding: ShapeRule = (call) => {
  const tokens = shapeOf(call, 1);
  const width = shapeOf(call, 0)?.[1] ?? null;
  return [{ shape: tokens && [...tokens, width], elementType: typeOf(call, 0) }];
};

/** Operators of com.microsoft without a counterpart in ai.onnx; those that have one stand beside it. */
const byName: Readonly<Record<string, ShapeRule>> = {
  ...forEach('ScaledSiLU GatedRMSNorm GatedAdd BranchwiseRMSNorm MRotaryEmbedding', sameAsFirst),
  GemmaRotaryEmbedding: like(1, 3),
  SwiGLU: gated,
  BiasSplitGelu: widened((_, last) => half(last)),
  MatMulPacked: widthByAttribute('N'),
  MatMulNBitsMlp: (call) => [...widthByAttribute('N')(call), ...sameAsFirst(call)],
  MatMulNBitsQkv: projections,
  PackedMultiHeadAttention: widened((call, last) => shapeOf(call, 2)?.[1] ?? last),
  Rfft: realFourier,
  Irfft: inverseRealFourier,
  QLinearReduceMean: quantizedMean,
  TorchEmbedding: lookUp(1, (call) => shapeOf(call, 0)?.[1] ?? null),
  MulInteger: (call) => [{ shape: broadcastShapes([shapeOf(call, 0), shapeOf(call, 2)]), elementType: 'int32' }],
  IsAllFinite: () => [{ shape: [], elementType: 'bool' }],
  RemovePadding: removePadding,
  RestorePadding: restorePadding,
};

export const contributedRules: Readonly<Record<string, ShapeRule>> = Object.fromEntries(
  Object.entries(byName).map(([name, rule]) => [`com.microsoft:${name}`, rule]),
);
