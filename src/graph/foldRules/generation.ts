import { decodeInlineTensor } from '../inlineTensor';
import { readConstantList, readShapeBounds } from '../shapeRules/generation';
import { countElements, numbersOf, sequenceOf, shapeOf } from '../valueFacts';
import type { FoldRule } from './foldRule';
import { foldEach } from './foldRule';

const constant: FoldRule = (call, outputs) => {
  const attribute = [...call.node.attributes.values()].find(({ type }) => type === 'tensor');
  const elements = attribute?.type === 'tensor' ? decodeInlineTensor(attribute.value) : readConstantList(call);
  return elements === null ? [null] : foldEach(outputs[0], (flat) => elements[flat]);
};

const constantOfShape: FoldRule = (call, outputs) => {
  const attribute = call.node.attributes.get('value');
  const elements = attribute?.type === 'tensor' ? decodeInlineTensor(attribute.value) : [0];
  return elements === null ? [null] : foldEach(outputs[0], () => elements[0] ?? null);
};

/** Sizes that are not known leave their elements unknown. */
const shape: FoldRule = (call, outputs) => {
  const sizes = shapeOf(call, 0);
  if (sizes === null) {
    return [null];
  }
  const { start } = readShapeBounds(call, sizes.length);
  return foldEach(outputs[0], (flat) => sizes[start + flat]);
};

const size: FoldRule = (call, outputs) => {
  const sizes = shapeOf(call, 0);
  const count = sizes === null ? null : countElements(sizes);
  return foldEach(outputs[0], () => count);
};

const sequenceLength: FoldRule = (call, outputs) => {
  const items = sequenceOf(call, 0)?.items;
  return items ? foldEach(outputs[0], () => items.length) : [null];
};

const range: FoldRule = (call, outputs) => {
  const start = numbersOf(call, 0)?.[0];
  const step = numbersOf(call, 2)?.[0];
  return start === undefined || step === undefined ? [null] : foldEach(outputs[0], (flat) => start + flat * step);
};

export const generationFolds: Readonly<Record<string, FoldRule>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Shape: shape,
  Size: size,
  SequenceLength: sequenceLength,
  Range: range,
};
