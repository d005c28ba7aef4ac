import type { Attribute, GraphNode } from '../graph/model';

/** Holds in every version of the operator sets; 'ones' and 'zeros' are lists of any length. */
type Default = number | string;

const WINDOW = { auto_pad: 'NOTSET', strides: 'ones', dilations: 'ones', pads: 'zeros' } as const;
const POOL = { ...WINDOW, ceil_mode: 0 } as const;
const REDUCTION = { keepdims: 1, noop_with_empty_axes: 0 } as const;

/** https://github.com/onnx/onnx/blob/main/docs/Operators.md; operators that exporters spell out differently. */
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, Default>>>> = {
  Conv: { ...WINDOW, group: 1 },
  ConvTranspose: { ...WINDOW, group: 1, output_padding: 'zeros' },
  ConvInteger: { ...WINDOW, group: 1 },
  QLinearConv: { ...WINDOW, group: 1 },
  MaxPool: { ...POOL, storage_order: 0 },
  AveragePool: { ...POOL, count_include_pad: 0 },
  Gemm: { alpha: 1, beta: 1, transA: 0, transB: 0 },
  BatchNormalization: { epsilon: 1e-5, momentum: 0.9, training_mode: 0 },
  LayerNormalization: { axis: -1, epsilon: 1e-5, stash_type: 1 },
  Flatten: { axis: 1 },
  Gather: { axis: 0 },
  Reshape: { allowzero: 0 },
  Cast: { saturate: 1 },
  LeakyRelu: { alpha: 0.01 },
  Elu: { alpha: 1 },
  HardSigmoid: { alpha: 0.2, beta: 0.5 },
  Gelu: { approximate: 'none' },
  QuantizeLinear: { axis: 1, block_size: 0, saturate: 1, output_dtype: 0, precision: 0 },
  DequantizeLinear: { axis: 1, block_size: 0, output_dtype: 0 },
  ReduceMean: REDUCTION,
  ReduceSum: REDUCTION,
  ReduceMax: REDUCTION,
  ReduceMin: REDUCTION,
};

/** The attributes that say something: one that states its default is the same as one left out. */
export function listTellingAttributes({ opType, domain, attributes }: GraphNode): ReadonlyMap<string, Attribute> {
  const defaults = domain === '' || domain === 'ai.onnx' ? DEFAULTS[opType] : undefined;
  return defaults === undefined
    ? attributes
    : new Map([...attributes].filter(([name, attribute]) => !isDefault(attribute, defaults[name])));
}

function isDefault(attribute: Attribute, value: Default | undefined): boolean {
  switch (attribute.type) {
    case 'ints':
      return (
        (value === 'ones' || value === 'zeros') && attribute.value.every((size) => size === (value === 'ones' ? 1 : 0))
      );
    case 'float':
      // Stored in single precision.
      return typeof value === 'number' && attribute.value === Math.fround(value);
    case 'int':
    case 'string':
      return attribute.value === value;
    default:
      return false;
  }
}
