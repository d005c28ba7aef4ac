/**
 * The structure of a model as plain, readonly data: what `onnx/` reads and everything else works on.
 * Weights are never part of it; a tensor knows its element type, dimensions and where its bytes lie.
 * Terms follow the ONNX specification (https://github.com/onnx/onnx/blob/main/docs/IR.md).
 */

/** Element types by their names in the ONNX specification, lower case. `undefined` is TensorProto.DataType 0. */
export type ElementType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'float8e4m3fn'
  | 'float8e4m3fnuz'
  | 'float8e5m2'
  | 'float8e5m2fnuz'
  | 'float8e8m0'
  | 'float6e2m3'
  | 'float6e3m2'
  | 'float4e2m1'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'int4'
  | 'int2'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'uint4'
  | 'uint2'
  | 'bool'
  | 'string'
  | 'complex64'
  | 'complex128'
  | 'undefined';

/** One dimension: a size, a symbolic name (`batch`), or null when nothing is known. */
export type Dimension = number | string | null;

/** Dimensions in the tensor's own order, or null when not even the rank is known. */
export type Shape = readonly Dimension[] | null;

/** Some bytes of the model file. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** The message in the file that describes a part of the model; absent where it holds neither documentation nor metadata. */
interface Annotated {
  readonly notes?: ByteRange;
}

/** What the file declares about a value (graph input, output or value_info entry). */
export interface ValueInfo extends Annotated {
  readonly name: string;
  /** null: the file declares no type, or one that is not a tensor (sequence, map, optional). */
  readonly elementType: ElementType | null;
  readonly shape: Shape;
}

/** Which protobuf field holds the elements; `raw_data` is little-endian, the others are typed and may be varints. */
export type PayloadField =
  'raw_data' | 'float_data' | 'double_data' | 'int32_data' | 'int64_data' | 'uint64_data' | 'string_data';

/** Where a tensor's elements are. Several ranges occur when a repeated field is split into chunks. */
export type Payload =
  | { readonly kind: 'none' }
  /** Small payloads (shape constants and the like) are kept. `bytes` owns its buffer; in string_data each string follows its length (varint). */
  | { readonly kind: 'inline'; readonly field: PayloadField; readonly bytes: Uint8Array }
  /** Bytes of the model file itself: offset and length in bytes. */
  | {
      readonly kind: 'file';
      readonly field: PayloadField;
      readonly ranges: readonly ByteRange[];
    }
  /** Another file beside the model; `length` null means to the end (or the size that the dimensions imply). */
  | { readonly kind: 'external'; readonly location: string; readonly offset: number; readonly length: number | null };

/** A stored tensor (TensorProto) without its weights. */
export interface TensorInfo extends Annotated {
  readonly name: string;
  readonly elementType: ElementType;
  /** Row-major, as stored. Empty for a scalar. */
  readonly dims: readonly number[];
  readonly payload: Payload;
}

/** SparseTensorProto: non-zero values and their indices. */
export interface SparseTensorInfo {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: TensorInfo;
  readonly indices: TensorInfo;
}

/** An attribute's value. 64-bit integers beyond ±2^53 lose their low digits, which only "to the end" markers use. */
export type Attribute =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: TensorInfo }
  | { readonly type: 'sparse_tensor'; readonly value: SparseTensorInfo }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'tensors'; readonly value: readonly TensorInfo[] }
  | { readonly type: 'graphs'; readonly value: readonly Graph[] }
  /** Inside a model-local function: the name of the function's attribute that is passed on. */
  | { readonly type: 'reference'; readonly value: string }
  /** A type this reader does not interpret (type_proto, sparse_tensors, …), by its number in the specification. */
  | { readonly type: 'other'; readonly value: number };

/** One operation. Names may be empty or repeated in valid files: identify a node by its index in `Graph.nodes`. */
export interface GraphNode extends Annotated {
  /** Position in `Graph.nodes`, which is the order of the file. */
  readonly index: number;
  readonly name: string;
  readonly opType: string;
  /** '' is the default domain ai.onnx. */
  readonly domain: string;
  /** Value names; '' stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Which of the model's functions of this name is called (IR version 10); absent for the one without. */
  readonly overload?: string;
}

export interface Graph {
  readonly name: string;
  readonly docString: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodes: readonly GraphNode[];
  readonly initializers: ReadonlyMap<string, TensorInfo>;
  readonly sparseInitializers: ReadonlyMap<string, SparseTensorInfo>;
  /** True inputs: entries that are also initializers (IR version 3) are left out. */
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly valueInfo: ReadonlyMap<string, ValueInfo>;
}

/** A function defined in the model itself (FunctionProto); domain, name and overload together are its identity. */
export interface ModelFunction extends Annotated {
  readonly domain: string;
  readonly name: string;
  /** Tells functions of one name apart (IR version 10); '' or absent for the one without. */
  readonly overload?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names, those with a default included. */
  readonly attributes: readonly string[];
  /** What an attribute is where the call leaves it out. */
  readonly defaults?: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly GraphNode[];
  /** Domain → version that the nodes are written for; a domain that is missing has the model's. */
  readonly opsets?: ReadonlyMap<string, number>;
}

export interface Model {
  /** Absolute path of the file that was read. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Modification time in milliseconds since the epoch, to notice a file that changed under a session. */
  readonly modifiedMs: number;
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: number;
  readonly docString: string;
  /** Domain → version; '' is ai.onnx. When a domain repeats, the last entry wins, as in ONNX Runtime. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  readonly functions: readonly ModelFunction[];
  readonly graph: Graph;
  /** What is unusual but not fatal, one sentence each. */
  readonly warnings: readonly string[];
}
