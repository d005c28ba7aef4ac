import type { ElementType, Graph } from '../graph/model';
import { numberToFloat16Bits } from '../tensor/float16';
import { UserError } from '../userError';

/** Names that Headlight adds to a graph begin with this. */
export const RESERVED_PREFIX = 'headlight/';

export type EmittedAttribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: EmittedTensor };

export interface EmittedNode {
  readonly opType: string;
  readonly domain?: string;
  readonly name: string;
  /** Values of the model or of the extension. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, EmittedAttribute>>;
}

export interface EmittedTensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  /** Elements in little-endian memory layout; none when they lie in a file. */
  readonly data: Uint8Array;
  /** Where they lie otherwise, beside the file that the session's model is said to be. */
  readonly external?: ExternalRange;
}

/** A part of a file, in bytes. */
export interface ExternalRange {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface EmittedValue {
  readonly name: string;
  readonly elementType: ElementType;
  /** null: the rank is not known. */
  readonly shape: readonly (number | string)[] | null;
}

/**
 * Additions to a model's graph. Nodes must be written in the form of the model's own operator sets: an extension cannot
 * import one, because a second import of a domain would re-type the whole model. Outputs may name values of the model.
 */
export interface GraphExtension {
  readonly nodes: readonly EmittedNode[];
  /** One that has the name of an input is that input's default. */
  readonly initializers: readonly EmittedTensor[];
  readonly inputs: readonly EmittedValue[];
  readonly outputs: readonly EmittedValue[];
}

export function float32Tensor(name: string, dims: readonly number[], values: ArrayLike<number>): EmittedTensor {
  return { name, elementType: 'float32', dims, data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** Any of the floating-point types that models compute in. */
export function floatTensor(
  name: string,
  elementType: ElementType,
  dims: readonly number[],
  values: ArrayLike<number>,
): EmittedTensor {
  switch (elementType) {
    case 'float32':
      return float32Tensor(name, dims, values);
    case 'float64':
      return { name, elementType, dims, data: new Uint8Array(Float64Array.from(values).buffer) };
    case 'float16':
      return { name, elementType, dims, data: new Uint8Array(Uint16Array.from(values, numberToFloat16Bits).buffer) };
    case 'bfloat16':
      return { name, elementType, dims, data: new Uint8Array(Uint16Array.from(values, numberToBfloat16Bits).buffer) };
    default:
      throw new Error(`${elementType} is not a type that constants are written in.`);
  }
}

/** The upper half of a float32, rounded to nearest, ties to even. */
function numberToBfloat16Bits(value: number): number {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

export function int64Tensor(name: string, dims: readonly number[], values: readonly number[]): EmittedTensor {
  return { name, elementType: 'int64', dims, data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}

/**
 * Makes sure that every name the extension defines is new. ONNX Runtime silently accepts a second initializer of the
 * same name, so this cannot be left to it. Throws UserError `badArgument` for a model that uses the names already.
 */
export function assertExtensionFits(graph: Graph, extension: GraphExtension): void {
  const inputs = extension.inputs.map((input) => input.name);
  const defined = [
    ...extension.nodes.flatMap((node) => node.outputs),
    ...extension.initializers.map((tensor) => tensor.name).filter((name) => !inputs.includes(name)),
    ...inputs,
  ].filter((name) => name !== '');
  const unreserved = defined.find((name) => !name.startsWith(RESERVED_PREFIX));
  if (unreserved !== undefined || new Set(defined).size !== defined.length) {
    throw new Error(
      `A graph extension defines ${unreserved ?? 'a name twice'}; its names begin with ${RESERVED_PREFIX}.`,
    );
  }
  const taken = collectNames(graph);
  const collision = defined.find((name) => taken.has(name));
  if (collision !== undefined) {
    throw new UserError(
      'badArgument',
      `The model already has a value named "${collision}": names that begin with ${RESERVED_PREFIX} are reserved. ` +
        'It may be a model that Headlight exported; open the original instead.',
    );
  }
}

function collectNames(graph: Graph): ReadonlySet<string> {
  const names = new Set<string>([...graph.initializers.keys(), ...graph.sparseInitializers.keys()]);
  for (const input of graph.inputs) {
    names.add(input.name);
  }
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      names.add(output);
    }
  }
  return names;
}
