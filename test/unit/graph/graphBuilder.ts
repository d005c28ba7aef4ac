import type {
  Attribute,
  ElementType,
  Graph,
  GraphNode,
  Model,
  ModelFunction,
  Shape,
  TensorInfo,
  ValueInfo,
} from '../../../src/graph/model';
import { numberToFloat16Bits } from '../../../src/tensor/float16';

type AttributeSpec = number | string | readonly number[] | Attribute;

/** `node('Conv', 'x weights', 'y', { strides: [2, 2] })`; names are separated by blanks, `_` leaves an input out. */
export function node(
  opType: string,
  inputs: string,
  outputs: string,
  attributes: Readonly<Record<string, AttributeSpec>> = {},
  domain = '',
): Omit<GraphNode, 'index'> {
  const names = (list: string) => list.split(' ').flatMap((name) => (name === '' ? [] : [name === '_' ? '' : name]));
  const entries = Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)] as const);
  return {
    name: '',
    opType,
    domain,
    inputs: names(inputs),
    outputs: names(outputs),
    attributes: new Map(entries),
  };
}

/** Whole numbers become int or ints; give other types as `{ type, value }`. */
function toAttribute(value: AttributeSpec): Attribute {
  if (typeof value === 'number') {
    return { type: 'int', value };
  }
  if (typeof value === 'string') {
    return { type: 'string', value };
  }
  return 'type' in value ? value : { type: 'ints', value };
}

const WRITERS: Partial<Record<ElementType, (values: readonly number[]) => ArrayBufferView>> = {
  float32: (values) => Float32Array.from(values),
  float64: (values) => Float64Array.from(values),
  float16: (values) => Uint16Array.from(values, numberToFloat16Bits),
  // The upper half of a float32.
  bfloat16: (values) => Uint16Array.from(new Uint32Array(Float32Array.from(values).buffer), (bits) => bits >>> 16),
  int64: (values) => BigInt64Array.from(values.map(BigInt)),
  int32: (values) => Int32Array.from(values),
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  bool: (values) => Uint8Array.from(values),
};

/** A stored tensor; without `data` its elements lie in the file, as those of weights do. */
export function tensor(elementType: ElementType, dims: readonly number[], data?: readonly number[]): TensorInfo {
  const view = data && WRITERS[elementType]?.(data);
  const bytes = view && new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return {
    name: '',
    elementType,
    dims,
    payload: bytes
      ? { kind: 'inline', field: 'raw_data', bytes }
      : { kind: 'file', field: 'raw_data', ranges: [{ offset: 0, length: 0 }] },
  };
}

/** A list of int64, as shapes and axes are stored. */
export const int64s = (...values: number[]) => tensor('int64', [values.length], values);
export const float32 = (...dims: number[]) => tensor('float32', dims);

export interface GraphSpec {
  readonly nodes: readonly Omit<GraphNode, 'index'>[];
  /** float32 unless a type is given before the shape. */
  readonly inputs?: Readonly<Record<string, Shape | readonly [ElementType, Shape]>>;
  readonly stored?: Readonly<Record<string, TensorInfo>>;
  readonly outputs?: readonly string[];
  readonly declared?: Readonly<Record<string, Shape>>;
}

export function buildGraph(spec: GraphSpec): Graph {
  const stored = Object.entries(spec.stored ?? {}).map(([name, info]) => [name, { ...info, name }] as const);
  return {
    name: 'graph',
    docString: '',
    metadata: new Map(),
    nodes: spec.nodes.map((entry, index) => ({ ...entry, index })),
    initializers: new Map(stored),
    sparseInitializers: new Map(),
    inputs: Object.entries(spec.inputs ?? {}).map(([name, declared]) => toInput(name, declared)),
    outputs: (spec.outputs ?? []).map((name) => toValue(name, null, null)),
    valueInfo: new Map(
      Object.entries(spec.declared ?? {}).map(([name, shape]) => [name, toValue(name, 'float32', shape)]),
    ),
  };
}

function toInput(name: string, declared: Shape | readonly [ElementType, Shape]): ValueInfo {
  const isTyped =
    declared !== null && declared.length === 2 && (declared[1] === null || typeof declared[1] === 'object');
  const [elementType, shape] = (isTyped ? declared : ['float32', declared]) as [ElementType, Shape];
  return toValue(name, elementType, shape);
}

function toValue(name: string, elementType: ElementType | null, shape: Shape): ValueInfo {
  return { name, elementType, shape };
}

export function buildModel(
  spec: GraphSpec & { readonly opset?: number; readonly functions?: readonly ModelFunction[] },
): Model {
  return {
    path: '/model.onnx',
    sizeBytes: 0,
    modifiedMs: 0,
    irVersion: 10,
    producerName: '',
    producerVersion: '',
    domain: '',
    modelVersion: 0,
    docString: '',
    opsets: new Map([
      ['', spec.opset ?? 17],
      ['com.microsoft', 1],
    ]),
    metadata: new Map(),
    functions: spec.functions ?? [],
    graph: buildGraph(spec),
    warnings: [],
  };
}
