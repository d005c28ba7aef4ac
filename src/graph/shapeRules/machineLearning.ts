import { readInt, readInts } from '../attributes';
import type { ElementType } from '../model';
import type { OperatorCall, PartialShape, ShapeRule } from '../valueFacts';
import { countElements, NOTHING_KNOWN, shapeOf, typeOf } from '../valueFacts';
import { sameAsFirst } from './elementwise';

/** Length of a list that an operator keeps as an attribute, under whichever of the names it has. */
function listLength({ node }: OperatorCall, ...names: readonly string[]): number | null {
  for (const name of names) {
    const attribute = node.attributes.get(name);
    if (attribute?.type === 'strings' || attribute?.type === 'ints' || attribute?.type === 'floats') {
      return attribute.value.length;
    }
  }
  return null;
}

/** Rows of the data; one for a vector. */
function rowsOf(call: OperatorCall): number | null {
  const shape = shapeOf(call, 0);
  return shape === null ? null : shape.length < 2 ? 1 : shape[0];
}

const toFloat: ShapeRule = (call) => [{ shape: shapeOf(call, 0), elementType: 'float32' }];

/** [N, targets]. */
const regression =
  (targets: (call: OperatorCall) => number | null, elementType?: 'first'): ShapeRule =>
  (call) => [
    { shape: [rowsOf(call), targets(call)], elementType: elementType === 'first' ? typeOf(call, 0) : 'float32' },
  ];

/** The class of each row, and the score of each class where their number is told by the labels. */
const classification =
  (labels: 'classlabels_ints' | 'classlabels_int64s', scores = true): ShapeRule =>
  (call) => {
    const rows = rowsOf(call);
    const text = (listLength(call, 'classlabels_strings') ?? 0) > 0;
    const classes = scores ? listLength(call, text ? 'classlabels_strings' : labels) : null;
    return [
      { shape: [rows], elementType: text ? 'string' : 'int64' },
      { shape: [rows, classes], elementType: 'float32' },
    ];
  };

/** The type of the values that labels are replaced by. */
function encodedType({ node }: OperatorCall): ElementType | null {
  const tensor = node.attributes.get('values_tensor');
  if (tensor?.type === 'tensor') {
    return tensor.value.elementType;
  }
  const types = { values_strings: 'string', values_int64s: 'int64', values_floats: 'float32' } as const;
  const found = Object.entries(types).find(([name]) => node.attributes.has(name));
  // Version 1 of the operator has one list of classes and looks up in either direction.
  return found?.[1] ?? null;
}

const categoryType = (call: OperatorCall): ElementType => (typeOf(call, 0) === 'string' ? 'int64' : 'string');

const encode: ShapeRule = (call) => [{ shape: shapeOf(call, 0), elementType: encodedType(call) ?? categoryType(call) }];

/** Columns of the data by index, [N, C] → [N, indices]. */
const extract: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const indices = shapeOf(call, 1);
  const count = indices && countElements(indices);
  const rows: PartialShape = shape?.length === 1 ? [1] : (shape?.slice(0, -1) ?? []);
  return [{ shape: shape && [...rows, count], elementType: typeOf(call, 0) }];
};

const joinFeatures: ShapeRule = (call) => {
  const width = readInts(call.node, 'inputdimensions')?.reduce((sum, size) => sum + size, 0) ?? null;
  return [{ shape: [rowsOf(call), width], elementType: 'float32' }];
};

const oneHot: ShapeRule = (call) => {
  const shape = shapeOf(call, 0);
  const categories = listLength(call, 'cats_int64s', 'cats_strings');
  return [{ shape: shape && [...shape, categories], elementType: 'float32' }];
};

const byDomain: Readonly<Record<string, ShapeRule>> = {
  ArrayFeatureExtractor: extract,
  Binarizer: sameAsFirst,
  CategoryMapper: (call) => [{ shape: shapeOf(call, 0), elementType: categoryType(call) }],
  // Maps hold as many entries as a run puts in.
  CastMap: () => [NOTHING_KNOWN],
  DictVectorizer: () => [NOTHING_KNOWN],
  FeatureVectorizer: joinFeatures,
  Imputer: sameAsFirst,
  LabelEncoder: encode,
  LinearClassifier: classification('classlabels_ints'),
  LinearRegressor: regression((call) => readInt(call.node, 'targets') ?? 1),
  Normalizer: toFloat,
  OneHotEncoder: oneHot,
  // Scores are one per class, or one per pair of classes.
  SVMClassifier: classification('classlabels_ints', false),
  SVMRegressor: regression(() => 1),
  Scaler: toFloat,
  TreeEnsemble: regression((call) => readInt(call.node, 'n_targets') ?? null, 'first'),
  TreeEnsembleClassifier: classification('classlabels_int64s'),
  TreeEnsembleRegressor: regression((call) => readInt(call.node, 'n_targets') ?? null),
  ZipMap: () => [NOTHING_KNOWN],
};

/** Classical models (domain ai.onnx.ml): rows [N, features], or one row as a vector. */
export const machineLearningRules: Readonly<Record<string, ShapeRule>> = Object.fromEntries(
  Object.entries(byDomain).map(([name, rule]) => [`ai.onnx.ml:${name}`, rule]),
);
