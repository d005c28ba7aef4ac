import { toElementType } from '../elementTypes';
import { readFloat, readFloats, readInt, readInts, readString } from '../attributes';
import type { ElementType } from '../model';
import type { OperatorCall, OutputFacts, PartialShape, ShapeRule } from '../valueFacts';
import { numbersOf, shapeOf, typeOf } from '../valueFacts';
import { targetSizes } from './layout';

/** The tensor or number that a Constant node holds. */
const constant: ShapeRule = ({ node }) => [readConstant(node.attributes)];

function readConstant(attributes: OperatorCall['node']['attributes']): OutputFacts {
  for (const [name, attribute] of attributes) {
    switch (attribute.type) {
      case 'tensor':
        return { shape: attribute.value.dims, elementType: attribute.value.elementType };
      case 'sparse_tensor':
        return { shape: attribute.value.dims, elementType: attribute.value.values.elementType };
      case 'float':
        return { shape: [], elementType: 'float32' };
      case 'int':
        return { shape: [], elementType: 'int64' };
      case 'string':
        return { shape: [], elementType: 'string' };
      case 'floats':
      case 'ints':
      case 'strings':
        return { shape: [attribute.value.length], elementType: listElementType(name) };
      default:
    }
  }
  return { shape: null, elementType: null };
}

function listElementType(name: string): ElementType {
  return name === 'value_floats' ? 'float32' : name === 'value_ints' ? 'int64' : 'string';
}

const constantOfShape: ShapeRule = (call) => {
  const value = call.node.attributes.get('value');
  return [{ shape: targetSizes(call, 0), elementType: value?.type === 'tensor' ? value.value.elementType : 'float32' }];
};

const range: ShapeRule = (call) => {
  const [start, limit, delta] = [0, 1, 2].map((input) => numbersOf(call, input)?.[0]);
  const known = start !== undefined && limit !== undefined && delta !== undefined && delta !== 0;
  return [{ shape: [known ? Math.max(0, Math.ceil((limit - start) / delta)) : null], elementType: typeOf(call, 0) }];
};

const shape: ShapeRule = (call) => {
  const rank = shapeOf(call, 0)?.length;
  const bounds = rank === undefined ? null : readShapeBounds(call, rank);
  return [{ shape: [bounds && bounds.end - bounds.start], elementType: 'int64' }];
};

/** Which dimensions a Shape node returns (`start` and `end` since opset 15). */
export function readShapeBounds(call: OperatorCall, rank: number): { start: number; end: number } {
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + rank : bound, 0), rank);
  const start = clamp(readInt(call.node, 'start') ?? 0);
  return { start, end: Math.max(start, clamp(readInt(call.node, 'end') ?? rank)) };
}

/** Random tensors: shape and dtype are attributes. */
const random: ShapeRule = ({ node }) => [
  { shape: readInts(node, 'shape') ?? null, elementType: toElementType(readInt(node, 'dtype') ?? 1) },
];

const window: ShapeRule = (call) => [
  { shape: [numbersOf(call, 0)?.[0] ?? null], elementType: toElementType(readInt(call.node, 'output_datatype') ?? 1) },
];

const melWeights: ShapeRule = (call) => {
  const bins = numbersOf(call, 0)?.[0];
  const length = numbersOf(call, 1)?.[0];
  const rows = length === undefined ? null : Math.floor(length / 2) + 1;
  return [{ shape: [rows, bins ?? null], elementType: toElementType(readInt(call.node, 'output_datatype') ?? 1) }];
};

/** [batch, frames, bins, 2]: one-sided by default. */
const shortTimeFourier: ShapeRule = (call) => {
  const signal = shapeOf(call, 0);
  const step = numbersOf(call, 1)?.[0];
  const length = numbersOf(call, 3)?.[0] ?? shapeOf(call, 2)?.[0] ?? null;
  const onesided = (readInt(call.node, 'onesided') ?? 1) !== 0;
  const samples = signal?.[1] ?? null;
  const frames =
    samples === null || step === undefined || length === null ? null : Math.floor((samples - length) / step) + 1;
  const bins = length === null ? null : onesided ? Math.floor(length / 2) + 1 : length;
  return [{ shape: [signal?.[0] ?? null, frames, bins, 2], elementType: typeOf(call, 0) }];
};

const fourier: ShapeRule = (call) => {
  const data = shapeOf(call, 0);
  if (data === null) {
    return [{ shape: null, elementType: typeOf(call, 0) }];
  }
  const onesided = readInt(call.node, 'onesided') === 1;
  const given = numbersOf(call, 2)?.[0] ?? null;
  if (call.inputs[2] && given === null && (onesided || call.inputs[1])) {
    // Only a run tells which axis gets another size.
    return [{ shape: data.map(() => null), elementType: typeOf(call, 0) }];
  }
  const wanted = readInt(call.node, 'axis') ?? given ?? (call.opset >= 20 ? -2 : 1);
  const axis = wanted < 0 ? wanted + data.length : wanted;
  const inverse = readInt(call.node, 'inverse') === 1;
  const toReal = onesided && inverse;
  const own = data[axis] !== null && toReal ? 2 * (data[axis] - 1) : data[axis];
  const length = call.inputs[1] ? (numbersOf(call, 1)?.[0] ?? null) : own;
  const size = onesided && !inverse && length !== null ? Math.floor(length / 2) + 1 : length;
  const last = toReal ? 1 : 2;
  const sizes = data.map((known, index) => (index === axis ? size : index === data.length - 1 ? last : known));
  return [{ shape: sizes, elementType: typeOf(call, 0) }];
};

const nGrams: ShapeRule = (call) => {
  const input = shapeOf(call, 0);
  const indexes = readInts(call.node, 'ngram_indexes') ?? [];
  const width = Math.max(-1, ...indexes) + 1;
  const result: PartialShape | null = input && [...input.slice(0, -1), width];
  return [{ shape: result, elementType: 'float32' }];
};

export const generationRules: Readonly<Record<string, ShapeRule>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Range: range,
  'com.microsoft:Range': range,
  Shape: shape,
  Size: () => [{ shape: [], elementType: 'int64' }],
  RandomNormal: random,
  RandomUniform: random,
  HannWindow: window,
  HammingWindow: window,
  BlackmanWindow: window,
  MelWeightMatrix: melWeights,
  STFT: shortTimeFourier,
  DFT: fourier,
  TfIdfVectorizer: nGrams,
  ImageDecoder: (call) => [
    { shape: [null, null, readString(call.node, 'pixel_format') === 'Grayscale' ? 1 : 3], elementType: 'uint8' },
  ],
};

/** The numbers of a Constant node that holds them as attributes rather than as a tensor. */
export function readConstantList(call: OperatorCall): readonly number[] | null {
  const { node } = call;
  const one = readInt(node, 'value_int') ?? readFloat(node, 'value_float');
  return readInts(node, 'value_ints') ?? readFloats(node, 'value_floats') ?? (one === undefined ? null : [one]);
}
