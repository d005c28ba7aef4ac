import type { ShapeRule } from '../valueFacts';
import { shapeOf } from '../valueFacts';

/** Stop words that are dropped shorten the last axis. */
const normalizeText: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const drops = call.node.attributes.has('stopwords');
  return [{ shape: shape && drops ? [...shape.slice(0, -1), null] : shape, elementType: 'string' }];
};

/** Words of each text, padded to the longest, and how many there are. */
const splitText: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  return [
    { shape: shape && [...shape, null], elementType: 'string' },
    { shape, elementType: 'int64' },
  ];
};

export const textRules: Readonly<Record<string, ShapeRule>> = {
  StringNormalizer: normalizeText,
  StringSplit: splitText,
};
