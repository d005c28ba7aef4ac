import { toElementType } from '../elementTypes';
import { readInt } from '../attributes';
import type { OperatorCall, OutputFacts, PartialShape, SequenceFacts, ShapeRule } from '../valueFacts';
import {
  mergeShapes,
  normalizeAxis,
  NOTHING_KNOWN,
  numbersOf,
  sequenceOf,
  ShapeConflict,
  shapeOf,
  typeOf,
} from '../valueFacts';
import { concatenateShapes } from './layout';

/** Longer sequences are known by what their tensors have in common. */
const MAXIMUM_ITEMS = 1024;

const asSequence = (sequence: SequenceFacts): OutputFacts => ({ elementType: null, shape: null, sequence });

export function listOf(elementType: SequenceFacts['elementType'], items: readonly (PartialShape | null)[]) {
  const common = items.length === 0 ? null : items.reduce(mergeShapes);
  return asSequence({ elementType, items: items.length > MAXIMUM_ITEMS ? null : items, common });
}

/** One tensor of a sequence whose place in it may not be known. */
const tensorOf = ({ elementType, common }: SequenceFacts): OutputFacts => ({ elementType, shape: common });

const construct: ShapeRule = (call) => [
  listOf(
    typeOf(call, 0),
    call.inputs.map((facts) => facts?.shape ?? null),
  ),
];

/** Position as written, counted from the start; `otherwise` when the input is left out, null when it is not known. */
function positionOf(call: OperatorCall, input: number, length: number, otherwise: number): number | null {
  if (call.inputs[input] === undefined || call.inputs[input] === null) {
    return otherwise;
  }
  const position = numbersOf(call, input)?.[0] ?? null;
  return position !== null && position < 0 ? position + length : position;
}

const insert: ShapeRule = (call) => {
  const sequence = sequenceOf(call, 0);
  const elementType = typeOf(call, 1) ?? sequence?.elementType ?? null;
  const added = shapeOf(call, 1);
  if (!sequence?.items) {
    const common = sequence === null ? null : mergeShapes(sequence.common, added);
    return [asSequence({ elementType, items: null, common })];
  }
  const { items } = sequence;
  const position = positionOf(call, 2, items.length, items.length);
  const all = [...items.slice(0, position ?? 0), added, ...items.slice(position ?? 0)];
  const common = all.reduce(mergeShapes);
  return [listOf(elementType, position === null ? all.map(() => common) : all)];
};

const erase: ShapeRule = (call) => {
  const sequence = sequenceOf(call, 0);
  if (!sequence?.items) {
    return [sequence === null ? NOTHING_KNOWN : asSequence(sequence)];
  }
  const { items, common, elementType } = sequence;
  const position = positionOf(call, 1, items.length, items.length - 1);
  const left = items.filter((_, index) => index !== (position ?? 0));
  return [listOf(elementType, position === null ? left.map(() => common) : left)];
};

const at: ShapeRule = (call) => {
  const sequence = sequenceOf(call, 0);
  if (sequence === null) {
    return [NOTHING_KNOWN];
  }
  const position = sequence.items && positionOf(call, 1, sequence.items.length, 0);
  if (sequence.items === null || position === null) {
    return [tensorOf(sequence)];
  }
  if (position < 0 || position >= sequence.items.length) {
    throw new ShapeConflict(`position ${position} in a sequence of ${sequence.items.length}`);
  }
  return [{ elementType: sequence.elementType, shape: sequence.items[position] }];
};

/** Joined along an axis that is there, or (`new_axis`) along one that is made. */
const concatenate: ShapeRule = (call) => {
  const sequence = sequenceOf(call, 0);
  if (sequence === null) {
    return [NOTHING_KNOWN];
  }
  const { items, common, elementType } = sequence;
  const axis = readInt(call.node, 'axis') ?? 0;
  if (readInt(call.node, 'new_axis') === 1) {
    const made = common && normalizeAxis(axis, common.length + 1);
    const shape =
      common && made !== null ? [...common.slice(0, made), items?.length ?? null, ...common.slice(made)] : null;
    return [{ elementType, shape }];
  }
  if (items !== null) {
    return [{ elementType, shape: concatenateShapes(items, axis) }];
  }
  const joined = common && normalizeAxis(axis, common.length);
  return [{ elementType, shape: common && common.map((size, index) => (index === joined ? null : size)) }];
};

/** Parts of the sizes that `split` lists, of one size that it gives, or of size 1, whose axis `keepdims` = 0 drops. */
const split: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const elementType = typeOf(call, 0);
  if (shape === null) {
    return [asSequence({ elementType, items: null, common: null })];
  }
  const axis = normalizeAxis(readInt(call.node, 'axis') ?? 0, shape.length);
  const dropped = !call.inputs[1] && readInt(call.node, 'keepdims') === 0;
  const toPart = (part: number | null) =>
    dropped ? shape.filter((_, index) => index !== axis) : shape.map((size, index) => (index === axis ? part : size));
  const sizes = partSizes(call, shape[axis]);
  return [
    sizes === null
      ? asSequence({ elementType, items: null, common: toPart(call.inputs[1] ? null : 1) })
      : listOf(elementType, sizes.map(toPart)),
  ];
};

function partSizes(call: OperatorCall, size: number | null): readonly number[] | null {
  const given = call.inputs[1] ? numbersOf(call, 1) : [1];
  if (given === null || call.inputs[1]?.shape?.length === 1) {
    return given;
  }
  const count = size === null || given[0] <= 0 ? null : Math.ceil(size / given[0]);
  return count === null || size === null || count > MAXIMUM_ITEMS
    ? null
    : Array.from({ length: count }, (_, index) => Math.min(given[0], size - index * given[0]));
}

/** A tensor as it is, or the sequence. */
const passOn: ShapeRule = (call) => {
  const sequence = sequenceOf(call, 0);
  return [sequence === null ? { shape: shapeOf(call, 0), elementType: typeOf(call, 0) } : asSequence(sequence)];
};

/** An optional value is described by what it holds. */
export const sequenceRules: Readonly<Record<string, ShapeRule>> = {
  SequenceEmpty: (call) => [listOf(toElementType(readInt(call.node, 'dtype') ?? 1), [])],
  SequenceConstruct: construct,
  SequenceInsert: insert,
  SequenceErase: erase,
  SequenceAt: at,
  SequenceLength: () => [{ shape: [], elementType: 'int64' }],
  ConcatFromSequence: concatenate,
  SplitToSequence: split,
  Identity: passOn,
  Optional: passOn,
  OptionalGetElement: passOn,
  OptionalHasElement: () => [{ shape: [], elementType: 'bool' }],
};
